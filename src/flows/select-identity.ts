/** Which identity or provider a login is for. One pure function, so that all its cases stand in one table of tests. */
import type { IdentitySummary, ProviderSummary } from "../auth/config/model.ts";
import { suggestionsFor } from "../auth/config/suggest.ts";
import type { Environment } from "../auth/context.ts";
import type { AuthErrorOptions, Remedy } from "../auth/errors.ts";
import { lowerCase } from "../auth/system/lower-case.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { shellCommand } from "../auth/system/shell-word.ts";
import { splitList } from "../auth/system/split-list.ts";
import type { Choice } from "./snapshot.ts";

/** What the command line says. */
export interface SelectionFlags {
	/** `--provider NAME`. */
	readonly provider?: string | undefined;
	/** `--identity NAME`. */
	readonly identity?: string | undefined;
	/** `--identity` without a value: choose, even if there is a default. */
	readonly ask?: boolean | undefined;
	/** The arguments: names of identities, which are signed in to together. */
	readonly positional?: readonly string[] | undefined;
	/** `--tags a,b`, split. */
	readonly tags?: readonly string[] | undefined;
	/** `--all`: everything that has one of the tags, instead of a choice among it. */
	readonly all?: boolean | undefined;
}

export interface SelectionInput {
	readonly flags: SelectionFlags;
	/** Read: `ATMOS_PROVIDER`, `ATMOS_IDENTITY`, `IDENTITY`, `ATMOS_TAGS`. An empty variable counts as none. */
	readonly env: Environment;
	readonly identities: readonly IdentitySummary[];
	readonly providers: readonly ProviderSummary[];
	/** Whether a menu may be shown. */
	readonly interactive: boolean;
	/** `false` for a command that only uses an identity: its remedies are flags, not logins. */
	readonly isLogin?: boolean;
}

export type Selection =
	/** `rule` says what decided, in the words of the command line and the configuration: `ATMOS_IDENTITY`, `default: true`. */
	| { readonly type: "identity"; readonly name: string; readonly key: string; readonly rule: string }
	| { readonly type: "provider"; readonly name: string; readonly key: string; readonly rule: string }
	| {
			readonly type: "several";
			readonly rule: string;
			readonly identities: readonly { readonly name: string; readonly key: string }[];
	  }
	| {
			readonly type: "pick";
			readonly rule: string;
			readonly of: Choice["of"];
			readonly reason: Choice["reason"];
			/** Keys of what is offered. */
			readonly keys: readonly string[];
	  }
	/** Data of an `AuthError`; its code is `usage` or `config`, so that the program exits with 2. */
	| { readonly type: "error"; readonly error: AuthErrorOptions };

/** Longest list of names in an error; what is left out is counted. */
const LISTED = 30;

type Named = { readonly name: string; readonly key: string };

/**
 * The first rule that applies decides:
 * 1. `--provider`; 2. a name (`--identity`, the argument, `ATMOS_IDENTITY`, `IDENTITY`); 3. `--identity` without a value;
 * 4. tags; 5. the one default; 6. a menu, or an error where none can be shown; 7. without any identities, a provider.
 *
 * What was typed stands before what the environment says: `ATMOS_PROVIDER` is left aside when an identity was asked for
 * on the command line, and so is `ATMOS_IDENTITY` when the menu was. Things typed that contradict each other are an error.
 */
export function selectIdentity(input: SelectionInput): Selection {
	const { flags, env, identities } = input;
	const contradiction = contradictionIn(flags);
	if (contradiction !== undefined) return contradiction;
	const positional = flags.positional ?? [];
	const typed = flags.identity !== undefined || positional.length > 0 || flags.ask === true;

	const provider = flags.provider ?? (typed ? undefined : env.ATMOS_PROVIDER || undefined);
	if (provider !== undefined) {
		const isVariable = flags.provider === undefined;
		return named(input, "provider", provider, { rule: isVariable ? "ATMOS_PROVIDER" : "--provider", isVariable });
	}

	if (positional.length > 1) return severalNamed(input, positional);
	const asked = flags.identity ?? positional[0];
	if (asked !== undefined) return named(input, "identity", asked, { rule: "the command line", isVariable: false });
	if (flags.ask !== true) {
		for (const variable of ["ATMOS_IDENTITY", "IDENTITY"]) {
			const value = env[variable];
			if (value) return named(input, "identity", value, { rule: variable, isVariable: true });
		}
	}

	if (flags.ask === true && identities.length > 0) return pick("requested", identities, input);
	const tags = flags.tags ?? splitList(env.ATMOS_TAGS);
	if (flags.ask !== true && tags.length > 0) return tagged(tags, input);

	if (identities.length === 0) return providerLogin(input);
	const defaults = identities.filter((identity) => identity.isDefault);
	const [only] = defaults;
	if (only !== undefined && defaults.length === 1) return use("identity", only, "default: true");
	return defaults.length === 0 ? pick("no-default", identities, input) : pick("several-defaults", defaults, input);
}

