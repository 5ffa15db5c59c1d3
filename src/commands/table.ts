/** Which words name which command, and how to load it. */
import type { Command } from "./command.ts";

interface Entry {
	readonly words: readonly string[];
	/** Whether it loads enough code for a compile cache to pay. */
	readonly heavy: boolean;
	readonly load: () => Promise<{ readonly run: Command }>;
}

const COMMANDS: readonly Entry[] = [
	{ words: ["login"], heavy: true, load: () => import("./login.ts") },
	{ words: ["validate"], heavy: true, load: () => import("./validate.ts") },
	{ words: ["trust"], heavy: true, load: () => import("./trust.ts") },
	{ words: ["aws", "eks", "token"], heavy: false, load: () => import("./aws-eks-token.ts") },
	{ words: ["aws", "eks", "update-kubeconfig"], heavy: true, load: () => import("./aws-eks-update-kubeconfig.ts") },
	{ words: ["aws", "ecr", "login"], heavy: true, load: () => import("./aws-ecr-login.ts") },
];

/** Flags common to all commands that take a value; they may stand before the command's name. */
const VALUE_FLAGS = new Set([
	"--profile",
	"--config",
	"--config-path",
	"--base-path",
	"--chdir",
	"-C",
	"--log-level",
	"--logs-level",
]);

export type Found =
	| { readonly type: "version" }
	| { readonly type: "help"; readonly topic: string }
	| { readonly type: "unknown"; readonly words: readonly string[] }
	| {
			readonly type: "command";
			/** Its words. */
			readonly name: string;
			readonly argv: readonly string[];
			readonly heavy: boolean;
			readonly load: Entry["load"];
	  };

/** All command names, for help and near misses. */
export const commandNames: readonly string[] = COMMANDS.map((entry) => entry.words.join(" "));

/**
 * Finds the command that a command line names. The words may be led by `auth`, as in `atmos auth login`,
 * and by flags common to all commands.
 *
 * @param argv the command line without the program's own name
 */
export function findCommand(argv: readonly string[]): Found {
	const flags: string[] = [];
	let at = 0;
	for (; at < argv.length; at++) {
		const word = argv[at] as string;
		if (!word.startsWith("-") || word === "-" || word === "--") break;
		flags.push(word);
		const next = argv[at + 1];
		if (VALUE_FLAGS.has(word) && next !== undefined) {
			flags.push(next);
			at++;
		}
	}
	if (argv[at] === "auth") at++;
	const rest = argv.slice(at);
	const options = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
	const helpWanted = [...flags, ...options].some((word) => word === "--help" || word === "-h");
	const entry = COMMANDS.find(({ words }) => words.every((word, index) => rest[index] === word));

	if (entry) {
		if (helpWanted) return { type: "help", topic: entry.words.join(" ") };
		return {
			type: "command",
			name: entry.words.join(" "),
			argv: [...rest.slice(entry.words.length), ...flags],
			heavy: entry.heavy,
			load: entry.load,
		};
	}
	if (flags.includes("--version") || flags.includes("-v") || rest[0] === "version" || rest[0] === "--version") {
		return { type: "version" };
	}
	if (rest[0] === "help") return { type: "help", topic: rest.slice(1).join(" ") };
	if (helpWanted || rest.length === 0)
		return { type: "help", topic: rest.filter((word) => !word.startsWith("-")).join(" ") };
	// `aws`, `aws eks`: what begins so.
	const firstFlag = rest.findIndex((word) => word.startsWith("-"));
	const group = firstFlag < 0 ? rest : rest.slice(0, firstFlag);
	const isGroup = COMMANDS.some(({ words }) => group.every((word, index) => words[index] === word));
	if (group.length > 0 && isGroup) return { type: "help", topic: group.join(" ") };
	return { type: "unknown", words: rest };
}
