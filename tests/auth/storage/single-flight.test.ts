import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { AuthError } from "../../../src/auth/errors.ts";
import { readHolder } from "../../../src/auth/storage/owned-lock.ts";
import { joinOrLead, type Leader } from "../../../src/auth/storage/single-flight.ts";
import { readText, writeWhole } from "../../../src/auth/storage/write.ts";
import { testContext } from "../../helpers/context.ts";
import { type Child, start } from "./run-child.ts";

const leaders = (path: string): string[] => readFileSync(`${path}.led`, "utf8").trim().split("\n");
const isWaiting = (value: unknown): boolean => typeof (value as { waitingFor?: unknown }).waitingFor === "number";
const isLeading = (value: unknown): boolean => typeof (value as { leading?: unknown }).leading === "number";
const showsCode = (value: unknown): boolean => (value as { code?: unknown }).code === "ABCD-EFGH";

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
	let resolve: (value: T) => void = () => {};
	let reject: (error: Error) => void = () => {};
	const promise = new Promise<T>((yes, no) => {
		resolve = yes;
		reject = no;
	});
	return { promise, resolve, reject };
}

/** Starts one that leads until it is released, then others that wait for it. */
async function startFlight(
	home: string,
	path: string,
	waiting: number,
	options: { mode?: string } = {},
): Promise<{ leader: Child; others: Child[] }> {
	const leader = start("flight", { home, path, ...options });
	await leader.until(isLeading);
	const others = Array.from({ length: waiting }, () => start("flight", { home, path, ...options }));
	for (const other of others) await other.until(isWaiting);
	return { leader, others };
}

describe("a dozen processes that sign in at once", () => {
	test("open one page and share what comes of it", { timeout: 60_000 }, async () => {
		const { home } = testContext();
		const path = join(home, "session.json");
		const children = Array.from({ length: 12 }, () => start("flight", { home, path, ms: 500 }));
		const results = new Set<unknown>();
		for (const child of children) results.add((await child.ended).result);
		expect(leaders(path)).toHaveLength(1);
		expect([...results]).toEqual([`made by ${leaders(path)[0]}`]);
		expect(readdirSync(home).sort()).toEqual(["session.json", "session.json.led"]);
	});

	test("all show the code that the first was given", async () => {
		const { home } = testContext();
		const path = join(home, "session.json");
		const { leader, others } = await startFlight(home, path, 3);
		for (const other of others) {
			expect(await other.until(showsCode)).toEqual({ waitingFor: leader.process.pid, code: "ABCD-EFGH" });
		}
		leader.release();
		for (const other of others) expect((await other.ended).result).toBe(`made by ${leader.process.pid}`);
	});

	test("all end with the denial of the one that asked", { timeout: 60_000 }, async () => {
		const { home } = testContext();
		const path = join(home, "session.json");
		const { leader, others } = await startFlight(home, path, 5, { mode: "denied" });
		leader.release();
		for (const child of [leader, ...others]) {
			expect((await child.ended).result).toMatchObject({ code: "denied", message: "denied in the browser" });
		}
		expect(leaders(path)).toHaveLength(1);
	});
});

describe("a leader", () => {
	test.each(["SIGKILL", "SIGTERM"] as const)(
		"that ends by %s is followed by exactly one",
		{ timeout: 60_000 },
		async (signal) => {
			const { home } = testContext();
			const path = join(home, "session.json");
			const { leader, others } = await startFlight(home, path, 6);
			const before = performance.now();
			leader.process.kill(signal);
			await Promise.any(others.map((other) => other.until(isLeading)));
			expect(performance.now() - before, "it is followed long before its lease is over").toBeLessThan(6_000);
			for (const other of others) other.release();
			const results = await Promise.all(others.map(async (other) => (await other.ended).result));
			const [, second, ...more] = leaders(path);
			expect(more).toEqual([]);
			expect(new Set(results)).toEqual(new Set([`made by ${second}`]));
		},
	);

	test.skipIf(process.platform !== "linux")("that is suspended is not waited for", async () => {
		const { home } = testContext();
		const path = join(home, "session.json");
		const { leader, others } = await startFlight(home, path, 1);
		leader.process.kill("SIGSTOP");
		const [other] = others as [Child];
		other.release();
		expect((await other.ended).result).toBe(`made by ${other.process.pid}`);
		// Its own attempt goes on where it was; it disturbs nobody.
		leader.process.kill("SIGCONT");
		leader.release();
		expect((await leader.ended).result).toBe(`made by ${leader.process.pid}`);
		expect(readdirSync(home).sort()).toEqual(["session.json", "session.json.led"]);
	});

	test("that cannot make a lock leads all the same", async () => {
		const ctx = testContext();
		writeFileSync(join(ctx.home, "file"), "");
		const made = joinOrLead<string, never>(ctx, {
			path: join(ctx.home, "file", "below", "session.sign-in"),
			signal: new AbortController().signal,
			read: async () => undefined,
			lead: async () => "made",
			onWaiting: () => {},
		});
		expect(await made).toBe("made");
	});

	test("that comes when the result is there does nothing", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "session.json");
		await writeWhole(path, "made before");
		const lead = vi.fn();
		const signal = new AbortController().signal;
		const onWaiting = vi.fn();
		const read = (): Promise<string | undefined> => readText(path);
		expect(await joinOrLead(ctx, { path: `${path}.sign-in`, signal, read, lead, onWaiting })).toBe("made before");
		expect(lead).not.toHaveBeenCalled();
	});

	test("that fails for reasons of its own is followed by the next", async () => {
		const ctx = testContext();
		const common = {
			path: join(ctx.home, "session.json.sign-in"),
			signal: new AbortController().signal,
			read: async () => undefined,
		};
		const leading = deferred<void>();
		const outcome = deferred<string>();
		const waiting = deferred<void>();
		const first = joinOrLead<string, never>(ctx, {
			...common,
			lead() {
				leading.resolve();
				return outcome.promise;
			},
			onWaiting: () => {},
		});
		await leading.promise;
		const second = joinOrLead<string, never>(ctx, {
			...common,
			lead: async () => "by the second",
			onWaiting: () => waiting.resolve(),
		});
		await waiting.promise;
		outcome.reject(new AuthError({ code: "usage", message: "no terminal here" }));
		await expect(first).rejects.toThrow("no terminal here");
		expect(await second).toBe("by the second");
	});
});