/** What was typed and cannot all be meant. */
function contradictionIn(flags: SelectionFlags): Selection | undefined {
	const { provider, identity, positional = [], tags, ask, all } = flags;
	const other = positional.find((each) => identity !== undefined && !same(identity, each));
	if (identity !== undefined && other !== undefined) {
		return failure(`two identities were given: "${clean(identity)}" and "${clean(other)}"`, {
			reason: "--identity is for one; several are signed in to together as arguments",
			remedy: { say: "give all of them as arguments", run: [...LOGIN, ...[identity, ...positional].map(clean)] },
		});
	}
	if (all === true && (tags === undefined || ask === true)) {
		return failure(ask === true ? "--identity and --all cannot be used together" : "--all needs --tags", {
			remedy: "choose what all is: atmos-auth login --tags A,B --all",
		});
	}
	const name = identity ?? positional[0];
	const who = name === undefined ? undefined : `the identity "${clean(name)}"`;
	const given = [
		who ?? (ask === true ? "--identity" : undefined),
		provider === undefined ? undefined : `the provider "${clean(provider)}"`,
		// The menu of `-i` holds what has the tags, too.
		tags === undefined || ask === true ? undefined : "--tags",
	].filter((part) => part !== undefined);
	if (given.length < 2) return undefined;
	return failure(`${given.join(" and ")} cannot be used together`, {
		reason: provider === undefined ? undefined : "--provider signs in to a provider only, without an identity",
		remedy:
			name === undefined
				? "use one of them: atmos-auth login --provider NAME"
				: { say: "use one of them", run: [...LOGIN, clean(name)] },
	});
}

function named(
	input: SelectionInput,
	type: "identity" | "provider",
	name: string,
	source: { readonly rule: string; readonly isVariable: boolean },
): Selection {
	const rows: readonly Named[] = type === "identity" ? input.identities : input.providers;
	const { rule } = source;
	const found = rows.find((row) => same(row.key, name) || same(row.name, name));
	if (found !== undefined) return use(type, found, rule);
	const from = source.isVariable ? ` (from ${rule})` : "";
	if (name.trim() === "")
		return failure(`the ${type}'s name is empty`, { details: list(rows), candidates: names(rows) });
	if (rows.length === 0) {
		return failure(`no ${type} is called "${clean(name)}"${from}`, {
			reason: `no ${plural(type)} are configured`,
			remedy: `add it under auth.${plural(type)} in atmos.yaml, or choose another configuration with --profile`,
		});
	}
	const near = suggestionsFor(
		name,
		rows.map((row) => row.name),
	);
	return failure(`no ${type} is called "${clean(name)}"${from}`, {
		reason: near.length > 0 ? `did you mean ${near.map((item) => `"${clean(item)}"`).join(" or ")}?` : undefined,
		details: near.length > 0 ? [] : [`${plural(type)}:`, ...list(rows)],
		candidates: near.length > 0 ? near.map(clean) : names(rows),
		remedy: near[0] === undefined ? `give one of them: --${type} NAME` : withFlag(input, [`--${type}`, clean(near[0])]),
	});
}

/** @returns each of them once, in the order in which they were given; the error of the first one that is unknown */
function severalNamed(input: SelectionInput, positional: readonly string[]): Selection {
	const found = new Map<string, Named>();
	for (const name of positional) {
		const one = named(input, "identity", name, { rule: "the command line", isVariable: false });
		if (one.type !== "identity") return one;
		found.set(one.key, one);
	}
	return several([...found.values()], "the command line");
}

function several(rows: readonly Named[], rule: string): Selection {
	const [only] = rows;
	if (only !== undefined && rows.length === 1) return use("identity", only, rule);
	return { type: "several", rule, identities: rows.map(({ name, key }) => ({ name, key })) };
}

