/**
 * Docker's config.json: where a registry's login is kept, by Docker's own rules, with everything else in the file left as it
 * is, byte for byte. https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { findNodeAtLocation, type ParseError, parse, parseTree } from "jsonc-parser";
import type { AuthContext } from "../context.ts";
import type { Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import { type EditPath, editJson } from "../storage/json-edit.ts";
import { jsonReason } from "../storage/parse-reasons.ts";
import { expandHome, pathWord, tildify } from "../storage/paths.ts";
import { withLock } from "../storage/with-lock.ts";
import { readText, writeWhole } from "../storage/write.ts";
import { sanitize } from "../system/sanitize.ts";
import { eraseWithHelper, findHelper, type HelperOptions, storeWithHelper } from "./helper.ts";

export interface DockerLogin {
	/** A bare host, such as `123456789012.dkr.ecr.us-east-2.amazonaws.com`. */
	readonly host: string;
	readonly username: string;
	readonly password: Secret;
}

/** What Docker's configuration says about a host. */
export interface DockerEntry {
	/** The helper that keeps its login: its own one, else the general one; undefined where the file does. */
	readonly helper: string | undefined;
	/** Whether `auths` has an entry for it: a login, or the empty mark of one that a helper keeps. */
	readonly listed: boolean;
	/** A short hash of the login in the file, to recognize our own without knowing it. */
	readonly login: string | undefined;
}

/** Where a login went, to be remembered: nothing of it is secret. */
export interface StoredLogin {
	readonly mark: string;
	readonly notes: readonly string[];
}

/**
 * What `StoredLogin.mark` says. `instead` is a login that is in the file although `helper` should have it: because it is
 * not installed (`missing`), or because it could not, and `credHelpers` was told so, which had `own` before or nothing.
 */
type Mark =
	| { readonly kept: "file"; readonly login: string }
	| { readonly kept: "helper"; readonly helper: string }
	| {
			readonly kept: "instead";
			readonly why: "missing" | "own" | "general";
			readonly login: string;
			readonly helper: string;
	  };

function printMark(mark: Mark): string {
	if (mark.kept === "file") return mark.login;
	return mark.kept === "helper" ? `helper ${mark.helper}` : `${mark.why} ${mark.login} ${mark.helper}`;
}

function parseMark(text: string | undefined): Mark | undefined {
	const instead = /^(missing|own|general) (\w+) (.+)$/s.exec(text ?? "");
	if (instead?.[2] && instead[3]) {
		return { kept: "instead", why: instead[1] as "missing", login: instead[2], helper: instead[3] };
	}
	const helper = /^helper (.+)$/s.exec(text ?? "")?.[1];
	if (helper) return { kept: "helper", helper };
	return text ? { kept: "file", login: text } : undefined;
}

/** `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
export function dockerConfigFile(ctx: Pick<AuthContext, "env" | "home" | "cwd" | "platform">): string {
	const folder = ctx.env.DOCKER_CONFIG ? expandHome(ctx, ctx.env.DOCKER_CONFIG) : join(ctx.home, ".docker");
	return join(folder, "config.json");
}

interface DockerConfig {
	readonly auths?: Readonly<Record<string, { readonly auth?: unknown } | null>>;
	readonly credHelpers?: Readonly<Record<string, unknown>>;
	readonly credsStore?: unknown;
}

/** @throws AuthError `storage` with path, line and column for a file that is not JSON, or not an object */
function parseConfig(text: string, file: string): DockerConfig {
	if (text.trim() === "") return {};
	const plain = text.replace(/^\ufeff/, " ");
	const errors: ParseError[] = [];
	const value: unknown = parse(plain, errors, { disallowComments: true, allowTrailingComma: false });
	const [first] = errors;
	const broken = (offset: number, reason: string): AuthError => {
		const before = text.slice(0, offset).split("\n");
		return new AuthError({
			code: "storage",
			message: `${sanitize(file)}:${before.length}:${(before.at(-1)?.length ?? 0) + 1} is not valid JSON`,
			reason: `${reason}; the file was not changed`,
			remedy: {
				say: `fix ${sanitize(file)}, or move it away`,
				run: ["mv", pathWord(file), pathWord(`${file}.old`)],
				edit: { file, line: before.length },
			},
		});
	};
	if (first) throw broken(first.offset, jsonReason(first.error));
	if (typeof value !== "object" || value === null || Array.isArray(value)) throw broken(0, "expected an object");
	for (const key of ["auths", "credHelpers"] as const) {
		const part = (value as Record<string, unknown>)[key];
		if (part === undefined || part === null || (typeof part === "object" && !Array.isArray(part))) continue;
		const node = findNodeAtLocation(parseTree(plain) as never, [key]);
		throw broken(node?.offset ?? 0, `expected an object in ${key}`);
	}
	return value as DockerConfig;
}

