/** What is wrong with a configuration, and how it is said. */
import { relative } from "node:path";
import { AuthError, type Remedy } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import type { ConfigProblem } from "./model.ts";

/** `stacks/atmos.yaml:12:7: `, relative to `from` where that is shorter. */
function place(problem: ConfigProblem, from: string | undefined): string {
	if (!problem.location) return "";
	const { file, line, column } = problem.location;
	const near = from === undefined ? file : relative(from, file);
	return `${sanitize(near.length < file.length && !near.startsWith("..") ? near : file)}:${line}:${column}: `;
}

/** The first place to change, for a remedy. */
export function firstPlace(problems: readonly ConfigProblem[]): Remedy["edit"] {
	const location = problems.find((problem) => problem.location !== undefined)?.location;
	return location && { file: location.file, line: location.line };
}

/** One line for a problem: where, which key, what was expected, what may have been meant. */
export function describeProblem(
	problem: ConfigProblem,
	options: {
		/** The folder that paths are shown relative to. */
		readonly from?: string | undefined;
		/** Says `error` or `warning` after the place, as compilers do, so that editors find their way. */
		readonly withSeverity?: boolean | undefined;
	} = {},
): string {
	const severity = options.withSeverity ? `${problem.severity}: ` : "";
	const key = problem.key === "" ? "" : `${sanitize(problem.key)}: `;
	const hint = problem.suggestion === undefined ? "" : `, did you mean "${sanitize(problem.suggestion)}"?`;
	return `${place(problem, options.from)}${severity}${key}${problem.message}${hint}`;
}

/** A configuration that cannot be used for what was asked. Carries all problems that were found. */
export class ConfigError extends AuthError {
	readonly problems: readonly ConfigProblem[];

	constructor(problems: readonly ConfigProblem[], cause?: unknown) {
		const [first] = problems;
		const single = problems.length === 1 && first;
		super({
			code: "config",
			message: single ? describeProblem(single) : `the configuration has ${problems.length} problems`,
			details: single ? [] : problems.map((problem) => describeProblem(problem)),
			remedy: {
				say: "fix the file, then check it",
				run: ["atmos-auth", "validate"],
				edit: firstPlace(problems),
			},
			cause,
		});
		this.name = "ConfigError";
		this.problems = problems;
	}
}
