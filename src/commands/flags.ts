/** Reads a command's flags with meow: the ones common to all commands and its own. */
import meow from "meow";
import type { ConfigRequest } from "../auth/config/model.ts";
import { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { version } from "../version.ts";
import type { LogLevel } from "./logger.ts";
import { dashed, type FlagSpec, normalWords } from "./words.ts";

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
	/** What is logged where neither flag nor variable say so; `warning` if left out. */
	readonly usualLevel?: LogLevel | undefined;
}

export interface ParsedFlags<Specs extends Readonly<Record<string, FlagSpec>>> {
	/** Positional arguments. */
	readonly input: readonly string[];
	readonly flags: FlagValues<Specs>;
	readonly common: CommonFlags;
	readonly request: ConfigRequest;
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
	const usage = (message: string): AuthError =>
		new AuthError({ code: "usage", message, remedy: `atmos-auth ${options.command} --help` });
	const parsed = meow({
		argv: normalWords(options.argv, specs, usage),
		importMeta: import.meta,
		// Given here, so that meow does not look for a package.json on disk.
		pkg: { name: "atmos-auth", version },
		autoHelp: false,
		autoVersion: false,
		booleanDefault: undefined,
		flags: specs as never,
	});
	const values = parsed.flags as Record<string, unknown>;
	for (const [name, spec] of Object.entries(specs)) {
		const value = values[name];
		if (value === undefined) continue;
		const list = Array.isArray(value) ? value : [value];
		if (spec.type === "string" && list.some((item) => typeof item !== "string" || item.trim() === "")) {
			throw usage(`--${dashed(name)} needs a value`);
		}
	}
	const maximum = options.maximumInput ?? 0;
	if (parsed.input.length > maximum) {
		throw usage(`unexpected argument "${sanitize(parsed.input[maximum] ?? "")}"`);
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
