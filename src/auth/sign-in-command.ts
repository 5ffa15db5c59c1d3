/** The command that signs in to what a run is about: the remedy of many failures. */
import { dirname, isAbsolute, relative } from "node:path";
import type { AuthConfig } from "./config/model.ts";
import type { AuthContext } from "./context.ts";
import { sanitize } from "./system/sanitize.ts";
import { shellWord } from "./system/shell-word.ts";
import { splitList } from "./system/split-list.ts";

/** @returns the command, with `--force` where what is still good is to be renewed; without a name where none was chosen */
export function signInCommand(
	ctx: Pick<AuthContext, "signInCommand">,
	options: { readonly force?: boolean } = {},
): string {
	return `${ctx.signInCommand ?? "atmos-auth login"}${options.force ? " --force" : ""}`;
}

/**
 * @returns the command as the user would type it, with what chooses the same configuration again: the profiles, and the folder
 *   for a process that was started elsewhere, such as kubectl's plugin
 */
export function commandFor(
	ctx: Pick<AuthContext, "env" | "cwd">,
	config: Pick<AuthConfig, "profiles">,
	target: { readonly type: "identity" | "provider"; readonly name: string },
): string {
	const [file] = splitList(ctx.env.ATMOS_CONFIG);
	const folder = ctx.env.ATMOS_CLI_CONFIG_PATH || (file ? dirname(file) : undefined);
	const name = word(target.name);
	const flag = target.type === "provider" ? "--provider=" : name.startsWith("-") ? "--identity=" : "";
	return [
		`atmos-auth login ${flag}${name}`,
		...config.profiles.map((profile) => `--profile ${word(profile)}`),
		...(folder !== undefined && isAbsolute(folder) && isOutside(folder, ctx.cwd) ? [`--chdir ${word(folder)}`] : []),
	].join(" ");
}

function isOutside(folder: string, cwd: string): boolean {
	const way = relative(folder, cwd);
	return way.startsWith("..") || isAbsolute(way);
}

const word = (text: string): string => shellWord(sanitize(text));
