/** What the schemas of several kinds have in common. Values arrive as strings, booleans, null, lists and maps. */
import * as v from "valibot";
import { BROWSERS, PROFILE_NAME } from "../../browser-names.ts";
import { withScheme } from "../../net/hosts.ts";
import type { Flow } from "../../sign-in-ways.ts";
import { DURATION, durationMs } from "../duration.ts";

/** What a key is for, in few words: docs/kinds.md and the editor's schema have it from here. */
export const about = <const Schema extends v.GenericSchema>(schema: Schema, description: string) =>
	v.pipe(schema, v.description<v.InferOutput<Schema>, string>(description));

/** Of keys that Atmos has and this program has no use for: a file that both share may have them. */
export const NO_EFFECT = "As in Atmos; has no effect here";

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

/** A duration within bounds, in milliseconds. @param problem what is said of any other */
export const durationBetween = (least: number, most: number, problem: string) =>
	v.pipe(
		duration,
		v.check((value) => {
			const ms = durationMs(value) ?? 0;
			return ms >= least && ms <= most;
		}, problem),
	);

/**
 * Marks a key whose value decides where secrets go, which file is written or which program runs. What a project's configuration puts there is
 * asked for before it is used (src/auth/trust): a key without its mark would be used without a question.
 *
 * @param at the keys below the marked one, where its schema does not say what it holds
 */
export const endpointMark = <Input>(at: readonly string[] = []) =>
	v.metadata<Input, { fact: "endpoint"; at: readonly string[] }>({ fact: "endpoint", at });

/** The same for a path that is written. `variables`: `$NAME` in it stands for a variable, as for kubectl. */
export const writeMark = <Input>(options: { readonly variables?: boolean } = {}) =>
	v.metadata<Input, { fact: "write"; variables?: boolean }>({ fact: "write", ...options });

/** The same for the name of a variable whose value protects secrets: a known one would protect nothing. */
export const passwordMark = <Input>() => v.metadata<Input, { fact: "password" }>({ fact: "password" });

/** The same for a path of a program that is run. */
export const programMark = <Input>() => v.metadata<Input, { fact: "program" }>({ fact: "program" });

/**
 * `flow` under `spec` of what a person can sign in to in several ways.
 *
 * @param flows those that the kind has
 * @param usual which one is taken if it is left out
 */
export const flowKey = <const Flows extends readonly [Flow, ...Flow[]]>(
	flows: Flows,
	usual = "the best that the machine allows",
) =>
	about(
		v.optional(v.picklist(flows, `expected one of ${flows.join(", ")}`)),
		`Fixes how it is signed in to. Default: ${usual}`,
	);

/**
 * `browser` under `spec`: which one its pages are opened in. Names alone: a path would be a program that a project chooses.
 */
export const browserKey = about(
	v.optional(
		v.object({
			name: about(v.optional(v.picklist(BROWSERS, `expected one of ${BROWSERS.join(", ")}`)), "Which browser"),
			profile: about(
				v.optional(v.pipe(text("a profile's name"), v.regex(PROFILE_NAME, "expected the name of a browser's profile"))),
				"Its profile, such as `Work`",
			),
			private: about(v.optional(flag), "Opens a private window. Default: `false`"),
		}),
	),
	"The browser that its pages are opened in. Default: the system's own",
);

/** `user` under `spec`: whose sign-in it is to be. */
export const userKey = about(
	v.optional(text("a user's name")),
	"Who is to sign in, such as `ada@acme.example`: anybody else is asked about",
);

export const tags = v.array(text("a tag"), "expected a list of tags");

/** Keys that any identity may have, whatever its kind. `via` and `kind` are read before the schema. */
export const identityEntries = {
	default: about(v.optional(flag), "Used where no identity is named. Default: `false`"),
	required: about(v.optional(flag), NO_EFFECT),
	provider: about(v.optional(v.nullable(v.string())), NO_EFFECT),
	alias: about(v.optional(text("a name")), NO_EFFECT),
	tags: about(v.optional(tags), "Words to choose it by: `--tags`, and the filter of the dashboard"),
	env: about(
		v.optional(
			v.array(
				v.object({
					key: about(text("a variable name"), "Name of the variable"),
					value: about(v.string("expected a string"), "What it is set to"),
				}),
				"expected a list of maps with key and value",
			),
		),
		"Variables for `exec` and `env`; those that choose programs, libraries, folders or addresses are left out",
	),
	session: v.optional(v.object({ duration: about(v.optional(duration), NO_EFFECT) })),
};

/** Keys that any integration's `spec` may have. */
export const integrationEntries = {
	auto_provision: about(
		v.optional(v.nullable(flag)),
		"With `false`, a login leaves it out, and only its own command runs it. Default: `true`",
	),
};
