/** Locks on macOS and Windows, with their answers given by the test. */
import { constants } from "node:fs";
import * as fs from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { holdFlock } from "../../../src/auth/storage/atmos-flock.ts";
import { joinOrLead } from "../../../src/auth/storage/single-flight.ts";
import { withKubectlLock, withLock } from "../../../src/auth/storage/with-lock.ts";
import { testContext } from "../../helpers/context.ts";

/** Paths that the system refuses, and how often still. */
const refusals = vi.hoisted(() => new Map<string, { code: string; times: number }>());

vi.mock("node:fs/promises", async (original) => {
	const real = await original<typeof fs>();
	const refusing =
		(name: "writeFile" | "unlink" | "lstat") =>
		async (...args: unknown[]): Promise<unknown> => {
			const refusal = refusals.get(`${name} ${String(args[0]).split("/").at(-1)}`);
			if (refusal !== undefined && refusal.times-- > 0) {
				throw Object.assign(new Error("refused by the test"), { code: refusal.code });
			}
			return (real[name] as (...all: unknown[]) => Promise<unknown>)(...args);
		};
	return { ...real, writeFile: refusing("writeFile"), unlink: refusing("unlink"), lstat: refusing("lstat") };
});
afterEach(() => refusals.clear());

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

describe("on macOS the lock of the Go program", () => {
	const ctx = () => testContext({ platform: "darwin" });

	test("is taken by opening its file, which waits for nobody, and tried again", async () => {
		const asked: unknown[][] = [];
		const close = vi.fn(async () => {});
		const open = (async (...args: unknown[]) => {
			asked.push(args);
			if (asked.length < 3) throw failure("EAGAIN");
			return { close };
		}) as unknown as typeof fs.open;
		const release = await holdFlock(ctx(), "/x/file.lock", { timeoutMs: 10_000 }, open);
		// <fcntl.h> of macOS: O_RDWR 0x2, O_EXLOCK 0x20; the others are numbered otherwise on other systems.
		const flags = 0x2 | 0x20 | constants.O_CREAT | constants.O_NONBLOCK;
		expect(asked).toEqual(Array.from({ length: 3 }, () => ["/x/file.lock", flags, 0o600]));
		expect(close).not.toHaveBeenCalled();
		await release?.();
		expect(close).toHaveBeenCalledOnce();
	});

	test("is not waited for longer than agreed, nor after an abort", async () => {
		const busy = (async () => Promise.reject(failure("EAGAIN"))) as typeof fs.open;
		await expect(holdFlock(ctx(), "/x/file.lock", { timeoutMs: 30 }, busy)).rejects.toMatchObject({ code: "storage" });
		const controller = new AbortController();
		const waiting = holdFlock(ctx(), "/x/file.lock", { timeoutMs: 60_000, signal: controller.signal }, busy);
		controller.abort(new Error("cancelled by the test"));
		await expect(waiting).rejects.toThrow("cancelled by the test");
	});

	test("is told of when it cannot be taken", async () => {
		const mac = ctx();
		const none = (async () => Promise.reject(failure("ENOTSUP"))) as typeof fs.open;
		expect(await holdFlock(mac, "/x/file.lock", { timeoutMs: 1_000 }, none)).toBeUndefined();
		expect(mac.logged).toEqual([
			{
				level: "info",
				message: "not taking the lock that atmos uses",
				fields: { path: "/x/file.lock", reason: "ENOTSUP" },
			},
		]);
	});
});

test("without a flock program the log says that the Go program's lock is not taken", async () => {
	const ctx = testContext({ platform: "linux", env: { PATH: "/nonexistent" } });
	expect(await withLock(ctx, join(ctx.home, "file"), {}, async () => "done")).toBe("done");
	expect(ctx.logged).toContainEqual({
		level: "info",
		message: "not taking the lock that atmos uses",
		fields: { path: join(ctx.home, "file.lock"), reason: "there is no program called flock" },
	});
});

describe("on Windows a lock", () => {
	const names: Record<string, string> = { own: "file.atmos-auth-lock", kubectl: "file.lock" };

	test.each(["EPERM", "EACCES", "EBUSY"])("that is refused with %s for a moment is made, and removed", async (code) => {
		for (const [kind, take] of [
			["own", withLock],
			["kubectl", withKubectlLock],
		] as const) {
			const ctx = testContext({ platform: "win32" });
			const lock = names[kind] as string;
			for (const call of ["writeFile", "unlink", "lstat"]) refusals.set(`${call} ${lock}`, { code, times: 3 });
			const held = await take(ctx, join(ctx.home, "file"), {}, () => fs.readdir(ctx.home));
			expect(held).toEqual([lock]);
			expect(await fs.readdir(ctx.home)).toEqual([]);
		}
	});

	test("that goes on being refused is not done without", async () => {
		const ctx = testContext({ platform: "win32" });
		const work = vi.fn(async () => {});
		refusals.set("writeFile file.atmos-auth-lock", { code: "EPERM", times: Number.POSITIVE_INFINITY });
		await expect(withLock(ctx, join(ctx.home, "file"), { timeoutMs: 300 }, work)).rejects.toMatchObject({
			code: "storage",
			message: `cannot lock ${join(ctx.home, "file")}`,
		});
		expect(work).not.toHaveBeenCalled();
	});

	test("of a sign-in likewise", async () => {
		const ctx = testContext({ platform: "win32" });
		const flight = (lead: () => Promise<string>) => ({
			path: join(ctx.home, "session"),
			signal: new AbortController().signal,
			read: async () => undefined,
			onWaiting: () => {},
			lead,
		});
		refusals.set("writeFile session", { code: "EACCES", times: 3 });
		expect(
			await joinOrLead(
				ctx,
				flight(async () => "made"),
			),
		).toBe("made");
		refusals.set("writeFile session", { code: "EACCES", times: Number.POSITIVE_INFINITY });
		await expect(
			joinOrLead(
				ctx,
				flight(async () => "made"),
			),
		).rejects.toMatchObject({ code: "storage" });
	});
});
