/**
 * The gate that everything passes which leaves the configuration for use: what a project's configuration claims is let
 * through only if a person has agreed to it. Loaded when there is something to ask about, which is rare.
 */
import { resolve } from "node:path";
import type { Claim } from "../config/claims.ts";
import { locateDeepest } from "../config/locate-lazily.ts";
import type { AuthContext, Environment } from "../context.ts";
import { AuthError } from "../errors.ts";
import { PASSWORD_VARIABLE } from "../storage/keyring/settings.ts";
import { expandHome } from "../storage/paths.ts";
import { isCi } from "../system/ci.ts";
import { sanitize } from "../system/sanitize.ts";
import { isExpected } from "./addresses.ts";
import { type Fact, factLines, keyOf, visible } from "./facts.ts";
import { ownerOf, rootOf } from "./owner.ts";
import { isWithin, placeIn, realPath } from "./paths.ts";
import { scriptsOf } from "./scripts.ts";
import { addTrust, readTrust } from "./store.ts";
import { UntrustedError } from "./untrusted-error.ts";
import { mainCheckout } from "./worktree.ts";

/** What was answered in this run, by the run's environment: a configuration that is loaded again is the same run. */
const answers = new WeakMap<Environment, Map<string, boolean>>();

export interface Gate {
	/** @throws UntrustedError for what nobody has agreed to; AuthError `config` for a file of another user */
	require(claims: readonly Claim[]): Promise<void>;
	/** @returns what a person would have to be asked about, and was not asked in this run */
	pending(claims: readonly Claim[]): Promise<readonly Fact[]>;
	/** @returns all facts, whether they were agreed to or not, and whether they are */
	survey(claims: readonly Claim[]): Promise<readonly { readonly fact: Fact; readonly agreed: boolean }[]>;
	/** Takes an answer; a yes is stored. @throws AuthError `storage` when it cannot be */
	answer(facts: readonly Fact[], yes: boolean): Promise<void>;
}

/** @param ctx its environment is the user's own: what the configuration sets has no say here */
export function createGate(ctx: AuthContext): Gate {
	const given = answers.get(ctx.env) ?? new Map<string, boolean>();
	answers.set(ctx.env, given);
	const stored = new Map<string, ReadonlySet<string>>();
	/** A command may change what its own scripts are: what it was when it was asked about counts. */
	const found = new WeakMap<Claim, Promise<Fact | undefined>>();

	const keysOf = (root: string): ReadonlySet<string> => {
		const keys = stored.get(root) ?? new Set(readTrust(ctx, root).map(({ key }) => key));
		stored.set(root, keys);
		return keys;
	};

	const isStored = (fact: Fact): boolean => {
		if (keysOf(fact.root).has(fact.key)) return true;
		const isOwn = (uid: number): boolean => ctx.platform === "win32" || uid === process.getuid?.() || uid === 0;
		const main = mainCheckout(fact.root, isOwn);
		return main !== undefined && keysOf(main).has(keyOf(main, fact, fact.root));
	};

	/** The facts that are a project's. */
	const factsOf = async (claims: readonly Claim[]): Promise<readonly Fact[]> => {
		const facts = new Map<string, Fact>();
		for (const claim of claims) {
			const known = found.get(claim) ?? factOf(ctx, claim);
			found.set(claim, known);
			const fact = await known;
			if (fact !== undefined) facts.set(fact.key, fact);
		}
		return [...facts.values()];
	};

	const isAgreed = (fact: Fact): boolean => given.get(fact.key) ?? isStored(fact);

	/** What is left after every answer that needs no person. */
	const open = async (claims: readonly Claim[]): Promise<readonly Fact[]> => {
		const facts = await factsOf(claims);
		if (facts.length === 0) return facts;
		const decided = decision(ctx.env);
		if (decided === "no") return facts;
		if (decided === "yes") return [];
		const left = facts.filter((fact) => !isAgreed(fact));
		if (!isCi(ctx.env)) return left;
		for (const fact of left) {
			given.set(fact.key, true);
			const [what = ""] = factLines(fact, ctx.cwd);
			ctx.log.warn(`CI: trusting the project's configuration: ${what}`, {
				file: placeIn(ctx.cwd, fact.file),
			});
		}
		return [];
	};

	return {
		async require(claims) {
			const left = await open(claims);
			if (left.length === 0) return;
			const refused = decision(ctx.env) === "no" || left.some(({ key }) => given.get(key) === false);
			const lines = left.flatMap((fact) => factLines(fact, ctx.cwd));
			throw new UntrustedError(left, lines, refused);
		},
		async pending(claims) {
			if (decision(ctx.env) === "no") return [];
			return (await open(claims)).filter(({ key }) => !given.has(key));
		},
		async survey(claims) {
			return (await factsOf(claims)).map((fact) => ({ fact, agreed: isAgreed(fact) }));
		},
		async answer(facts, yes) {
			for (const { key } of facts) given.set(key, yes);
			if (!yes) return;
			for (const root of new Set(facts.map((fact) => fact.root))) {
				await addTrust(
					ctx,
					root,
					facts.filter((fact) => fact.root === root),
				);
				stored.delete(root);
			}
		},
	};
}

