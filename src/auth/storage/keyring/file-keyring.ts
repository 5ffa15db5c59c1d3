/** The keyring of files: one for each entry, encrypted under one password. */
import { readdir } from "node:fs/promises";
import type { AuthContext } from "../../context.ts";
import type { Secret } from "../../credentials.ts";
import { AuthError } from "../../errors.ts";
import { sanitize } from "../../system/sanitize.ts";
import { withTimeLimit } from "../../system/time-limit.ts";
import { checkOwnFolder } from "../own-folder.ts";
import { rulesOf, tildify } from "../paths.ts";
import { readSecretFile } from "../read.ts";
import { withLock } from "../with-lock.ts";
import { removeWhole, writeWhole } from "../write.ts";
import { type Backend, KEYRING_MS, KeyringUnavailableError } from "./backend.ts";
import type { FileKeyringPlace } from "./settings.ts";

export interface FileKeyringOptions {
	readonly place: FileKeyringPlace;
	readonly signal: AbortSignal;
	/** Asked for once it is needed: what is not there needs none. */
	password(): Promise<Secret>;
	/** The password does not fit: nobody is to try it again. */
	onWrongPassword(error: AuthError): void;
}

/** Files of the Go program's entries. */
const ENTRY = /^atmos_[^.]*$/;

/** As github.com/99designs/keyring has it. */
const fileName = (key: string): string => key.replaceAll("%", "%25").replaceAll("/", "%2F");

export function fileKeyring(ctx: AuthContext, options: FileKeyringOptions): Backend {
	const { place, signal } = options;
	const { join } = rulesOf(ctx);
	const folder = tildify(ctx, place.folder);

	/** A file system may leave its callers waiting; a person who types may take any time. */
	const limited = <Result>(work: () => Promise<Result>): Promise<Result> =>
		withTimeLimit({ clock: ctx.clock, ms: KEYRING_MS, signal, error: () => tooSlow(folder) }, work);
	const pathOf = async (key: string): Promise<string> => {
		const name = fileName(key);
		// The configuration's folder may lie in its repository, and so may what is in it.
		if (place.isConfigured)
			await checkOwnFolder(place.folder, place.folder, [name], undefined, "auth.keyring.spec.path");
		return join(place.folder, name);
	};
	const textOf = async (path: string): Promise<string | undefined> =>
		(await readSecretFile(ctx, path))?.bytes.toString("utf8");
	const decrypted = async (path: string, text: string, password: Secret): Promise<Secret> => {
		const { decryptItem } = await import("./jwe.ts");
		const value = await decryptItem(text, password);
		signal.throwIfAborted();
		if (value === "damaged") throw damaged(path);
		if (value !== "wrong password") return value;
		const error = wrongPassword(path, folder);
		options.onWrongPassword(error);
		throw error;
	};

	return {
		name: `the file keyring in ${folder}`,

		async read(key) {
			const path = await pathOf(key);
			const text = await limited(() => textOf(path));
			if (text === undefined) return undefined;
			const password = await options.password();
			return limited(() => decrypted(path, text, password));
		},

		async write(key, value) {
			const path = await pathOf(key);
			const password = await options.password();
			const { encryptItem } = await import("./jwe.ts");
			await withLock(ctx, path, { flock: false, signal, timeoutMs: KEYRING_MS }, async () => {
				// All entries have one password: a mistyped one must not lock others out of this entry.
				const sample = (await textOf(path)) === undefined ? await anyEntry(place.folder, join) : path;
				const text = sample === undefined ? undefined : await textOf(sample);
				if (sample !== undefined && text !== undefined) await decrypted(sample, text, password);
				await writeWhole(path, await encryptItem(key, value, password));
			});
		},

		async remove(key) {
			const path = await pathOf(key);
			if ((await limited(() => textOf(path))) === undefined) return false;
			await withLock(ctx, path, { flock: false, signal, timeoutMs: KEYRING_MS }, () => removeWhole(path));
			return true;
		},
	};
}

async function anyEntry(folder: string, join: (...parts: string[]) => string): Promise<string | undefined> {
	const names = await readdir(folder).catch((): string[] => []);
	const name = names.sort().find((each) => ENTRY.test(each));
	return name === undefined ? undefined : join(folder, name);
}

function wrongPassword(path: string, folder: string): AuthError {
	return new AuthError({
		code: "denied",
		message: `the password does not open the file keyring in ${folder}`,
		reason: `${sanitize(path)} was encrypted with another one, or is damaged; nothing was changed`,
		remedy: "give the password that the keyring was made with",
	});
}

function tooSlow(folder: string): KeyringUnavailableError {
	return new KeyringUnavailableError({
		message: `the file keyring in ${folder} cannot be used`,
		reason: `it could not be read within ${KEYRING_MS / 1000} s`,
		remedy: "set ATMOS_KEYRING_FILE_PATH to a folder on a local disk, or ATMOS_KEYRING_TYPE=memory",
	});
}

function damaged(path: string): AuthError {
	return new AuthError({
		code: "storage",
		message: `${sanitize(path)} is no entry of a file keyring`,
		reason: "it is damaged, or another program's; it was left as it is",
		remedy: { say: "move it away", run: ["mv", sanitize(path), sanitize(`${path}.old`)] },
	});
}