function tagged(tags: readonly string[], input: SelectionInput): Selection {
	const wanted = new Set(tags.map((tag) => tag.toLowerCase()));
	const matches = input.identities.filter((identity) => identity.tags.some((tag) => wanted.has(tag.toLowerCase())));
	const [only] = matches;
	if (only === undefined) {
		const known = [...new Set(input.identities.flatMap((identity) => identity.tags))].sort();
		return failure(
			`no identity has the ${tags.length > 1 ? "tags" : "tag"} ${tags.map((tag) => `"${clean(tag)}"`).join(", ")}`,
			{
				reason: known.length === 0 ? "no identity has any tags" : undefined,
				details: known.length === 0 ? [] : [`tags: ${known.map(clean).join(", ")}`],
				candidates: known.map(clean),
				remedy: input.isLogin === false ? "give --identity NAME" : "atmos-auth login --identity NAME",
			},
		);
	}
	if (matches.length === 1 || input.flags.all === true) return several(matches, "tags");
	return pick("tags", matches, input);
}

function pick(reason: Choice["reason"], rows: readonly IdentitySummary[], input: SelectionInput): Selection {
	if (input.interactive) return { type: "pick", of: "identities", reason, rule: reason, keys: keysOf(rows) };
	const candidates = names(rows);
	const details = [`${reason === "several-defaults" ? "defaults" : "identities"}:`, ...list(rows)];
	switch (reason) {
		case "several-defaults":
			return failure("several identities are the default", {
				details,
				candidates,
				remedy: "keep one default: true in atmos.yaml, give --identity NAME, or set ATMOS_IDENTITY",
			});
		case "tags":
			return failure("several identities have these tags, and a menu needs a terminal", {
				details,
				candidates,
				remedy:
					input.isLogin === false ? "give --identity NAME" : "give --identity NAME, or --all to sign in to all of them",
			});
		case "requested":
			return failure("choosing an identity needs a terminal", {
				details,
				candidates,
				remedy: "give a name: --identity NAME",
			});
		default:
			return failure("no identity is the default", {
				details,
				candidates,
				remedy: "set default: true on one in atmos.yaml, give --identity NAME, or set ATMOS_IDENTITY",
			});
	}
}

function providerLogin(input: SelectionInput): Selection {
	const { providers } = input;
	const [only] = providers;
	if (only === undefined) {
		return {
			type: "error",
			error: {
				code: "config",
				message: "there is nothing to sign in to: no auth.providers and no auth.identities are configured",
				remedy: "add an auth section to atmos.yaml, or point to one with --config, --config-path or --profile",
			},
		};
	}
	if (providers.length === 1) return use("provider", only, "no identities, and only one provider");
	if (input.interactive) {
		return { type: "pick", of: "providers", reason: "no-identities", rule: "no-identities", keys: keysOf(providers) };
	}
	return failure("no identities are configured, and there are several providers", {
		details: ["providers:", ...list(providers)],
		candidates: names(providers),
		remedy: "give --provider NAME",
	});
}

function use(type: "identity" | "provider", row: Named, rule: string): Selection {
	return { type, name: row.name, key: row.key, rule };
}

function failure(
	message: string,
	rest: Pick<AuthErrorOptions, "reason" | "details" | "candidates" | "remedy">,
): Selection {
	return { type: "error", error: { code: "usage", message, ...rest } };
}

const keysOf = (rows: readonly Named[]): string[] => rows.map((row) => row.key);
const names = (rows: readonly Named[]): string[] => rows.map((row) => clean(row.name));

function list(rows: readonly Named[]): string[] {
	const names = rows.slice(0, LISTED).map((row) => `  ${clean(row.name)}`);
	return rows.length > LISTED ? [...names, `  … and ${rows.length - LISTED} more`] : names;
}

const plural = (type: "identity" | "provider"): string => (type === "identity" ? "identities" : "providers");
const same = (a: string, b: string): boolean => lowerCase(a) === lowerCase(b);
const clean = (text: string): string => sanitize(text);
const LOGIN = ["atmos-auth", "login"] as const;
const withFlag = ({ isLogin = true }: SelectionInput, flag: readonly string[]): string | Remedy =>
	isLogin ? { run: [...LOGIN, ...flag] } : `give ${shellCommand(flag)}`;