/** @throws AuthError `usage` for any value of ATMOS_AUTH_TRUST but 0 and 1 */
function decision(env: Environment): "yes" | "no" | undefined {
	switch (env.ATMOS_AUTH_TRUST) {
		case undefined:
		case "":
			return undefined;
		case "1":
			return "yes";
		case "0":
			return "no";
		default:
			throw new AuthError({
				code: "usage",
				message: `ATMOS_AUTH_TRUST is "${sanitize(env.ATMOS_AUTH_TRUST)}"`,
				reason: "it must be 1 (agree to everything the configuration wants) or 0 (agree to nothing)",
				remedy: "unset ATMOS_AUTH_TRUST",
			});
	}
}

/** What a claim comes to, or undefined where there is nothing to ask about. */
async function factOf(ctx: AuthContext, claim: Claim): Promise<Fact | undefined> {
	const { kind } = claim;
	const text = kind === "write" || kind === "program" ? destination(ctx, claim) : claim.text;
	if (kind === "endpoint" && isExpected(text, ctx.env)) return undefined;
	if (kind === "write" && isWithin(text, realPath(ctx.home))) return undefined;
	if (kind === "password" && text === PASSWORD_VARIABLE) return undefined;
	let file: string | undefined;
	for (const candidate of claim.files) {
		const owner = ownerOf(ctx, candidate);
		if (owner === "foreign") throw foreign(candidate);
		if (owner === "project") file ??= candidate;
	}
	if (file === undefined) return undefined;
	const root = rootOf(file);
	// A command of a project may run anywhere in it: what it means there is in its scripts.
	const cwd = realPath(ctx.cwd);
	const parts = {
		kind,
		text,
		of: claim.path.join("."),
		file: resolve(claim.file),
		folder: kind === "exec" && !isWithin(cwd, root) ? cwd : "",
		scripts: kind === "exec" ? scriptsOf(text, cwd, root) : [],
	};
	const place = await locateDeepest([claim.file, ...claim.files], claim.path);
	return { ...parts, root, key: keyOf(root, parts, root), line: place?.file === claim.file ? place.line : undefined };
}

/** The file that is really written, or run: home folder, variables and symbolic links followed. */
function destination(ctx: AuthContext, { text, variables }: Claim): string {
	const path =
		variables === true
			? text.replace(/\$\{(\w+)\}|\$(\w+)/g, (whole, a?: string, b?: string) => ctx.env[a ?? b ?? ""] ?? whole)
			: text;
	return realPath(resolve(ctx.cwd, expandHome(ctx, path)));
}

function foreign(file: string): AuthError {
	return new AuthError({
		code: "config",
		message: `${visible(file)} belongs to another user`,
		reason:
			"it could run a command or a program, send your credentials to another address, or write a file outside your home folder",
		remedy: "use a copy of your own, or remove the file",
	});
}
