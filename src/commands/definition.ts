/**
 * What a command is, as light data: finding it, its flags, its help and the near misses are made from it. A definition imports
 * nothing that has to be loaded for another command; what the command does is in a file of its own, imported when it is run.
 */
import type { Terminal } from "../terminal/streams.ts";

export interface CommandInput {
	/** The words after the command's own name. */
	readonly argv: readonly string[];
	readonly terminal: Terminal;
}

/** @returns the process's exit code: 0 · 1 authentication failed · 2 usage or configuration · 3 `--strict` · 130 · 143. */
export type Command = (input: CommandInput) => Promise<number>;

export interface Flag {
	readonly type: "string" | "boolean";
	/** Its letter after one dash. */
	readonly short?: string;
	/** Another name, with dashes. */
	readonly alias?: string;
	/** What its value is called; in square brackets where the flag may stand without one. */
	readonly value?: string;
	/** The only values that it takes, in capitals or small letters; in the order in which they are listed. */
	readonly values?: readonly string[];
	/** Other words that are taken for some of these values. */
	readonly synonyms?: Readonly<Record<string, string>>;
	/** Several values: with commas between them, and each time that the flag is given. */
	readonly list?: boolean;
	/** How help shows it, where people want its opposite. */
	readonly shown?: string;
	/** Variables that stand for it. */
	readonly env?: readonly string[];
	readonly help: string;
}

/** Flags by their names in camel case. */
export type Flags = Readonly<Record<string, Flag>>;

export interface Definition<Own extends Flags = Flags> {
	/** Its name, such as `aws ecr login`. */
	readonly words: string;
	/** One line for the list of commands. */
	readonly summary: string;
	/** What its help begins with. */
	readonly description: string;
	/** What its argument is called, if it takes one; with `…` where it takes several. It may always be left out. */
	readonly argument?: string;
	/** What may follow its name, where that is more than the argument and flags. */
	readonly usage?: readonly string[];
	readonly flags: Own;
	readonly examples?: readonly (readonly [args: string, meaning: string])[];
	/** More parts of its help. */
	readonly notes?: readonly { readonly title: string; readonly lines: readonly string[] }[];
	/** Whether it loads enough code for a compile cache to pay. */
	readonly heavy: boolean;
	load(): Promise<{ readonly run: Command }>;
}

/** @returns the definition, with the types of its flags */
export function define<const Own extends Flags>(definition: Definition<Own>): Definition<Own> {
	return definition;
}

/** What every command takes, whatever its own flags. */
export const commonFlags = {
	profile: {
		type: "string",
		value: "NAMES",
		list: true,
		env: ["ATMOS_PROFILE"],
		help: "configuration profiles, comma-separated",
	},
	config: {
		type: "string",
		value: "FILES",
		list: true,
		env: ["ATMOS_CONFIG"],
		help: "configuration files instead of the search",
	},
	configPath: {
		type: "string",
		value: "DIRS",
		list: true,
		env: ["ATMOS_CONFIG_PATH"],
		help: "folders with an atmos.yaml instead of the search",
	},
	basePath: { type: "string", value: "DIR", env: ["ATMOS_BASE_PATH"], help: "base folder of the project" },
	chdir: { type: "string", short: "C", value: "DIR", env: ["ATMOS_CHDIR"], help: "work in DIR" },
	color: {
		type: "boolean",
		shown: "--no-color",
		env: ["NO_COLOR", "ATMOS_NO_COLOR", "FORCE_COLOR"],
		help: "no colors; --color: colors",
	},
	logLevel: {
		type: "string",
		alias: "logs-level",
		value: "LEVEL",
		values: ["trace", "debug", "info", "warning", "error", "off"],
		synonyms: { warn: "warning", none: "off" },
		env: ["ATMOS_LOGS_LEVEL"],
		help: "what is logged at least",
	},
	help: { type: "boolean", short: "h", help: "this text" },
	version: { type: "boolean", short: "V", help: "the version" },
} as const satisfies Flags;

/** The flags of several commands. */
export const identityFlag = {
	type: "string",
	short: "i",
	value: "NAME",
	env: ["ATMOS_IDENTITY", "IDENTITY"],
	help: "the identity to use",
} as const satisfies Flag;

export const jsonFlag = {
	type: "boolean",
	help: "one JSON object per event on standard output",
} as const satisfies Flag;

/** A flag's name as it is typed: `deviceCode` is `device-code`. */
export const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `a, b or c`. */
export const orList = (items: readonly string[]): string =>
	[items.slice(0, -1).join(", "), items.at(-1)].filter((part) => part !== "").join(" or ");

/** Whether a flag may stand without the value that it takes. */
export const isOptional = ({ value }: Flag): boolean => value?.startsWith("[") === true;