function entryOf(config: DockerConfig, host: string): DockerEntry {
	const own = ownHelper(config, host);
	// An empty helper for a host forces the file, also where there is a general one.
	const name = own === undefined ? config.credsStore : own;
	const entry = config.auths && Object.hasOwn(config.auths, host) ? config.auths[host] : undefined;
	const auth = typeof entry?.auth === "string" && entry.auth !== "" ? entry.auth : undefined;
	return {
		helper: typeof name === "string" && name !== "" ? name : undefined,
		listed: entry !== undefined && entry !== null,
		login: auth && hash(auth),
	};
}

const ownHelper = (config: DockerConfig, host: string): unknown =>
	config.credHelpers && Object.hasOwn(config.credHelpers, host) ? config.credHelpers[host] : undefined;

const hash = (auth: string): string => createHash("sha256").update(auth).digest("hex").slice(0, 16);

/** @throws AuthError `storage` when the file cannot be read or parsed */
export async function readDockerEntry(ctx: AuthContext, host: string): Promise<DockerEntry> {
	const file = dockerConfigFile(ctx);
	return entryOf(parseConfig((await readText(file)) ?? "", file), host);
}

/**
 * Whether a login is still where it was put.
 *
 * @param mark what `storeDockerLogin` returned then
 * @returns what has to be said about it each time; undefined where it is gone, was changed, or can go to its helper now
 */
export function stillStored(
	ctx: AuthContext,
	entry: DockerEntry,
	mark: string | undefined,
): readonly string[] | undefined {
	const known = parseMark(mark);
	switch (known?.kept) {
		case "file":
			return entry.helper === undefined && entry.login === known.login ? [] : undefined;
		case "helper":
			return entry.helper === known.helper && entry.listed && findHelper(ctx, known.helper) ? [] : undefined;
		case "instead":
			if (entry.login !== known.login || entry.helper !== (known.why === "missing" ? known.helper : undefined))
				return undefined;
			// One that failed is tried again with the next login: each try may open a dialog.
			if (known.why === "missing" && findHelper(ctx, known.helper)) return undefined;
			return [inClearText(ctx, known.helper, known.why === "missing" ? notInstalled(known.helper) : undefined)];
		default:
			return undefined;
	}
}

const notInstalled = (helper: string): string => `docker-credential-${sanitize(helper)} is not installed`;

function inClearText(ctx: AuthContext, helper: string, reason: string | undefined): string {
	const why = reason === undefined ? "" : ` (${reason})`;
	return `the login is stored in plain text in ${tildify(ctx, dockerConfigFile(ctx))}: Docker's credential helper ${sanitize(helper)} could not store it${why}`;
}

/** How often the configuration may name another helper while one runs. */
const MAX_TURNS = 3;

/**
 * Keeps a login where Docker will look for it: with the host's credential helper if it has one and it can, else in the
 * file. Where the helper is missing, Docker itself falls back to the file; where it fails, it has to be switched off for
 * this one host. Both are said, and are undone as soon as the helper works.
 *
 * @param options.mark what this function returned for the host before, if it did
 * @param options.attended whether a person is there who may answer a dialog of the helper
 * @throws AuthError `storage`; the file is as it was then
 */
export async function storeDockerLogin(
	ctx: AuthContext,
	login: DockerLogin,
	options: { readonly signal: AbortSignal; readonly attended?: boolean; readonly mark?: string | undefined },
): Promise<StoredLogin> {
	const { signal, attended = false } = options;
	const file = dockerConfigFile(ctx);
	const { host } = login;
	const auth = Buffer.from(`${login.username}:${login.password.reveal()}`).toString("base64");
	const read = async (): Promise<{ text: string; config: DockerConfig; helper: string | undefined; ours: boolean }> => {
		const text = (await readText(file)) ?? "";
		const config = parseConfig(text, file);
		const ours = isOurBypass(config, host, options.mark);
		const bypassed = ours ? (parseMark(options.mark) as { readonly helper: string }).helper : undefined;
		return { text, config, ours, helper: bypassed ?? entryOf(config, host).helper };
	};
	for (let turn = 1; ; turn++) {
		const { helper } = await read();
		// Outside of any lock: a helper may have to wait for a person.
		const outcome = helper === undefined ? undefined : await storeWithHelper(ctx, helper, login, { signal, attended });
		const stored = await withLock(ctx, file, { signal }, async (): Promise<StoredLogin | undefined> => {
			const now = await read();
			// Somebody has set up another helper meanwhile.
			if (now.helper !== helper && turn < MAX_TURNS) return undefined;
			const changes: Change[] = [];
			let mark: Mark = { kept: "file", login: hash(auth) };
			let notes: readonly string[] = [];
			if (outcome === undefined || helper === undefined) {
				changes.push(...putAuth(now.config, host, auth));
			} else if (outcome.done) {
				// Docker marks a host whose login a helper keeps with an empty entry.
				changes.push([["auths", host], {}]);
				if (now.ours) changes.push(setHelper(now.config, host, wasOwn(options.mark) ? helper : undefined));
				mark = { kept: "helper", helper };
			} else {
				changes.push(...putAuth(now.config, host, auth));
				const own = now.ours ? wasOwn(options.mark) : ownHelper(now.config, host) !== undefined;
				const bypass = outcome.missing ? (own ? helper : undefined) : "";
				changes.push(setHelper(now.config, host, bypass));
				const why = outcome.missing ? "missing" : own ? "own" : "general";
				mark = { kept: "instead", why, login: hash(auth), helper };
				notes = [inClearText(ctx, helper, outcome.reason)];
			}
			const next = applyChanges(now.text, changes);
			if (next !== now.text) await writeWhole(file, next);
			return { mark: printMark(mark), notes };
		});
		if (stored) return stored;
	}
}

