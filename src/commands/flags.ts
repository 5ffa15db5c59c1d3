/** Reads a command's flags with meow: the ones common to all commands and its own. */
import meow from "meow";
import type { ConfigRequest } from "../auth/config/model.ts";
import { closest } from "../auth/config/near.ts";
import { AuthError } from "../auth/errors.ts";
import { version } from "../version.ts";

export interface FlagSpec {
	readonly type: "string" | "boolean";
	readonly shortFlag?: string;
	readonly isMultiple?: boolean;
}

type ValueOf<Spec extends FlagSpec> = Spec["type"] extends "boolean"
	? boolean | undefined
	: Spec["isMultiple"] extends true
		? readonly string[]
		: string | undefined;

export type FlagValues<Specs extends Readonly<Record<string, FlagSpec>>> = {
	readonly [Name in keyof Specs]: ValueOf<Specs[Name]>;
};

const COMMON = {
	profile: { type: "string", isMultiple: true },
	config: { type: "string", isMultiple: true },
	configPath: { type: "string", isMultiple: true },
	basePath: { type: "string" },
	chdir: { type: "string", shortFlag: "C" },
	color: { type: "boolean" },
	logLevel: { type: "string" },
	logsLevel: { type: "string" },
} as const satisfies Record<string, FlagSpec>;

/** What every command is told, whatever its own flags. */
export interface CommonFlags {
	/** `false` for `--no-color`, `true` for `--color`, else undefined. */
	readonly color: boolean | undefined;
	readonly chdir: string | undefined;
	readonly logLevel: string | undefined;
}

export interface ParsedFlags<Specs extends Readonly<Record<string, FlagSpec>>> {
	/** Positional arguments. */
	readonly input: readonly string[];
	readonly flags: FlagValues<Specs>;
	readonly common: CommonFlags;
	readonly request: ConfigRequest;
}

const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function unknownFlag(name: string, known: readonly string[], usage: (message: string) => AuthError): AuthError {
	const said = `${name.length === 1 ? "-" : "--"}${dashed(name)}`;
	const near = name.length > 2 ? closest(dashed(name), known.map(dashed)) : undefined;
	return usage(`unknown flag ${said}${near === undefined ? "" : `, did you mean --${near}?`}`);
}

const commas = (values: readonly string[]): readonly string[] | undefined => {
	const list = values
		.flatMap((value) => value.split(","))
		.map((value) => value.trim())
		.filter((value) => value !== "");
	return list.length > 0 ? list : undefined;
};

/**
 * @param options.argv the words after the command's name
 * @param options.command the command's name, for messages
 * @param options.flags the command's own flags, in camel case
 * @param options.maximumInput how many positional arguments it takes
 * @throws AuthError `usage` for an unknown flag, a flag without its value or too many arguments
 */
export function parseFlags<const Specs extends Readonly<Record<string, FlagSpec>>>(options: {
	readonly argv: readonly string[];
	readonly command: string;
	readonly flags: Specs;
	readonly maximumInput?: number;
}): ParsedFlags<Specs> {
	const specs: Record<string, FlagSpec> = { ...COMMON, ...options.flags };
	const parsed = meow({
		argv: options.argv,
		importMeta: import.meta,
		// Given here, so that meow does not look for a package.json on disk.
		pkg: { name: "atmos-auth", version },
		autoHelp: false,
		autoVersion: false,
		booleanDefault: undefined,
		flags: specs as never,
	});
	const values = parsed.flags as Record<string, unknown>;
	const usage = (message: string): AuthError =>
		new AuthError({ code: "usage", message, remedy: `atmos-auth ${options.command} --help` });

	const shorts = new Map(
		Object.entries(specs).flatMap(([name, spec]) => (spec.shortFlag ? [[spec.shortFlag, name]] : [])),
	);
	for (const [name, value] of Object.entries(values)) {
		const spec = specs[name];
		if (spec === undefined) {
			if (shorts.has(name)) continue;
			throw unknownFlag(name, Object.keys(specs), usage);
		}
		const list = Array.isArray(value) ? value : [value];
		if (spec.type === "string" && list.some((item) => item === "" || typeof item === "boolean")) {
			throw usage(`--${dashed(name)} needs a value`);
		}
		if (list.length > 1 && !spec.isMultiple) throw usage(`--${dashed(name)} is given more than once`);
	}
	const maximum = options.maximumInput ?? 0;
	if (parsed.input.length > maximum) {
		throw usage(`unexpected argument "${parsed.input[maximum]}"`);
	}

	const own = Object.fromEntries(
		Object.entries(options.flags).map(([name, spec]) => [name, spec.isMultiple ? (values[name] ?? []) : values[name]]),
	);
	return {
		input: parsed.input,
		flags: own as FlagValues<Specs>,
		common: {
			color: values.color as boolean | undefined,
			chdir: values.chdir as string | undefined,
			logLevel: (values.logLevel ?? values.logsLevel) as string | undefined,
		},
		request: {
			config: commas((values.config as string[] | undefined) ?? []),
			configPath: commas((values.configPath as string[] | undefined) ?? []),
			basePath: values.basePath as string | undefined,
			profiles: commas((values.profile as string[] | undefined) ?? []),
		},
	};
}
