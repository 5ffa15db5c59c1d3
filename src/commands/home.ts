/** The home folder: where the files of a user are, and so where secrets go. */
import { homedir, userInfo } from "node:os";
import { posix, win32 } from "node:path";
import { sanitize } from "../auth/system/sanitize.ts";
import type { Terminal } from "../terminal/streams.ts";
import { settingError } from "./usage.ts";

/**
 * `HOME`, else what the system knows of the user. A `HOME` that is set is not guessed around: it was set by somebody, and
 * files below another folder would not be found again.
 *
 * @returns an absolute path
 * @throws AuthError `usage` when it is empty or relative: keys and sessions would be written into the working directory
 */
export function homeFolder({ env, platform }: Pick<Terminal, "env" | "platform">): string {
	const { isAbsolute } = platform === "win32" ? win32 : posix;
	const set = env.HOME;
	// On Windows it is seldom set, and empty is as good as unset.
	const home = set === undefined || (set === "" && platform === "win32") ? fromSystem() : set;
	if (isAbsolute(home)) return home;
	throw settingError({
		message:
			home === ""
				? set === undefined
					? "there is no home folder: HOME is not set, and the system has none for this user"
					: "HOME is empty"
				: `HOME is not an absolute path: ${sanitize(home)}`,
		reason: "keys, sessions and logins are kept in it; they would end up in the working directory",
		remedy:
			platform === "win32" ? '$env:HOME = "$env:USERPROFILE"' : `export HOME=${known() ?? "/path/to/your/folder"}`,
	});
}

/** @returns an empty text where the user has none, as in a container that runs under any number */
function fromSystem(): string {
	try {
		return homedir();
	} catch {
		return "";
	}
}

/** What the password database says. */
function known(): string | undefined {
	try {
		const { homedir: home } = userInfo();
		return /^\/[\w@%+=:,./-]*$/.test(home) ? home : undefined;
	} catch {
		return undefined;
	}
}
