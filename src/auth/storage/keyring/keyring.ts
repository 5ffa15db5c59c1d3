/**
 * The keyring that is shared with Cloud Posse's `atmos`: the system's, a folder of encrypted files, or this process's memory.
 * Each call has its limit of time and ends at once with its signal. One that cannot be used is asked once in a run, and a
 * person for its password once.
 */
import type { AuthContext, Environment, LogFields } from "../../context.ts";
import type { Secret } from "../../credentials.ts";
import { AuthError, remedyText } from "../../errors.ts";
import { type Interaction, reaches } from "../../interaction.ts";
import { PersonNeededError } from "../../person-needed.ts";
import { sanitize } from "../../system/sanitize.ts";
import { tildify } from "../paths.ts";
import { type Backend, KeyringUnavailableError } from "./backend.ts";
import { decodeEntry, encodeEntry, type KeyringEntry, type NewEntry } from "./entry.ts";
import { fileKeyringPlace, type KeyringSettings, keyringType, passwordVariable } from "./settings.ts";

export { KeyringUnavailableError } from "./backend.ts";
export type { KeyringEntry, NewEntry } from "./entry.ts";

export interface KeyringRun {
	readonly ctx: AuthContext;
	readonly realm: { readonly value: string };
	readonly signal: AbortSignal;
	/** Who may be asked for a password, and told of a dialog; nobody, if left out. */
	readonly interaction?: Pick<Interaction, "reach" | "ask" | "status"> | undefined;
}

export interface Keyring {
	/** As a sentence has it: "the system's keyring", "the file keyring in ~/…". */
	readonly name: string;
	/**
	 * @param alias the key of a provider or identity
	 * @returns undefined where there is none
	 * @throws KeyringUnavailableError; AuthError for an entry that cannot be read; the signal's reason when it is aborted
	 */
	get(alias: string): Promise<KeyringEntry | undefined>;
	/** Replaces what is there, but never what another password protects. @throws as `get` */
	set(alias: string, entry: NewEntry): Promise<void>;
	/** @returns whether there was one. @throws as `get` */
	remove(alias: string): Promise<boolean>;
	/** Whether the Go program left one before it had realms. Neither program takes credentials from it. @throws as `get` */
	hasRealmless(alias: string): Promise<boolean>;
}

/** What a run has learnt about one keyring. */
interface Learnt {
	/** Why it is of no use. */
	broken?: AuthError;
	password?: Promise<Secret>;
}

interface LearntInRun {
	readonly keyrings: Map<string, Learnt>;
	/** What was said, once. */
	readonly said: Set<string>;
}

/** By the run's environment. */
const runs = new WeakMap<Environment, LearntInRun>();

function learntIn({ env }: AuthContext): LearntInRun {
	const learnt = runs.get(env) ?? { keyrings: new Map(), said: new Set() };
	runs.set(env, learnt);
	return learnt;
}

/** @param name the keyring's */
function learntOf(ctx: AuthContext, name: string): Learnt {
	const { keyrings } = learntIn(ctx);
	const learnt = keyrings.get(name) ?? {};
	keyrings.set(name, learnt);
	return learnt;
}

function warnOnce(ctx: AuthContext, message: string, fields?: LogFields): void {
	const { said } = learntIn(ctx);
	if (!said.has(message)) ctx.log.warn(message, fields);
	said.add(message);
}

/** @throws UntrustedError where the configuration chooses a place or a password that nobody has agreed to */
export async function openKeyring(run: KeyringRun): Promise<Keyring> {
	const { ctx, realm, signal } = run;
	const backend = await backendOf(run, (await ctx.keyring?.()) ?? {});
	const learnt = learntOf(ctx, backend.name);
	const attempt = async <Result>(work: () => Promise<Result>): Promise<Result> => {
		signal.throwIfAborted();
		if (learnt.broken !== undefined) throw learnt.broken;
		try {
			return await work();
		} catch (error) {
			if (error instanceof KeyringUnavailableError) learnt.broken = error;
			throw error;
		}
	};
	const keyOf = (alias: string): string => `atmos_${realm.value}_${alias}`;
	return {
		name: backend.name,
		async get(alias) {
			const text = await attempt(() => backend.read(keyOf(alias)));
			if (text === undefined) return undefined;
			const entry = decodeEntry(text);
			if (entry === undefined) throw notAnEntry(keyOf(alias), backend.name);
			return entry;
		},
		set: (alias, entry) => attempt(() => backend.write(keyOf(alias), encodeEntry(entry))),
		remove: (alias) => attempt(() => backend.remove(keyOf(alias))),
		hasRealmless: async (alias) => (await attempt(() => backend.read(`atmos_${alias}`))) !== undefined,
	};
}

