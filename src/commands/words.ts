/**
 * The words of a command line as a flag parser is to see them: `--name=value`, `--name`, `--no-name` and arguments. Parsers
 * differ in what else they take, such as `--deviceCode` and `---force`; what is not POSIX's or GNU's way of writing is refused.
 * https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap12.html
 */
import { sanitize } from "../auth/system/sanitize.ts";
import { splitList } from "../auth/system/split-list.ts";
import { commonFlags, type Definition, dashed, type Flag, isOptional } from "./definition.ts";
import { unknownFlag } from "./unknown.ts";
import { usageError } from "./usage.ts";
import { parseBoolean } from "./values.ts";

interface Named {
	/** With dashes. */
	readonly name: string;
	readonly flag: Flag;
}

interface Read extends Named {
	/** What stands in the same word; undefined where nothing does. */
	readonly attached: string | undefined;
	/** Of a boolean. */
	readonly truth?: boolean;
}

/**
 * @param argv the words after the command's name
 * @returns the words, each flag in one. A flag that may stand without a value, and does, has an empty one
 * @throws AuthError `usage`: for an unknown flag, a missing or empty value, a boolean of another value, and one of several
 *   values where one is taken
 */
export function normalWords(definition: Definition, argv: readonly string[]): readonly string[] {
	const flags = Object.entries<Flag>({ ...definition.flags, ...commonFlags }).map(([name, flag]) => ({
		name: dashed(name),
		flag,
	}));
	const given = new Set<Flag>();
	const words: string[] = [];
	for (let at = 0; at < argv.length; at++) {
		const word = argv[at] as string;
		if (word === "--") return [...words, ...argv.slice(at)];
		if (!word.startsWith("-") || word === "-") {
			words.push(word);
			continue;
		}
		const { name, flag, attached, truth } = (word.startsWith("--") ? long : short)(word, flags, definition.words);
		if (truth !== undefined) {
			words.push(truth ? `--${name}` : `--no-${name}`);
			continue;
		}
		const usage = (text: string) => usageError(definition.words, `--${name} ${text}`);
		if (given.has(flag) && !flag.list) throw usage("is given more than once");
		given.add(flag);
		const next = argv[at + 1];
		const separate = attached === undefined && next !== undefined && !next.startsWith("-");
		if (separate) at++;
		const value = separate ? next : attached;
		const isEmpty = flag.list ? splitList(value).length === 0 : value?.trim() === "";
		if (isOptional(flag)) {
			if (isEmpty) throw usage("has an empty value");
		} else if (value === undefined || isEmpty) throw usage("needs a value");
		words.push(`--${name}=${value ?? ""}`);
	}
	return words;
}

function long(word: string, flags: readonly Named[], command: string): Read {
	const [, name = "", attached] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
	const named = flags.find((candidate) => candidate.name === name || candidate.flag.alias === name);
	if (named === undefined) {
		const negated = flags.find(({ name: own, flag }) => flag.type === "boolean" && `no-${own}` === name);
		if (negated === undefined) throw unknownFlag(word, flags.flatMap(spellings), command);
		if (attached !== undefined) throw usageError(command, `--${name} takes no value`);
		return { ...negated, attached, truth: false };
	}
	if (named.flag.type === "string") return { ...named, attached };
	const truth = attached === undefined ? true : parseBoolean(attached);
	if (truth !== undefined) return { ...named, attached, truth };
	throw usageError(command, `--${name} is either true or false, not "${sanitize(attached ?? "")}"`);
}

function short(word: string, flags: readonly Named[], command: string): Read {
	const [, letter = "", rest = ""] = /^-(.)(.*)$/su.exec(word) ?? [];
	const named = flags.find(({ flag }) => flag.short === letter);
	if (named === undefined || (named.flag.type === "boolean" && rest !== "")) throw unknownFlag(word, [], command);
	if (named.flag.type === "boolean") return { ...named, attached: undefined, truth: true };
	return { ...named, attached: rest === "" ? undefined : rest.replace(/^=/, "") };
}

/** Its name, and the opposite where that is what people want. */
const spellings = ({ name, flag }: Named): string[] => (flag.shown === `--no-${name}` ? [name, `no-${name}`] : [name]);
