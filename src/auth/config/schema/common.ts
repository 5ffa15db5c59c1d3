/** What the schemas of several kinds have in common. Values arrive as strings, booleans, null, lists and maps. */
import * as v from "valibot";
import { withScheme } from "../../net/hosts.ts";
import { DURATION } from "../duration.ts";

/** A string that says something; numbers arrive as they were written, so that account ids keep their leading zeros. */
export const text = (expected: string) =>
	v.pipe(v.string(`expected ${expected}`), v.trim(), v.nonEmpty(`expected ${expected}, found nothing`));

/** `true` or `false`, with or without quotes. */
export const flag = v.pipe(
	v.union([v.boolean(), v.picklist(["true", "false"])], "expected true or false"),
	v.transform((value) => value === true || value === "true"),
);

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** An address with https; http only on the own machine. */
export const webAddress = (expected: string) =>
	v.pipe(
		text(expected),
		v.check(
			(value) => withScheme(value) === undefined,
			({ input }) => `expected ${expected}: the scheme is missing, write ${withScheme(input)}`,
		),
		v.check((value) => {
			const url = URL.canParse(value) ? new URL(value) : undefined;
			return (
				url !== undefined && (url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname)))
			);
		}, `expected ${expected}, with https (http only on this machine)`),
	);

/** `1h30m`, seconds or days: see `durationMs`. */
export const duration = v.pipe(
	text("a duration such as 1h30m"),
	v.regex(DURATION, "expected a duration such as 1h30m, 3600 (seconds) or 1d"),
);

/**
 * Marks a key whose value decides where secrets go or which file is written. What a project's configuration puts there is
 * asked for before it is used (src/auth/trust): a key without its mark would be used without a question.
 *
 * @param at the keys below the marked one, where its schema does not say what it holds
 */
export const endpointMark = <Input>(at: readonly string[] = []) =>
	v.metadata<Input, { fact: "endpoint"; at: readonly string[] }>({ fact: "endpoint", at });

/** The same for a path that is written. `variables`: `$NAME` in it stands for a variable, as for kubectl. */
export const writeMark = <Input>(options: { readonly variables?: boolean } = {}) =>
	v.metadata<Input, { fact: "write"; variables?: boolean }>({ fact: "write", ...options });

export const tags = v.array(text("a tag"), "expected a list of tags");

/** Keys that any identity may have, whatever its kind. `via` and `kind` are read before the schema. */
export const identityEntries = {
	default: v.optional(flag),
	required: v.optional(flag),
	provider: v.optional(v.nullable(v.string())),
	alias: v.optional(text("a name")),
	tags: v.optional(tags),
	env: v.optional(
		v.array(
			v.object({ key: text("a variable name"), value: v.string("expected a string") }),
			"expected a list of maps with key and value",
		),
	),
	session: v.optional(v.object({ duration: v.optional(duration) })),
};

/** Keys that any integration's `spec` may have. */
export const integrationEntries = { auto_provision: v.optional(v.nullable(flag)) };