/**
 * Takes back a login: as `docker logout` does, with the helper that keeps it and in the file, but only while it is still the
 * one that was stored. A helper that was switched off for the host is on again.
 *
 * @param mark what `storeDockerLogin` returned for the host
 * @returns whether there was one to remove
 * @throws AuthError `storage`, also where the helper does not forget it; the file is as it was then
 */
export async function removeDockerLogin(
	ctx: AuthContext,
	host: string,
	mark: string | undefined,
	options: HelperOptions,
): Promise<boolean> {
	const file = dockerConfigFile(ctx);
	const known = parseMark(mark);
	const isThere = (entry: DockerEntry): boolean =>
		known?.kept === "helper"
			? stillStored(ctx, entry, mark) !== undefined
			: known !== undefined && entry.login === known.login;
	if (!isThere(await readDockerEntry(ctx, host))) return false;
	if (known?.kept === "helper") {
		// Outside of any lock: a helper may have to wait for a person.
		const outcome = await eraseWithHelper(ctx, known.helper, host, options);
		if (!outcome.done) {
			throw new AuthError({
				code: "storage",
				message: `Docker's credential helper ${sanitize(known.helper)} could not remove the login for ${sanitize(host)}`,
				reason: outcome.reason,
				remedy: { run: ["docker", "logout", host] },
			});
		}
	}
	return withLock(ctx, file, { signal: options.signal }, async () => {
		const text = (await readText(file)) ?? "";
		const config = parseConfig(text, file);
		// Somebody has logged in to it meanwhile.
		if (!isThere(entryOf(config, host))) return known?.kept === "helper";
		const changes = [takeAuth(config, host)];
		if (known?.kept === "instead" && isOurBypass(config, host, mark))
			changes.push(setHelper(config, host, wasOwn(mark) ? known.helper : undefined));
		await writeWhole(file, applyChanges(text, changes));
		return true;
	});
}

/** True where the empty helper of a host is one that we have put there. */
function isOurBypass(config: DockerConfig, host: string, mark: string | undefined): boolean {
	const known = parseMark(mark);
	return (
		known?.kept === "instead" &&
		known.why !== "missing" &&
		ownHelper(config, host) === "" &&
		entryOf(config, host).login === known.login
	);
}

function wasOwn(mark: string | undefined): boolean {
	const known = parseMark(mark);
	return known?.kept === "instead" && known.why === "own";
}

type Change = readonly [path: EditPath, value: unknown];

const applyChanges = (text: string, changes: readonly Change[]): string =>
	changes.reduce((result, [path, value]) => editJson(result, path, value), text);

/** @param name undefined takes the host's helper away, and with the last one the table */
function setHelper(config: DockerConfig, host: string, name: string | undefined): Change {
	const isLast =
		name === undefined && ownHelper(config, host) !== undefined && Object.keys(config.credHelpers ?? {}).length === 1;
	return [isLast ? ["credHelpers"] : ["credHelpers", host], name];
}

/** The login, with the entry's other keys, such as an e-mail address, left; an identity token would win over it. */
function putAuth(config: DockerConfig, host: string, auth: string): Change[] {
	const entry = config.auths?.[host];
	if (typeof entry !== "object" || entry === null) return [[["auths", host], { auth }]];
	return [
		[["auths", host, "identitytoken"], undefined],
		[["auths", host, "registrytoken"], undefined],
		[["auths", host, "auth"], auth],
	];
}

/** Removes what `putAuth` has put there, and the entry with it if that was all. */
function takeAuth(config: DockerConfig, host: string): Change {
	const isAll = Object.keys(config.auths?.[host] ?? {}).every((key) => key === "auth");
	return [isAll ? ["auths", host] : ["auths", host, "auth"], undefined];
}
