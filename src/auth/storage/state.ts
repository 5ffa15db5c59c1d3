/**
 * What the shared files have no room for: when an identity was last used, what stored credentials are for, and what the
 * integrations made. It holds no secret, and it may be lost: less is known then, and what was stored is not used again.
 */
import type { AuthContext } from "../context.ts";
import { stateFile } from "./paths.ts";
import { readText } from "./read.ts";

/** By what a configuration is recognized without reading it: see `config/stamp.ts`. */
export interface ConfigStamp {
	/** Variables that decide which files are read and which endpoints are asked, by name. */
	readonly env: Readonly<Record<string, string>>;
	/** Path → its time of change, size and number, or "-" where there was nothing. */
	readonly paths: Readonly<Record<string, string>>;
}

/** Facts about stored credentials. They hold for the very keys that they were written down for, and for no others. */
export interface SessionFacts {
	/** Times are milliseconds since the epoch. */
	readonly expiresAt?: number | undefined;
	readonly issuedAt?: number | undefined;
	readonly accountId?: string | undefined;
	readonly accountName?: string | undefined;
	/** The permission set or role, as it was asked for. */
	readonly role?: string | undefined;
	/** A digest of the access key's id. */
	readonly keys?: string | undefined;
	/** What the credentials were made for; see `purpose.ts`. */
	readonly purpose?: string | undefined;
	/** The configuration that was found to have that purpose. */
	readonly config?: ConfigStamp | undefined;
}

/** Facts about what an integration made. */
export interface ArtifactFacts {
	readonly expiresAt?: number | undefined;
	readonly issuedAt?: number | undefined;
	/** Key of the identity whose credentials made it. */
	readonly identity?: string | undefined;
	readonly realm?: string | undefined;
	/** Of the credentials that made it: what was made with others is made again. */
	readonly purpose?: string | undefined;
	/** Where Docker's login is kept, and a hash of it: see `docker/config.ts`. */
	readonly mark?: string | undefined;
	readonly entry?: EntryFacts | undefined;
}

/** An entry of a kubeconfig, as it was written. */
export interface EntryFacts {
	/** The context's name. */
	readonly context: string;
	/** A hash of its plugin's part. */
	readonly exec: string;
	/** A hash of the whole file after it was written. */
	readonly file: string;
}

/** Names come from configuration files and may be anything, `__proto__` too: the records have no prototype. */
type Table<T> = Record<string, T>;

export interface State {
	/** Realm → identity's key → milliseconds since the epoch of the last sign-in. */
	readonly lastUsed: Table<Table<number>>;
	/** Realm → root provider's key → identity's key. */
	readonly sessions: Table<Table<Table<SessionFacts>>>;
	/** Realm → key of a chain's root → who signed in last. */
	readonly people: Table<Table<string>>;
	/** File → target: a registry's host, a context's name. */
	readonly artifacts: Table<Table<ArtifactFacts>>;
}

const VERSION = 1;
/** What is over for so long is forgotten. */
const FORGET_MS = 30 * 24 * 3_600_000;
const FORGET_USE_MS = 400 * 24 * 3_600_000;

/** @returns the state, empty if there is none or it cannot be read. Never throws */
export async function readState(ctx: AuthContext): Promise<State> {
	try {
		return parse(await readText(stateFile(ctx))) ?? empty();
	} catch (error) {
		ctx.log.debug("the state cannot be read", { reason: (error as Error).message });
		return empty();
	}
}

/** Changes that wait for the lock, by file: those that come meanwhile are written with them. */
const waiting = new Map<string, { readonly changes: ((state: State) => void)[]; readonly written: Promise<void> }>();

/**
 * Changes the state under its lock. Never throws and takes three seconds at most: a login does not fail for it.
 *
 * @param change is given the state as it is on disk, and changes it with `noteUse`, `noteSession` and `noteArtifact`
 */
export function updateState(ctx: AuthContext, change: (state: State) => void): Promise<void> {
	const path = stateFile(ctx);
	const others = waiting.get(path);
	if (others) {
		others.changes.push(change);
		return others.written;
	}
	const changes = [change];
	const written = writeState(ctx, path, changes);
	waiting.set(path, { changes, written });
	return written;
}

async function writeState(ctx: AuthContext, path: string, changes: readonly ((state: State) => void)[]): Promise<void> {
	const close = (): void => {
		if (waiting.get(path)?.changes === changes) waiting.delete(path);
	};
	try {
		// Reading the state is on the way of kubectl's plugin; this is not.
		const [{ withLock }, { writeWhole }] = await Promise.all([import("./with-lock.ts"), import("./write.ts")]);
		await withLock(ctx, path, { flock: false, timeoutMs: 3_000 }, async () => {
			const text = await readText(path);
			close();
			const state = parse(text);
			if (state === undefined) return; // a later version's: not ours to shorten
			for (const change of changes) change(state);
			forget(state, ctx.clock.now());
			const next = `${JSON.stringify({ version: VERSION, ...state })}\n`;
			if (next !== text) await writeWhole(path, next, { durable: false });
		});
	} catch (error) {
		ctx.log.warn(`the last sign-in could not be saved: ${(error as Error).message}`);
	} finally {
		close();
	}
}

/** Remembers that an identity was signed in now. */
export function noteUse(state: State, realm: string, identityKey: string, now: number): void {
	table(state.lastUsed, realm)[identityKey] = now;
}

