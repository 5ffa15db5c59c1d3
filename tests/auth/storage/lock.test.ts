import { spawn } from "node:child_process";
import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { withKubectlLock, withLock } from "../../../src/auth/storage/with-lock.ts";
import { testContext } from "../../helpers/context.ts";
import { run, start } from "./run-child.ts";

const hasFlock = (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, "flock")));
const nothing = async (): Promise<string> => "got it";

describe.each(["own", "kubectl", "flock"])("a dozen processes with the lock %s", (mode) => {
	test("never work at the same time", { timeout: 60_000 }, async () => {
		const { home } = testContext();
		const path = join(home, "number");
		writeFileSync(path, "0");
		const children = Array.from({ length: 12 }, () => start("increment", { home, path, mode }));
		for (const child of children) expect(await child.ended).toMatchObject({ result: "done", errors: "" });
		expect(readFileSync(path, "utf8")).toBe("60");
		// Atmos's lock file stays, as the Go program leaves it; the others go.
		expect(readdirSync(home).sort()).toEqual(mode === "flock" && hasFlock ? ["number", "number.lock"] : ["number"]);
	});
});

describe("a killed holder", () => {
	test.each(["own", "kubectl"])("does not keep the others waiting (%s)", async (mode) => {
		const ctx = testContext();
		const path = join(ctx.home, "file");
		const child = start("hold", { home: ctx.home, path, mode });
		await child.until((value) => value === "held");
		child.process.kill("SIGKILL");
		await child.ended;
		expect(readdirSync(ctx.home), "the lock is still there").toHaveLength(1);
		const take = mode === "kubectl" ? withKubectlLock : withLock;
		// Long before its lease of 8 s is over.
		expect(await take(ctx, path, { timeoutMs: 4_000 }, nothing)).toBe("got it");
	});

	test("is not mistaken for another process that has its number now", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "file");
		const child = start("hold", { home: ctx.home, path });
		await child.until((value) => value === "held");
		const lock = join(ctx.home, "file.atmos-auth-lock");
		const { readlinkSync, unlinkSync } = await import("node:fs");
		// The same as if the holder had ended and this process had got its pid.
		const text = readlinkSync(lock).split(".");
		text[2] = String(process.pid);
		unlinkSync(lock);
		symlinkSync(text.join("."), lock);
		// At once where the system tells when a process started; elsewhere its heartbeat decides, after 8 s.
		const timeoutMs = process.platform === "linux" ? 4_000 : 20_000;
		expect(await withLock(ctx, path, { timeoutMs }, nothing)).toBe("got it");
	});

	test("on another machine is given up when its heart stops", { timeout: 20_000 }, async () => {
		const ctx = testContext();
		const path = join(ctx.home, "file");
		const child = start("hold", { home: ctx.home, path, hostname: "elsewhere" });
		await child.until((value) => value === "held");
		child.process.kill("SIGKILL");
		await child.ended;
		expect(await withLock(ctx, path, { timeoutMs: 15_000 }, nothing)).toBe("got it");
	});
});

describe("a living holder", () => {
	test("is waited for, and named when the time is up", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "file");
		const child = start("hold", { home: ctx.home, path });
		await child.until((value) => value === "held");
		await expect(withLock(ctx, path, { timeoutMs: 300 }, nothing)).rejects.toMatchObject({
			code: "storage",
			reason: expect.stringContaining(`process ${child.process.pid} holds`),
			remedy: { run: ["kill", String(child.process.pid)] },
		});
	});

	test("on another machine is waited for as long as its heart beats", { timeout: 30_000 }, async () => {
		const ctx = testContext();
		const path = join(ctx.home, "file");
		const child = start("hold", { home: ctx.home, path, hostname: "elsewhere" });
		await child.until((value) => value === "held");
		await expect(withLock(ctx, path, { timeoutMs: 11_000 }, nothing)).rejects.toMatchObject({ code: "storage" });
	});

	test("is no longer waited for after an abort", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "file");
		const child = start("hold", { home: ctx.home, path });
		await child.until((value) => value === "held");
		const controller = new AbortController();
		const waiting = withLock(ctx, path, { signal: controller.signal }, nothing);
		controller.abort(new Error("cancelled by the test"));
		await expect(waiting).rejects.toThrow("cancelled by the test");
	});
});

