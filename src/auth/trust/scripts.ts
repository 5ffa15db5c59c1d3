/** Files of the project that a command names: what they hold is part of what a person agrees to. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { readRegular } from "../config/read-regular.ts";
import type { Script } from "./facts.ts";
import { isWithin, placeIn, realPath } from "./paths.ts";

/** Programs that run the file they are given. */
const INTERPRETER =
	/(?:^|[\\/])(?:\.|source|(?:ba|z|da|k|fi)?sh|python[\d.]*|node|deno|bun|ruby|perl|php|pwsh|powershell|cmd|make)(?:\.exe)?$/i;
const EXTENSION = /\.(?:sh|bash|zsh|fish|py|[cm]?[jt]s|rb|pl|php|ps1|cmd|bat)$/i;

/**
 * Takes every word of the command that leads to a program or a script within the project, and to whatever follows an
 * interpreter. Data that a command reads or writes is no part of it, and what a script runs in turn is not looked at.
 *
 * @param cwd where the command runs
 * @param root the project's real path
 */
export function scriptsOf(command: string, cwd: string, root: string): readonly Script[] {
	const scripts = new Map<string, Script>();
	let interpreted = false;
	for (const word of command.split(/[\s"'`;&|()<>=$]+/)) {
		if (word === "") continue;
		const follows = interpreted;
		interpreted = INTERPRETER.test(word) || (interpreted && word.startsWith("-"));
		try {
			const file = realPath(resolve(cwd, word));
			if (!isWithin(file, root) || !(follows || EXTENSION.test(file) || isExecutable(file))) continue;
			const hash = createHash("sha256").update(readRegular(file)).digest("hex");
			const path = placeIn(root, file);
			scripts.set(path, { path, hash });
		} catch {
			// No file, or none that can be read: the command alone is what is agreed to.
		}
	}
	return [...scripts.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isExecutable(file: string): boolean {
	const info = statSync(file, { throwIfNoEntry: false });
	return info?.isFile() === true && (info.mode & 0o111) !== 0;
}