/**
 * For what goes on without a keyring: says once in a run which one cannot be used, and what to do about it.
 *
 * @returns undefined where it cannot be used
 */
export async function unlessUnavailable<Result>(
	ctx: AuthContext,
	work: () => Promise<Result>,
): Promise<Result | undefined> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof KeyringUnavailableError)) throw error;
		const { message, reason, remedy, isAbsent } = error;
		const text = `${message}: ${reason ?? ""}`;
		// A server without a desktop has no keyring, and whoever never asked for one need not hear of it at each sign-in.
		const isWanted = Boolean(ctx.env.ATMOS_KEYRING_TYPE) || (await ctx.keyring?.())?.type !== undefined;
		if (isAbsent && !isWanted) ctx.log.debug(text);
		else warnOnce(ctx, text, { remedy: remedy && remedyText(remedy) });
		return undefined;
	}
}

async function backendOf(run: KeyringRun, settings: KeyringSettings): Promise<Backend> {
	const { ctx, signal, interaction } = run;
	const log = { ...ctx.log, warn: (message: string) => warnOnce(ctx, message) };
	switch (keyringType({ env: ctx.env, log }, settings)) {
		case "memory": {
			const { memoryKeyring } = await import("./memory-keyring.ts");
			return memoryKeyring(ctx.env);
		}
		case "file": {
			const { fileKeyring } = await import("./file-keyring.ts");
			const place = fileKeyringPlace(ctx, settings);
			const folder = tildify(ctx, place.folder);
			const backend: Backend = fileKeyring(ctx, {
				place,
				signal,
				password: () => passwordOnce(run, settings, { folder, learnt: learntOf(ctx, backend.name) }),
				onWrongPassword: (error) => {
					learntOf(ctx, backend.name).broken = error;
				},
			});
			return backend;
		}
		case "system": {
			const { systemKeyring } = await import("./system-keyring.ts");
			const isAttended = interaction !== undefined && reaches(interaction, "secret") && (await hasScreen(ctx));
			const onDialog = (): void =>
				interaction?.status("waiting for the system's keyring: unlock it in the dialog that it shows");
			return systemKeyring(ctx, { signal, onDialog: isAttended ? onDialog : undefined });
		}
	}
}

/** Whether the system can show a dialog to whoever sits here. */
async function hasScreen(ctx: AuthContext): Promise<boolean> {
	const { placeOf } = await import("../../system/place.ts");
	return ["desktop", "wsl"].includes(placeOf(ctx).name);
}

async function passwordOnce(
	{ ctx, signal, interaction }: KeyringRun,
	settings: KeyringSettings,
	{ folder, learnt }: { readonly folder: string; readonly learnt: Learnt },
): Promise<Secret> {
	const variable = passwordVariable(ctx, settings);
	learnt.password ??= import("./password.ts").then(({ keyringPassword }) =>
		keyringPassword({ ctx, variable, folder, signal, interaction }),
	);
	const asked = learnt.password;
	try {
		return await asked;
	} catch (error) {
		// Whoever comes next, with a person, may ask; one that was answered badly is not asked again.
		const isAnswered = error instanceof AuthError && error.code === "usage" && !(error instanceof PersonNeededError);
		if (!isAnswered && learnt.password === asked) delete learnt.password;
		throw error;
	}
}

function notAnEntry(key: string, name: string): AuthError {
	return new AuthError({
		code: "storage",
		message: `${sanitize(key)} in ${name} is damaged`,
		reason: "it has another form than this program and atmos give it; it was left as it is",
		remedy: "remove the entry, then store it again with atmos-auth user configure",
	});
}
