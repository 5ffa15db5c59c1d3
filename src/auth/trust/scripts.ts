/** Files of the project that a command names: what they hold is part of what a person agrees to. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { readRegular } from "../config/read-regular.ts";
import type { Script } from "./facts.ts";
import { isWithin, placeIn, realPath } from "./paths.ts";

/**
 * Takes every word of the command that leads to a file within the project, however the shell would come to it. What such a
 * file runs in turn is not looked at.
 *
 * @param cwd where the command runs
 * @param root the project's real path
 */
export function scriptsOf(command: string, cwd: string, root: string): readonly Script[] {
	const scripts = new Map<string, Script>();
	for (const word of command.split(/[\s"'`;&|()<>=$]+/)) {
		if (word === "") continue;
		const file = realPath(resolve(cwd, word));
		if (!isWithin(file, root)) continue;
		try {
			const hash = createHash("sha256").update(readRegular(file)).digest("hex");
			const path = placeIn(root, file);
			scripts.set(path, { path, hash });
		} catch {
			// No file, or none that can be read: the command alone is what is agreed to.
		}
	}
	return [...scripts.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
