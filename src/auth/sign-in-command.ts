/** The command that signs in to what a run is about: the remedy of many failures. */
import { dirname, isAbsolute, relative } from "node:path";
import type { AuthConfig } from "./config/model.ts";
import type { AuthContext } from "./context.ts";
import { sanitize } from "./system/sanitize.ts";
import { splitList } from "./system/split-list.ts";

/**
 * @returns the words of the command, with `--force` where what is still good is to be renewed; without a name where none was
 *   chosen
 */
export function signInCommand(
	ctx: Pick<AuthContext, "signInCommand">,
	options: { readonly force?: boolean } = {},
): readonly string[] {
	return [...(ctx.signInCommand ?? ["atmos-auth", "login"]), ...(options.force ? ["--force"] : [])];
}

/**
 * @returns the words of the command that the user would type, with what chooses the same configuration again: the profiles,
 *   and the folder for a process that was started elsewhere, such as kubectl's plugin
 */
export function commandFor(
	ctx: Pick<AuthContext, "env" | "cwd">,
	config: Pick<AuthConfig, "profiles">,
	target: { readonly type: "identity" | "provider"; readonly name: string },
): readonly string[] {
	const [file] = splitList(ctx.env.ATMOS_CONFIG);
	const folder = ctx.env.ATMOS_CLI_CONFIG_PATH || (file ? dirname(file) : undefined);
	const name = sanitize(target.name);
	const flag = target.type === "provider" ? "--provider=" : name.startsWith("-") ? "--identity=" : "";
	return [
		"atmos-auth",
		"login",
		`${flag}${name}`,
		...config.profiles.flatMap((profile) => ["--profile", sanitize(profile)]),
		...(folder !== undefined && isAbsolute(folder) && isOutside(folder, ctx.cwd) ? ["--chdir", sanitize(folder)] : []),
	];
}

function isOutside(folder: string, cwd: string): boolean {
	const way = relative(folder, cwd);
	return way.startsWith("..") || isAbsolute(way);
}
