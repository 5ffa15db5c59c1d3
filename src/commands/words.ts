/**
 * The words of a command line as the flag parser is to see them. It takes `--deviceCode` and `---force` for flags that there
 * are and `-pNAME` for five flags without a value; what is not POSIX's or GNU's way of writing is refused here instead.
 * https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap12.html
 */
import { suggestionFor } from "../auth/config/suggest.ts";
import type { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { parseBoolean } from "./values.ts";

export interface FlagSpec {
	readonly type: "string" | "boolean";
	readonly shortFlag?: string;
	readonly isMultiple?: boolean;
}

export const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * @param argv the words after the command's name
 * @param specs the flags that there are, in camel case
 * @param usage makes the error of a message
 * @returns the words: `-pNAME` in two, booleans with `true` or `false`
 * @throws what `usage` makes: for an unknown flag, a boolean of another value, and one of several values where one is taken
 */
export function normalWords(
	argv: readonly string[],
	specs: Readonly<Record<string, FlagSpec>>,
	usage: (message: string) => AuthError,
): readonly string[] {
	const flags: Flag[] = Object.entries(specs).map(([name, spec]) => ({ ...spec, name: dashed(name) }));
	const given = new Set<Flag>();
	const words: string[] = [];
	for (let at = 0; at < argv.length; at++) {
		const word = argv[at] as string;
		if (word === "--") return [...words, ...argv.slice(at)];
		if (!word.startsWith("-") || word === "-") {
			words.push(word);
			continue;
		}
		const { flag, spelled } = (word.startsWith("--") ? long : short)(word, flags, usage);
		words.push(...spelled);
		if (flag.type === "boolean") continue;
		if (given.has(flag) && !flag.isMultiple) throw usage(`--${flag.name} is given more than once`);
		given.add(flag);
		const next = argv[at + 1];
		// A value that is missing is the parser's to tell.
		if (spelled.length === 1 && !word.includes("=") && next !== undefined && !next.startsWith("-")) {
			words.push(next);
			at++;
		}
	}
	return words;
}

interface Flag extends FlagSpec {
	/** With dashes. */
	readonly name: string;
}

interface Read {
	readonly flag: Flag;
	readonly spelled: readonly string[];
}

function long(word: string, flags: readonly Flag[], usage: (message: string) => AuthError): Read {
	const [, name = "", value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
	const flag = flags.find((candidate) => candidate.name === name);
	if (flag === undefined) {
		const negated = flags.find((candidate) => candidate.type === "boolean" && `no-${candidate.name}` === name);
		if (negated !== undefined && value === undefined) return { flag: negated, spelled: [word] };
		throw unknownFlag(
			name,
			flags.map((candidate) => candidate.name),
			usage,
		);
	}
	if (flag.type === "string" || value === undefined) return { flag, spelled: [word] };
	const truth = parseBoolean(value);
	if (truth === undefined) throw usage(`--${name} is either true or false, not "${sanitize(value)}"`);
	return { flag, spelled: [`--${name}=${truth}`] };
}

function short(word: string, flags: readonly Flag[], usage: (message: string) => AuthError): Read {
	const [, letter = "", rest = ""] = /^-(.)(.*)$/su.exec(word) ?? [];
	const flag = flags.find(({ shortFlag }) => shortFlag === letter);
	if (flag === undefined || (flag.type === "boolean" && rest !== "")) throw usage(`unknown flag ${sanitize(word)}`);
	if (rest.startsWith("=")) return { flag, spelled: [word] };
	return { flag, spelled: rest === "" ? [word] : [`-${letter}`, rest] };
}

function unknownFlag(name: string, known: readonly string[], usage: (message: string) => AuthError): AuthError {
	const plain = dashed(name).replace(/^-+/, "");
	const near = plain.length > 2 ? suggestionFor(plain, known) : undefined;
	const hint = near === undefined ? "" : `, did you mean --${near}?`;
	return usage(`unknown flag --${sanitize(name)}${hint}`);
}
