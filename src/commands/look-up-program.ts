/** Which file a program's name stands for, as a shell looks it up: unlike `findProgram`, for what a person has typed. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import which from "which";
import type { Environment } from "../auth/context.ts";
import { errnoOf } from "../auth/storage/failure.ts";

/** What a shell says of a name that leads nowhere, and of a file that it cannot run (POSIX, Shell Command Language, 2.8.2). */
export const NOT_FOUND = 127;
export const CANNOT_RUN = 126;

/** Where execvp of glibc, musl and the BSDs looks without a PATH. */
const USUAL_PATH = "/bin:/usr/bin";

export type LookUp =
	| { readonly file: string }
	| { readonly code: typeof NOT_FOUND | typeof CANNOT_RUN; readonly reason?: string };

/**
 * @param name with a slash, a path; else it is looked for in PATH, where an empty entry is the working directory
 * @returns an absolute path; or what a shell would exit with
 */
export function lookUp(
	name: string,
	{ env, cwd, platform }: { readonly env: Environment; readonly cwd: string; readonly platform: NodeJS.Platform },
): LookUp {
	if (platform === "win32") return onWindows(name, env, cwd);
	if (name === "") return { code: NOT_FOUND };
	if (name.includes("/")) return judge(resolve(cwd, name));
	let refused: LookUp | undefined;
	for (const entry of (env.PATH ?? USUAL_PATH).split(":")) {
		const file = resolve(cwd, entry, name);
		const found = judge(file);
		if ("file" in found) return found;
		// As bash has it: a folder that nobody may look into holds no such program.
		if (found.code === CANNOT_RUN && existsSync(file)) refused ??= found;
	}
	return refused ?? { code: NOT_FOUND, reason: "it is in no folder of PATH" };
}

function judge(file: string): LookUp {
	try {
		if (statSync(file).isDirectory()) return { code: CANNOT_RUN, reason: `${file} is a folder` };
		accessSync(file, constants.X_OK);
		return { file };
	} catch (error) {
		const code = errnoOf(error);
		if (code === "EACCES") return { code: CANNOT_RUN, reason: `${file} may not be executed` };
		return { code: NOT_FOUND, reason: `${file} does not exist` };
	}
}

function onWindows(name: string, env: Environment, cwd: string): LookUp {
	const path = Object.entries(env).find(([variable]) => variable.toUpperCase() === "PATH")?.[1];
	const pathExt = Object.entries(env).find(([variable]) => variable.toUpperCase() === "PATHEXT")?.[1];
	const isPath = isAbsolute(name) || /[\\/]/.test(name);
	const [file] =
		which.sync(isPath ? join(resolve(cwd, name)) : name, {
			nothrow: true,
			all: true,
			...(path === undefined ? {} : { path }),
			...(pathExt === undefined ? {} : { pathExt }),
		}) ?? [];
	return file === undefined ? { code: NOT_FOUND } : { file };
}
