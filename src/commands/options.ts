/** A command's options: what its flags say, in the types that its definition gives them. */
import type { ConfigRequest } from "../auth/config/model.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { splitList } from "../auth/system/split-list.ts";
import { commonFlags, type Definition, dashed, type Flag, type Flags, isOptional } from "./definition.ts";
import type { LogLevel } from "./logger.ts";
import { usageError } from "./usage.ts";
import { oneOf } from "./values.ts";

type ValueOf<Spec extends Flag> = Spec extends { readonly type: "boolean" }
	? boolean | undefined
	: Spec extends { readonly list: true }
		? readonly string[] | undefined
		: Spec extends { readonly values: readonly (infer Value)[] }
			? Value | undefined
			: Spec extends { readonly value: `[${string}]` }
				? string | true | undefined
				: string | undefined;

/** The values of flags that were given; `true` for one that stands without the value that it may have. */
export type ValuesOf<Own extends Flags> = { readonly [Name in keyof Own]: ValueOf<Own[Name]> };

/** What every command is told, whatever its own flags. */
export interface CommonFlags {
	/** `false` for `--no-color`, `true` for `--color`, else undefined. */
	readonly color: boolean | undefined;
	readonly chdir: string | undefined;
	readonly logLevel: LogLevel | undefined;
	/** What is logged where neither flag nor variable say so; `warning` if left out. */
	readonly usualLevel?: LogLevel | undefined;
}

export interface Options<Own extends Flags> {
	/** The first argument, for commands that take one. */
	readonly argument: string | undefined;
	readonly arguments: readonly string[];
	readonly flags: ValuesOf<Own>;
	readonly common: CommonFlags;
	/** Which configuration is meant. */
	readonly request: ConfigRequest;
}

/**
 * @param parsed what a parser has made of the words of `normalWords`: arguments, and values by names with dashes
 * @throws AuthError `usage` for an argument too many, and for a value that a flag does not take
 */
export function optionsOf<Own extends Flags>(
	definition: Definition<Own>,
	parsed: { readonly input: readonly string[]; value(dashedName: string): unknown },
): Options<Own> {
	const most = definition.argument === undefined ? 0 : definition.argument.endsWith("…") ? Number.POSITIVE_INFINITY : 1;
	const extra = parsed.input[most];
	if (extra !== undefined) throw usageError(definition.words, `unexpected argument "${sanitize(extra)}"`);
	const read = <Some extends Flags>(flags: Some): ValuesOf<Some> =>
		Object.fromEntries(
			Object.entries<Flag>(flags).map(([name, flag]) => [name, given(dashed(name), flag, parsed.value(dashed(name)))]),
		) as ValuesOf<Some>;
	const { profile, config, configPath, basePath, color, chdir, logLevel } = read(commonFlags);
	return {
		argument: parsed.input[0],
		arguments: parsed.input,
		flags: read(definition.flags),
		common: { color, chdir, logLevel },
		request: { config, configPath, basePath, profiles: profile },
	};
}

function given(name: string, flag: Flag, value: unknown): unknown {
	const { values, synonyms = {} } = flag;
	if (values !== undefined && typeof value === "string") {
		return oneOf({ values, synonyms }, value, `--${name}`, name.replaceAll("-", " "));
	}
	if (flag.list) {
		const values = ((value ?? []) as readonly string[]).flatMap(splitList);
		return values.length === 0 ? undefined : values;
	}
	return value === "" && isOptional(flag) ? true : value;
}
