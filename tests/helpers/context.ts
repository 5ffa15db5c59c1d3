/** A context for tests: a temporary home, a clock that can be turned by hand, and a log that can be read. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { AuthContext, Clock, LogFields } from "../../src/auth/context.ts";
import { createNetwork } from "../../src/auth/net/create-network.ts";
import { certificateVariables } from "../../src/auth/registry.ts";

/** The wall clock and real waiting. */
export const realClock: Clock = {
	now: () => Date.now(),
	sleep: (ms, signal) => delay(Math.max(0, ms), undefined, signal ? { signal } : undefined),
};

export interface FakeClock extends Clock {
	/** Moves the time on and wakes the sleepers whose time has come, in order. Awaits nothing. */
	advance(ms: number): void;
	/** How many sleep. */
	readonly sleepers: number;
	/**
	 * Resolves as soon as at least one sleeps, with the shortest wait in milliseconds.
	 *
	 * @param longest those who sleep for longer do not count: limits that are not meant to be reached
	 */
	asleep(longest?: number): Promise<number>;
}

/** @param start milliseconds since the epoch; 2026-11-23T12:00:00Z, if left out */
export function fakeClock(start: number = Date.UTC(2026, 10, 23, 12)): FakeClock {
	let now = start;
	const sleeping = new Set<{ at: number; wake: () => void }>();
	let watchers: (() => void)[] = [];
	return {
		now: () => now,
		sleep: (ms, signal) =>
			new Promise<void>((resolve, reject) => {
				if (signal?.aborted) return reject(signal.reason);
				const abort = (): void => {
					sleeping.delete(sleeper);
					reject(signal?.reason);
				};
				const sleeper = {
					at: now + ms,
					wake: () => {
						sleeping.delete(sleeper);
						signal?.removeEventListener("abort", abort);
						resolve();
					},
				};
				signal?.addEventListener("abort", abort, { once: true });
				sleeping.add(sleeper);
				for (const watcher of watchers) watcher();
				watchers = [];
			}),
		advance(ms) {
			now += ms;
			for (const sleeper of [...sleeping].sort((a, b) => a.at - b.at)) if (sleeper.at <= now) sleeper.wake();
		},
		get sleepers() {
			return sleeping.size;
		},
		async asleep(longest = Number.POSITIVE_INFINITY) {
			for (;;) {
				const shortest = Math.min(...[...sleeping].map(({ at }) => at - now));
				if (sleeping.size > 0 && shortest <= longest) return shortest;
				await new Promise<void>((resolve) => watchers.push(resolve));
			}
		},
	};
}

export interface LogLine {
	readonly level: "trace" | "debug" | "info" | "warn" | "error";
	readonly message: string;
	readonly fields: LogFields | undefined;
}

export interface TestContext extends AuthContext {
	/** Everything logged so far, the lowest level included. */
	readonly logged: readonly LogLine[];
	/** Closes the network and removes the temporary folders. Happens by itself at the end of a test. */
	dispose(): void;
}

/** Of contexts that no test's end disposes of. */
const leftOver: (() => void)[] = [];

/**
 * @param overrides replace parts of the context; `env` is used as given, so that nothing of the real environment leaks in
 * @returns a context over a fresh home with an empty project folder as the working directory, and the real clock
 */
export function testContext(overrides: Partial<AuthContext> = {}): TestContext {
	const root = realpathSync(mkdtempSync(join(tmpdir(), "atmos-auth-test-")));
	const home = overrides.home ?? join(root, "home");
	const cwd = overrides.cwd ?? join(root, "project");
	mkdirSync(home, { recursive: true, mode: 0o700 });
	mkdirSync(cwd, { recursive: true });
	const logged: LogLine[] = [];
	const log =
		(level: LogLine["level"]) =>
		(message: string, fields?: LogFields): void =>
			void logged.push({ level, message, fields });
	const base = {
		// Never the keyring of whoever runs the tests.
		env: { HOME: home, PATH: process.env.PATH, ATMOS_KEYRING_TYPE: "memory" },
		platform: process.platform,
		clock: realClock,
		log: { trace: log("trace"), debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
		...overrides,
	};
	const network = overrides.network ?? createNetwork({ ...base, certificateVariables: certificateVariables() });
	const dispose = (): void => {
		network.close();
		rmSync(root, { recursive: true, force: true });
	};
	try {
		onTestFinished(dispose);
	} catch {
		// Made outside a test, in a hook or in a child process.
		if (leftOver.length === 0) process.once("exit", () => leftOver.forEach((disposeIt) => void disposeIt()));
		leftOver.push(dispose);
	}
	return {
		hostname: "test-host",
		pid: process.pid,
		self: { command: process.execPath, args: ["atmos-auth"], version: "0.0.0-test" },
		...base,
		home,
		cwd,
		network,
		logged,
		dispose,
	};
}
