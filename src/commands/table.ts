/** All commands, and which one a command line names. */
import { awsEcrLogin } from "./aws-ecr-login.ts";
import { awsEksToken } from "./aws-eks-token.ts";
import { awsEksUpdateKubeconfig } from "./aws-eks-update-kubeconfig.ts";
import { commonFlags, type Definition, dashed, type Flag, isOptional } from "./definition.ts";
import { env } from "./env.ts";
import { exec } from "./exec.ts";
import { login } from "./login.ts";
import { trust } from "./trust.ts";
import { userConfigure } from "./user-configure.ts";
import { validate } from "./validate.ts";

/** In the order in which help lists them. */
export const commands: readonly Definition[] = [
	login,
	exec,
	env,
	validate,
	trust,
	userConfigure,
	awsEcrLogin,
	awsEksUpdateKubeconfig,
	awsEksToken,
];

/** All command names, for near misses. */
export const commandNames: readonly string[] = commands.map(({ words }) => words);

export type Found =
	| { readonly type: "version" }
	| { readonly type: "help"; readonly topic: string }
	/** No such command; or, with `flag`, no command takes such a flag. */
	| { readonly type: "unknown"; readonly words: readonly string[]; readonly flag?: string }
	| { readonly type: "command"; readonly definition: Definition; readonly argv: readonly string[] };

/**
 * Finds the command that a command line names. The words may be led by `auth`, as in `atmos auth login`, and by flags.
 *
 * @param argv the command line without the program's own name
 */
export function findCommand(argv: readonly string[]): Found {
	const start = firstWord(argv);
	const flags = argv.slice(0, start);
	const rest = argv.slice(argv[start] === "auth" ? start + 1 : start);
	const end = rest.includes("--") ? rest.indexOf("--") : rest.length;
	const typed = [...flags, ...rest.slice(0, end)].filter((word) => word.startsWith("-"));
	const has = (...words: readonly string[]): boolean => typed.some((word) => words.includes(word));
	const definition = commands.find(({ words }) => words.split(" ").every((word, index) => rest[index] === word));

	if (definition !== undefined) {
		const { words } = definition;
		if (has("--help", "-h")) return { type: "help", topic: words };
		if (has("--version", "-V")) return { type: "version" };
		return {
			type: "command",
			definition,
			argv: [...rest.slice(words.split(" ").length, end), ...flags, ...rest.slice(end)],
		};
	}
	const firstFlag = rest.findIndex((word) => word.startsWith("-"));
	const words = firstFlag < 0 ? rest : rest.slice(0, firstFlag);
	if (words[0] === "help") return topic(words.slice(1));
	if (has("--help", "-h")) return topic(words);
	if (has("--version", "-V") || flags.includes("-v") || words[0] === "version") return { type: "version" };
	const flag = typed.find((word) => !isKnown(word));
	if (flag !== undefined) return { type: "unknown", words, flag };
	// `aws`, `aws eks`: what begins so.
	return rest.length > 0 && words.length === 0 ? { type: "unknown", words: rest } : topic(words);
}

/** The help of a command, or of the commands that begin with these words. */
function topic(words: readonly string[]): Found {
	const name = words.join(" ");
	const isThere = name === "" || commandNames.some((command) => `${command} `.startsWith(`${name} `));
	return isThere ? { type: "help", topic: name } : { type: "unknown", words };
}

/** Where the flags end that stand before the command's name. */
function firstWord(argv: readonly string[]): number {
	let at = 0;
	for (; at < argv.length; at++) {
		const word = argv[at] as string;
		if (!word.startsWith("-") || word === "-" || word === "--") break;
		if (takesNext(word) && at + 1 < argv.length) at++;
	}
	return at;
}

/** The flags of all commands, by their names with dashes. */
function allFlags(): readonly (readonly [name: string, flag: Flag])[] {
	return [commonFlags, ...commands.map(({ flags }) => flags)].flatMap((flags) =>
		Object.entries<Flag>(flags).map(([name, flag]) => [dashed(name), flag] as const),
	);
}

/** All flags' names, with dashes, for near misses. */
export const flagNames = (): readonly string[] => [...new Set(allFlags().map(([name]) => name))];

const flagsOf = (word: string): readonly Flag[] =>
	allFlags()
		.filter(([name, { alias = name, short }]) =>
			word.startsWith("--") ? [`--${name}`, `--${alias}`].includes(word) : `-${short ?? ""}` === word,
		)
		.map(([, flag]) => flag);

/** Whether the next word is its value in every command that has such a flag. */
function takesNext(word: string): boolean {
	const flags = flagsOf(word);
	return flags.length > 0 && flags.every((flag) => flag.type === "string" && !isOptional(flag));
}

function isKnown(word: string): boolean {
	if (!word.startsWith("--")) return flagsOf(word.slice(0, 2)).length > 0;
	const name = word.split("=")[0] as string;
	return [name, name.replace(/^--no-/, "--")].some((spelled) => flagsOf(spelled).length > 0);
}
