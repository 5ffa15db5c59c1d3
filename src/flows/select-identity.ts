/** Which identity or provider a login is for. One pure function, so that all its cases stand in one table of tests. */
import type { IdentitySummary, ProviderSummary } from "../auth/config/model.ts";
import { nearest } from "../auth/config/near.ts";
import type { Environment } from "../auth/context.ts";
import type { AuthErrorOptions } from "../auth/errors.ts";
import { lowerCase } from "../auth/lower-case.ts";
import { sanitize } from "../auth/sanitize.ts";
import type { Choice } from "./snapshot.ts";

/** What the command line says. */
export interface SelectionFlags {
	/** `--provider NAME`. */
	readonly provider?: string | undefined;
	/** `--identity NAME`. */
	readonly identity?: string | undefined;
	/** `--identity` without a value: choose, even if there is a default. */
	readonly ask?: boolean | undefined;
	/** The one positional argument. */
	readonly positional?: string | undefined;
	/** `--tags a,b`, split. */
	readonly tags?: readonly string[] | undefined;
}

export interface SelectionInput {
	readonly flags: SelectionFlags;
	/** Read: `ATMOS_PROVIDER`, `ATMOS_IDENTITY`, `IDENTITY`, `ATMOS_TAGS`. An empty variable counts as none. */
	readonly env: Environment;
	readonly identities: readonly IdentitySummary[];
	readonly providers: readonly ProviderSummary[];
	/** Whether a menu may be shown. */
	readonly interactive: boolean;
}

export type Selection =
	| { readonly type: "identity"; readonly name: string; readonly key: string }
	| { readonly type: "provider"; readonly name: string; readonly key: string }
	| {
			readonly type: "pick";
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
 * on the command line, and so is `ATMOS_IDENTITY` when the menu was.
 */
export function selectIdentity(input: SelectionInput): Selection {
	const { flags, env, identities, providers } = input;
	const typed = flags.identity !== undefined || flags.positional !== undefined || flags.ask === true;

	const provider = flags.provider ?? (typed ? undefined : env.ATMOS_PROVIDER || undefined);
	if (provider !== undefined) {
		return named(provider, "provider", providers, flags.provider === undefined ? "ATMOS_PROVIDER" : undefined);
	}

	if (flags.identity !== undefined && flags.positional !== undefined && !same(flags.identity, flags.positional)) {
		return failure(`two identities are given: "${clean(flags.identity)}" and "${clean(flags.positional)}"`, {
			remedy: "name one of them",
		});
	}
	const asked = flags.identity ?? flags.positional;
	if (asked !== undefined) return named(asked, "identity", identities);
	if (flags.ask !== true) {
		for (const variable of ["ATMOS_IDENTITY", "IDENTITY"]) {
			const value = env[variable];
			if (value) return named(value, "identity", identities, variable);
		}
	}

	if (flags.ask === true && identities.length > 0) return pick("requested", identities, input);
	const tags = flags.tags ?? split(env.ATMOS_TAGS);
	if (flags.ask !== true && tags.length > 0) return tagged(tags, input);

	if (identities.length === 0) return providerLogin(input);
	const defaults = identities.filter((identity) => identity.isDefault);
	const [only] = defaults;
	if (only !== undefined && defaults.length === 1) return use("identity", only);
	return defaults.length === 0 ? pick("no-default", identities, input) : pick("several-defaults", defaults, input);
}

function named(
	name: string,
	type: "identity" | "provider",
	rows: readonly Named[],
	variable?: string | undefined,
): Selection {
	const found = rows.find((row) => same(row.key, name) || same(row.name, name));
	if (found !== undefined) return use(type, found);
	const from = variable === undefined ? "" : ` (from ${variable})`;
	if (name.trim() === "") return failure(`the ${type}'s name is empty`, { details: list(rows) });
	if (rows.length === 0) {
		return failure(`no ${type} is called "${clean(name)}"${from}`, {
			reason: `no ${plural(type)} are configured`,
			remedy: `add it under auth.${plural(type)} in atmos.yaml, or choose another configuration with --profile`,
		});
	}
	const near = nearest(
		name,
		rows.map((row) => row.name),
	);
	return failure(`no ${type} is called "${clean(name)}"${from}`, {
		reason: near.length > 0 ? `did you mean ${near.map((item) => `"${clean(item)}"`).join(" or ")}?` : undefined,
		details: near.length > 0 ? [] : [`${plural(type)}:`, ...list(rows)],
		remedy:
			near[0] === undefined ? `give one of them: --${type} NAME` : `atmos-auth login --${type} ${quoted(near[0])}`,
	});
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
				remedy: "atmos-auth login --identity NAME",
			},
		);
	}
	return matches.length === 1 ? use("identity", only) : pick("tags", matches, input);
}

function pick(reason: Choice["reason"], rows: readonly IdentitySummary[], input: SelectionInput): Selection {
	if (input.interactive) return { type: "pick", of: "identities", reason, keys: rows.map((row) => row.key) };
	const details = [`${reason === "several-defaults" ? "defaults" : "identities"}:`, ...list(rows)];
	switch (reason) {
		case "several-defaults":
			return failure("several identities are the default", {
				details,
				remedy: "keep one default: true in atmos.yaml, give --identity NAME, or set ATMOS_IDENTITY",
			});
		case "tags":
			return failure("several identities have these tags, and a menu needs a terminal", {
				details,
				remedy: "give --identity NAME",
			});
		case "requested":
			return failure("choosing an identity needs a terminal", {
				details,
				remedy: "give a name: --identity NAME",
			});
		default:
			return failure("no identity is the default", {
				details,
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
	if (providers.length === 1) return use("provider", only);
	if (input.interactive) {
		return { type: "pick", of: "providers", reason: "no-identities", keys: providers.map((row) => row.key) };
	}
	return failure("no identities are configured, and there are several providers", {
		details: ["providers:", ...list(providers)],
		remedy: "give --provider NAME",
	});
}

function use(type: "identity" | "provider", row: Named): Selection {
	return { type, name: row.name, key: row.key };
}

function failure(
	message: string,
	rest: { reason?: string | undefined; details?: readonly string[]; remedy?: string | undefined },
): Selection {
	return { type: "error", error: { code: "usage", message, ...rest } };
}

function list(rows: readonly Named[]): string[] {
	const names = rows.slice(0, LISTED).map((row) => `  ${clean(row.name)}`);
	return rows.length > LISTED ? [...names, `  … and ${rows.length - LISTED} more`] : names;
}

const plural = (type: "identity" | "provider"): string => (type === "identity" ? "identities" : "providers");
const same = (a: string, b: string): boolean => lowerCase(a) === lowerCase(b);
const clean = (text: string): string => sanitize(text);
const quoted = (name: string): string =>
	/^[\w./@:+-]+$/.test(name) ? name : `'${clean(name).replaceAll("'", "'\\''")}'`;
const split = (text: string | undefined): string[] =>
	(text ?? "")
		.split(",")
		.map((part) => part.trim())
		.filter((part) => part !== "");