/** Remembers who signed in to what a chain begins with. */
export function notePerson(state: State, realm: string, root: string, person: string): void {
	table(state.people, realm)[root] = person;
}

/** Remembers facts about credentials that were just stored, in place of older ones; with undefined, forgets them. */
export function noteSession(
	state: State,
	realm: string,
	providerKey: string,
	identityKey: string,
	facts: SessionFacts | undefined,
): void {
	const identities = table(table(state.sessions, realm), providerKey);
	if (facts === undefined) delete identities[identityKey];
	else identities[identityKey] = facts;
}

/** Remembers which configuration has the purpose of the credentials that are stored, where it is theirs. */
export function noteConfig(
	state: State,
	realm: string,
	providerKey: string,
	identityKey: string,
	purpose: string,
	config: ConfigStamp | undefined,
): void {
	const identities = table(table(state.sessions, realm), providerKey);
	const facts = identities[identityKey];
	if (facts?.purpose === purpose) identities[identityKey] = { ...facts, config };
}

/** Remembers, or with undefined forgets, what an integration made. */
export function noteArtifact(state: State, file: string, target: string, facts: ArtifactFacts | undefined): void {
	if (facts === undefined) delete table(state.artifacts, file)[target];
	else table(state.artifacts, file)[target] = facts;
}

function empty(): State {
	return { lastUsed: bare(), sessions: bare(), people: bare(), artifacts: bare() };
}

function bare<T>(): Table<T> {
	return Object.create(null);
}

function table<T>(tables: Table<Table<T>>, key: string): Table<T> {
	const found = tables[key] ?? bare<T>();
	tables[key] = found;
	return found;
}

/** @returns undefined for a state of a later version; an empty one for no text, or for one that is damaged */
function parse(content: string | undefined): State | undefined {
	if (content === undefined) return empty();
	let found: { version?: unknown } & Partial<Record<keyof State, unknown>>;
	try {
		found = JSON.parse(content);
	} catch {
		return empty();
	}
	if (typeof found !== "object" || found === null) return empty();
	if (typeof found.version === "number" && found.version > VERSION) return undefined;
	return {
		lastUsed: records(found.lastUsed, (uses) => records(uses, number)),
		sessions: records(found.sessions, (providers) => records(providers, (identities) => records(identities, session))),
		people: records(found.people, (roots) => records(roots, text)),
		artifacts: records(found.artifacts, (targets) => records(targets, artifact)),
	};
}

function records<T>(value: unknown, read: (entry: unknown) => T | undefined): Table<T> {
	const result = bare<T>();
	if (typeof value !== "object" || value === null || Array.isArray(value)) return result;
	for (const [key, entry] of Object.entries(value)) {
		const good = read(entry);
		if (good !== undefined) result[key] = good;
	}
	return result;
}

function number(value: unknown): number | undefined {
	return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
	return typeof value === "string" ? value : undefined;
}

function session(value: unknown): SessionFacts | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const facts = value as Record<keyof SessionFacts, unknown>;
	return {
		expiresAt: number(facts.expiresAt),
		issuedAt: number(facts.issuedAt),
		accountId: text(facts.accountId),
		accountName: text(facts.accountName),
		role: text(facts.role),
		keys: text(facts.keys),
		purpose: text(facts.purpose),
		config: stamp(facts.config),
	};
}

function stamp(value: unknown): ConfigStamp | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { env, paths } = value as Record<keyof ConfigStamp, unknown>;
	return { env: records(env, text), paths: records(paths, text) };
}

function artifact(value: unknown): ArtifactFacts | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const facts = value as Record<keyof ArtifactFacts, unknown>;
	return {
		expiresAt: number(facts.expiresAt),
		issuedAt: number(facts.issuedAt),
		identity: text(facts.identity),
		realm: text(facts.realm),
		purpose: text(facts.purpose),
		mark: text(facts.mark),
		entry: kubeconfigEntry(facts.entry),
	};
}

function kubeconfigEntry(value: unknown): EntryFacts | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const facts = value as Record<keyof EntryFacts, unknown>;
	const [context, exec, file] = [text(facts.context), text(facts.exec), text(facts.file)];
	return context && exec && file ? { context, exec, file } : undefined;
}

/** Keeps the file from growing with everything that was ever signed in. */
function forget(state: State, now: number): void {
	for (const uses of Object.values(state.lastUsed)) prune(uses, (at) => at < now - FORGET_USE_MS);
	const isOver = ({ expiresAt }: SessionFacts | ArtifactFacts): boolean =>
		expiresAt !== undefined && expiresAt < now - FORGET_MS;
	for (const providers of Object.values(state.sessions)) {
		for (const identities of Object.values(providers)) prune(identities, isOver);
		prune(providers, isEmpty);
	}
	for (const targets of Object.values(state.artifacts)) prune(targets, isOver);
	for (const tables of [state.lastUsed, state.sessions, state.people, state.artifacts]) prune<object>(tables, isEmpty);
}

function prune<T>(entries: Table<T>, isGone: (entry: T) => boolean): void {
	for (const [key, entry] of Object.entries(entries)) if (isGone(entry)) delete entries[key];
}

function isEmpty(entries: object): boolean {
	return Object.keys(entries).length === 0;
}
