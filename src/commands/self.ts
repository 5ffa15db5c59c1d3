/** How this program is started again by somebody else: kubectl, with a bare PATH and from another folder. */
import { realpathSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE = process.platform === "win32" ? "node.exe" : "node";

/**
 * Absolute program and leading arguments. The program is Node itself, since a `#!/usr/bin/env node` script needs a PATH.
 * Where PATH has a `node` that is the running one, that path is used: it outlives an upgrade by Homebrew, nvm's
 * `current` or a distribution, which change the folder behind it.
 */
export function selfCommand(env: Readonly<Record<string, string | undefined>>): {
	readonly command: string;
	readonly args: readonly string[];
} {
	return { command: stableNode(env), args: [entryFile()] };
}

function stableNode(env: Readonly<Record<string, string | undefined>>): string {
	const running = realpath(process.execPath);
	for (const folder of (env.PATH ?? "").split(delimiter)) {
		// A package's own node_modules/.bin is on PATH only while npm runs a script.
		if (!isAbsolute(folder) || folder.includes("node_modules")) continue;
		const candidate = join(folder, NODE);
		if (running !== undefined && realpath(candidate) === running) return candidate;
	}
	return process.execPath;
}

/** The built entry: every module of the bundle lies beside it. */
function entryFile(): string {
	const here = dirname(fileURLToPath(import.meta.url));
	const entry = join(here, "atmos-auth.mjs");
	return realpath(entry) ?? realpath(process.argv[1] ?? "") ?? entry;
}

function realpath(path: string): string | undefined {
	try {
		return realpathSync(path);
	} catch {
		return undefined;
	}
}