describe("the lock", () => {
	test("is given back when the work fails", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "file");
		const fail = (): Promise<never> => Promise.reject(new Error("failed"));
		await expect(withLock(ctx, path, { flock: false }, fail)).rejects.toThrow("failed");
		expect(readdirSync(ctx.home)).toEqual([]);
	});

	test("is one for all names of a file", async () => {
		const ctx = testContext();
		writeFileSync(join(ctx.home, "file"), "");
		symlinkSync("file", join(ctx.home, "link"));
		await withLock(ctx, join(ctx.home, "link"), {}, async () => {
			const other = withLock(ctx, join(ctx.home, "file"), { timeoutMs: 200 }, nothing);
			await expect(other).rejects.toMatchObject({ code: "storage" });
		});
	});
});

describe("the lock of the Go program", () => {
	beforeEach(({ skip }) => skip(!hasFlock, "there is no flock program"));

	test("is respected and left in place", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "file");
		const holder = spawn("flock", ["-x", `${path}.lock`, "sh", "-c", "echo held; exec cat"], {
			stdio: ["pipe", "pipe", "ignore"],
		});
		onTestFinished(() => void holder.kill());
		await new Promise((resolve) => holder.stdout.once("data", resolve));
		await expect(withLock(ctx, path, { timeoutMs: 300 }, nothing)).rejects.toMatchObject({
			code: "storage",
			message: `timed out waiting for the lock ${path}.lock`,
		});
		holder.stdin.end();
		expect(await withLock(ctx, path, {}, nothing)).toBe("got it");
		expect(lstatSync(`${path}.lock`).isFile()).toBe(true);
	});

	test("is held while the work is done", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "file");
		const tryIt = (): Promise<number | null> =>
			new Promise((resolve) => spawn("flock", ["-n", `${path}.lock`, "true"]).once("exit", resolve));
		expect(await withLock(ctx, path, {}, tryIt)).toBe(1);
		expect(await tryIt()).toBe(0);
	});

	test("is not taken with a program from the project's own folder", async () => {
		const ctx = testContext();
		const bin = join(ctx.cwd, "bin");
		mkdirSync(bin);
		const trace = join(ctx.home, "trace");
		writeFileSync(join(bin, "flock"), `#!/bin/sh\necho ran > ${trace}\n`, { mode: 0o755 });
		const elsewhere = { ...ctx, env: { ...ctx.env, PATH: `bin:${bin}:/nonexistent` } };
		expect(await withLock(elsewhere, join(ctx.home, "file"), {}, nothing)).toBe("got it");
		expect(existsSync(trace)).toBe(false);
	});
});

describe("kubectl's lock", () => {
	test("is the existence of a file that kubectl's way of making it trips over", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "config");
		await withKubectlLock(ctx, path, {}, async () => {
			// client-go: os.OpenFile(name, O_CREATE|O_EXCL, 0)
			expect(() => writeFileSync(`${path}.lock`, "", { flag: "wx" })).toThrow("EEXIST");
		});
		writeFileSync(`${path}.lock`, "", { flag: "wx" });
	});

	test("of another program is waited for; it is not ours to remove", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "config");
		writeFileSync(`${path}.lock`, "", { mode: 0 });
		await expect(withKubectlLock(ctx, path, { timeoutMs: 300 }, nothing)).rejects.toMatchObject({
			code: "storage",
			remedy: { run: ["rm", `${path}.lock`] },
		});
		expect(existsSync(`${path}.lock`)).toBe(true);
	});

	test("of another program that may not be read is waited for too", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "config");
		writeFileSync(`${path}.lock`, "", { mode: 0 });
		// Root reads anything: the child becomes somebody who does not.
		if (process.getuid?.() === 0) {
			for (const folder of [ctx.home, join(ctx.home, "..")]) chmodSync(folder, 0o755);
			for (const owned of [ctx.home, `${path}.lock`]) chownSync(owned, 65534, 65534);
		}
		const { result } = await run("lock-as-nobody", { home: ctx.home, path });
		expect(result).toMatchObject({ code: "storage", remedy: { run: ["rm", `${path}.lock`] } });
	});

	test("that a crash left a minute ago is removed", async () => {
		const ctx = testContext();
		const path = join(ctx.home, "config");
		writeFileSync(`${path}.lock`, "", { mode: 0 });
		const then = Date.now() / 1000 - 61;
		utimesSync(`${path}.lock`, then, then);
		expect(await withKubectlLock(ctx, path, { timeoutMs: 300 }, nothing)).toBe("got it");
		expect(readdirSync(ctx.home)).toEqual([]);
	});
});