describe("a failure that is shared", () => {
	/** @returns the failure of one that waited for a leader that left it, and was of any version */
	async function shared(remedy: unknown): Promise<unknown> {
		const ctx = testContext();
		const path = join(ctx.home, "session.json.sign-in");
		const common = { path, signal: new AbortController().signal, read: async () => undefined };
		const leading = deferred<void>();
		const outcome = deferred<string>();
		const waiting = deferred<void>();
		const first = joinOrLead<string, never>(ctx, {
			...common,
			lead() {
				leading.resolve();
				return outcome.promise;
			},
			// What another leader has left is left by this one instead.
			shared: () => false,
			onWaiting: () => {},
		});
		await leading.promise;
		const second = joinOrLead<string, never>(ctx, {
			...common,
			lead: () => Promise.reject(new Error("must not lead")),
			onWaiting: () => waiting.resolve(),
		}).catch((error: unknown) => error);
		await waiting.promise;
		const nonce = (await readHolder(path))?.owner?.nonce;
		const error = { code: "denied", message: "denied in the browser", remedy };
		await writeWhole(`${path}.failed`, JSON.stringify([{ nonce, error }]));
		outcome.reject(new Error("ends"));
		await expect(first).rejects.toThrow("ends");
		return second;
	}

	const run = ["atmos-auth", "login", "my dev's"];
	const edit = { file: "/a/atmos.yaml", line: 4 };

	test.each([
		["all its parts", { say: "choose Allow", run, edit }, { say: "choose Allow", run, edit }],
		["a command alone", { run }, { run }],
		["the text of an older version", "choose Allow", { say: "choose Allow" }],
		["none", undefined, undefined],
		["one that cannot be read", { run: "rm -rf", edit: 7 }, undefined],
		["one that cannot be read in part", { say: "choose Allow", run: [1], edit: {} }, { say: "choose Allow" }],
	])("keeps its remedy: %s", async (_, left, remedy) => {
		const error = await shared(left);
		expect(error).toMatchObject({ code: "denied", message: "denied in the browser" });
		expect((error as AuthError).remedy).toEqual(remedy);
	});
});

describe("an abort", () => {
	test("ends a waiting process at once, and leaves the leader alone", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "session.json");
		const leader = start("flight", { home: ctx.home, path, ms: 1_000 });
		await leader.until(isLeading);
		const controller = new AbortController();
		const told: Leader<unknown>[] = [];
		const waiting = joinOrLead<string, unknown>(ctx, {
			path: `${path}.sign-in`,
			signal: controller.signal,
			read: () => readText(path),
			lead: () => Promise.reject(new Error("must not lead")),
			onWaiting: (who) => {
				told.push(who);
				controller.abort(new Error("cancelled by the test"));
			},
		});
		await expect(waiting).rejects.toThrow("cancelled by the test");
		expect(told[0]).toMatchObject({ pid: leader.process.pid, startedAt: expect.any(Number) });
		expect((await leader.ended).result).toBe(`made by ${leader.process.pid}`);
	});

	test("ends a leader at once, whatever it is doing, and gives the lock back", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "session.json.sign-in");
		const controller = new AbortController();
		const leading = joinOrLead<string, unknown>(ctx, {
			path,
			signal: controller.signal,
			read: async () => undefined,
			lead: async () => {
				controller.abort(new Error("cancelled by the test"));
				return new Promise(() => {});
			},
			onWaiting: () => {},
		});
		await expect(leading).rejects.toThrow("cancelled by the test");
		expect(existsSync(path)).toBe(false);
	});
});
