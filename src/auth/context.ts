/**
 * Everything impure that the library needs, gathered once by a command and passed on.
 * Nothing under `src/auth` reads `process.env`, the clock or the network on its own.
 */
import type { Network } from "./net/network.ts";
import type { KeyringSettings } from "./storage/keyring/settings.ts";

/** The wall clock. Deadlines use it rather than a monotonic one, so that a laptop that slept notices. */
export interface Clock {
	/** Milliseconds since the Unix epoch. */
	now(): number;
	/**
	 * Resolves after `ms` milliseconds.
	 * @throws the signal's reason as soon as `signal` is aborted.
	 */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** A sink for diagnostics. Implementations redact; callers still never pass a secret. */
export interface Logger {
	/** Every detail, such as the headers of a request. */
	trace(message: string, fields?: LogFields): void;
	/** The story of a run: what was read, which rule decided, what was asked for, what was reused and why. */
	debug(message: string, fields?: LogFields): void;
	info(message: string, fields?: LogFields): void;
	warn(message: string, fields?: LogFields): void;
	error(message: string, fields?: LogFields): void;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface AuthContext {
	readonly env: Environment;
	/** The logical working directory: `$PWD` when it is the same directory as `.`, as Go's `os.Getwd` has it. */
	readonly cwd: string;
	/** The user's home folder, absolute. */
	readonly home: string;
	readonly platform: NodeJS.Platform;
	readonly hostname: string;
	readonly pid: number;
	readonly clock: Clock;
	readonly log: Logger;
	readonly network: Network;
	/** The words of the command that signs in to what this run is about, as its user would type it: for remedies. */
	readonly signInCommand?: readonly string[] | undefined;
	/**
	 * `auth.keyring` of the configuration; nothing, if left out.
	 * @throws UntrustedError for what nobody has agreed to; ConfigError for what is wrong with it
	 */
	readonly keyring?: (() => Promise<KeyringSettings>) | undefined;
	/** How to start this program again from any folder with a bare `PATH`: absolute program and leading arguments. */
	readonly self: { readonly command: string; readonly args: readonly string[]; readonly version: string };
}
