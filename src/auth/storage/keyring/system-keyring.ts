/** The keyring of the system: Secret Service, Keychain or Credential Manager, each asked by a process that can be ended. */
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { AuthError } from "../../errors.ts";
import { sanitize } from "../../system/sanitize.ts";
import { startProgram } from "../../system/start-program.ts";
import { rulesOf } from "../paths.ts";
import { ACCOUNT, type Backend, DIALOG_MS, KEYRING_MS, KeyringUnavailableError } from "./backend.ts";
import { type EntryAnswer, type EntryRequest, WINDOWS_LIMIT } from "./entry-call.ts";

/** Where the build puts the helper, from the folder of the bundle's chunks. */
declare const __KEYRING_HELPER__: string | undefined;

const HELPER = fileURLToPath(
	new URL(typeof __KEYRING_HELPER__ === "string" ? __KEYRING_HELPER__ : "../../../keyring-helper.ts", import.meta.url),
);

export interface SystemKeyringOptions {
	readonly signal: AbortSignal;
	/** Told that a dialog may be waiting for a person, who is there; undefined where nobody is. */
	readonly onDialog?: (() => void) | undefined;
	/** Another program than the helper, for tests. */
	readonly helper?: string | undefined;
}

type Operation = Pick<EntryRequest, "operation" | "service" | "value">;

export function systemKeyring(ctx: AuthContext, options: SystemKeyringOptions): Backend {
	const name = "the system's keyring";
	return {
		name,
		async read(service) {
			const { value } = await call(ctx, options, { operation: "read", service });
			return typeof value === "string" ? new Secret(value) : undefined;
		},
		async write(service, secret) {
			const value = secret.reveal();
			if (ctx.platform === "win32" && Buffer.byteLength(value) > WINDOWS_LIMIT) throw tooLong(service);
			await call(ctx, options, { operation: "write", service, value });
		},
		async remove(service) {
			return (await call(ctx, options, { operation: "remove", service })).removed === true;
		},
	};
}

type Helper = ChildProcessByStdio<Writable, Readable, null>;

async function call(ctx: AuthContext, options: SystemKeyringOptions, operation: Operation): Promise<EntryAnswer> {
	const { signal } = options;
	signal.throwIfAborted();
	if (!hasBus(ctx)) throw noBus();
	const { NODE_OPTIONS: _, ...env } = ctx.env;
	const started = await startProgram<Helper>(process.execPath, [options.helper ?? HELPER], {
		cwd: ctx.home,
		env: env as NodeJS.ProcessEnv,
		stdio: ["pipe", "pipe", "ignore"],
		// Ctrl-C at the terminal is ours to handle.
		detached: ctx.platform !== "win32",
		windowsHide: true,
	});
	if ("error" in started) throw unavailable(sanitize(started.error.message));
	const { child } = started;
	const end = (): void => void child.kill("SIGKILL");
	process.once("exit", end);
	const over = new AbortController();
	try {
		// Meanwhile it may have been aborted.
		signal.throwIfAborted();
		child.stdin.on("error", () => undefined);
		child.stdin.end(JSON.stringify({ ...operation, account: ACCOUNT, platform: ctx.platform } satisfies EntryRequest));
		const answer = await Promise.race([
			conversation(ctx, child, options, over.signal),
			once(signal, "abort", { signal: over.signal }).then((): never => {
				throw signal.reason;
			}),
		]);
		if (answer.missing !== undefined) throw missing(ctx, answer.missing);
		if (answer.error !== undefined) throw unavailable(words(answer.error, operation.value));
		return answer;
	} finally {
		over.abort();
		process.off("exit", end);
		end();
		child.stdout.destroy();
		child.unref();
	}
}

/** @throws KeyringUnavailableError when no answer comes in time */
async function conversation(
	{ clock, log }: AuthContext,
	child: Helper,
	{ onDialog }: SystemKeyringOptions,
	over: AbortSignal,
): Promise<EntryAnswer> {
	let connected = false;
	const answer = (async (): Promise<EntryAnswer> => {
		for await (const line of createInterface({ input: child.stdout })) {
			const said = answerIn(line);
			if (said === undefined) break;
			if (said.connected !== true) return said;
			connected = true;
			log.trace("the system's keyring is there");
		}
		throw unavailable("the process that asks it ended without an answer");
	})();
	answer.catch(() => undefined);
	const late = async (ms: number): Promise<undefined> => clock.sleep(ms, over).then(() => undefined);
	const wait = (ms: number): Promise<EntryAnswer | undefined> => {
		const timer = late(ms);
		timer.catch(() => undefined);
		return Promise.race([answer, timer]);
	};
	const soon = await wait(KEYRING_MS);
	if (soon !== undefined) return soon;
	if (!connected) throw unavailable(`it did not answer within ${KEYRING_MS / 1000} s`);
	if (onDialog === undefined) throw unavailable(locked(KEYRING_MS));
	// It has answered that it is there: now it waits for somebody, who can be told.
	onDialog();
	const later = await wait(DIALOG_MS - KEYRING_MS);
	if (later !== undefined) return later;
	throw unavailable(locked(DIALOG_MS));
}

function answerIn(line: string): (EntryAnswer & { readonly connected?: true }) | undefined {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}

const locked = (ms: number): string =>
	`it is there but gave no answer within ${ms / 1000} s: it may be locked, and waiting for somebody to unlock it in a dialog`;

/** libdbus looks at these two, in this order. */
function hasBus(ctx: AuthContext): boolean {
	if (ctx.platform !== "linux" || ctx.env.DBUS_SESSION_BUS_ADDRESS) return true;
	const folder = ctx.env.XDG_RUNTIME_DIR;
	return Boolean(folder) && existsSync(rulesOf(ctx).join(folder ?? "", "bus"));
}

function noBus(): KeyringUnavailableError {
	return new KeyringUnavailableError({
		message: MESSAGE,
		reason: "there is no session bus on which a Secret Service could be asked",
		remedy: REMEDY,
		isAbsent: true,
	});
}

/** What the system says, unless it repeats what it was given. */
function words(text: string, value: string | undefined): string {
	return value !== undefined && text.includes(value) ? "it refused the entry" : sanitize(text).slice(0, 200).trim();
}

const MESSAGE = "the system's keyring cannot be used";
const REMEDY = "unlock it, or choose another keyring: ATMOS_KEYRING_TYPE=file or ATMOS_KEYRING_TYPE=memory";

function unavailable(reason: string): KeyringUnavailableError {
	return new KeyringUnavailableError({ message: MESSAGE, reason, remedy: REMEDY });
}

function missing({ platform }: AuthContext, reason: string): KeyringUnavailableError {
	return new KeyringUnavailableError({
		message: "the system's keyring cannot be used",
		reason: `the package @napi-rs/keyring is missing, or has no build for ${platform}-${process.arch} (${sanitize(reason).slice(0, 120).trim()})`,
		remedy: "install atmos-auth again with its optional packages, or set ATMOS_KEYRING_TYPE=file",
	});
}

function tooLong(service: string): AuthError {
	return new AuthError({
		code: "storage",
		message: `the entry ${sanitize(service)} is too long for the Credential Manager of Windows`,
		reason: `it takes ${WINDOWS_LIMIT} bytes`,
		remedy: "use a keyring of files: ATMOS_KEYRING_TYPE=file",
	});
}
