/** What of a login's end is worth an annotation on a CI run. */
import { isAbsolute, relative } from "node:path";
import { type ErrorView, remedyText } from "../auth/errors.ts";
import { shellCommand } from "../auth/system/shell-word.ts";
import type { LoginSnapshot } from "../flows/snapshot.ts";
import type { Annotation } from "./workflow-commands.ts";

/** `/project/atmos.yaml:12:7: what is wrong`, as errors of the configuration say it. */
const PLACE = /^(?<file>[^\s:]?[^:]*):(?<line>\d+):(?<column>\d+): (?<message>.+)$/s;

/**
 * @param snapshot the last one of a login
 * @param workspace the folder that files are named relative to, as the runner wants them
 * @returns an error for a failed login, or one for each place in the configuration that it names; a warning for every
 *   integration that failed
 */
export function annotations(snapshot: LoginSnapshot, workspace: string | undefined): Annotation[] {
	if (snapshot.phase === "failed" && snapshot.error !== undefined) return failures(snapshot.error, workspace);
	const targets = snapshot.targets.flatMap(({ error }) => (error === undefined ? [] : failures(error, workspace)));
	const integrations = snapshot.integrations
		.filter((row) => row.state === "failed")
		.map(
			(row): Annotation => ({
				level: "warning",
				title: `${row.label === "" ? row.name : row.label} failed`,
				message: `${row.name}: ${row.error?.message ?? row.text}\nretry: ${shellCommand(row.retry)}`,
			}),
		);
	return [...targets, ...integrations];
}

function failures(error: ErrorView, workspace: string | undefined): Annotation[] {
	const places = [error.message, ...error.details].flatMap((text): Annotation[] => {
		const { file, line, column, message } = PLACE.exec(text.trim())?.groups ?? {};
		if (file === undefined || message === undefined) return [];
		return [
			{
				level: "error",
				title: "atmos-auth login",
				file: inside(file, workspace),
				line: Number(line),
				column: Number(column),
				message,
			},
		];
	});
	if (places.length > 0) return places;
	const lines = [
		error.message,
		error.reason,
		error.remedy === undefined ? undefined : `Try: ${remedyText(error.remedy)}`,
	];
	return [
		{
			level: "error",
			title: "atmos-auth login",
			message: lines.filter((line) => line !== undefined).join("\n"),
		},
	];
}

function inside(file: string, workspace: string | undefined): string {
	if (workspace === undefined || workspace === "") return file;
	const path = relative(workspace, file);
	return path.startsWith("..") || isAbsolute(path) ? file : path;
}
