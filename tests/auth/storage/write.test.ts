import { execFileSync, spawnSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { watchFiles } from "../../../src/auth/storage/file-events.ts";
import { temporaryPath } from "../../../src/auth/storage/temporary.ts";
import { readText, removeWhole, writeWhole } from "../../../src/auth/storage/write.ts";
import { testContext } from "../../helpers/context.ts";
import { run } from "./run-child.ts";

const isRoot = process.getuid?.() === 0;
const mode = (path: string): number => statSync(path).mode & 0o777;

/** Mounts something for the time of a test. @returns false where that is not allowed */
function mount(target: string, ...args: string[]): boolean {
	if (!isRoot || process.platform !== "linux") return false;
	try {
		execFileSync("mount", [...args, target], { stdio: "ignore" });
	} catch {
		return false;
	}
	onTestFinished(() => void execFileSync("umount", ["-l", target]));
	return true;
}

describe("a written file", () => {
	test("is private, and so are the folders made for it", async () => {
		const { home } = testContext();
		const path = join(home, "a", "b", "file");
		await writeWhole(path, "content");
		expect(await readText(path)).toBe("content");
		expect([mode(path), mode(join(home, "a")), mode(join(home, "a", "b"))]).toEqual([0o600, 0o700, 0o700]);
	});

	test.each([
		["tighten", 0o644, 0o600, 0o044],
		["tighten", 0o400, 0o400, 0],
		["keep", 0o640, 0o640, 0],
		["set", 0o644, 0o600, 0o044],
	] as const)("with existing permissions to %s: %o becomes %o", async (existing, before, after, tightened) => {
		const path = join(testContext().home, "file");
		writeFileSync(path, "old");
		chmodSync(path, before);
		expect((await writeWhole(path, "new", { existing })).tightened).toBe(tightened);
		expect([mode(path), readFileSync(path, "utf8")]).toEqual([after, "new"]);
	});

	test("is what a symbolic link points to; the link stays", async () => {
		const { home } = testContext();
		const real = join(home, "dotfiles", "file");
		const link = join(home, "link");
		const chain = join(home, "chain");
		mkdirSync(join(home, "dotfiles"));
		writeFileSync(real, "old");
		symlinkSync("dotfiles/file", link);
		symlinkSync(link, chain);
		expect((await writeWhole(chain, "new")).target).toBe(real);
		expect([readFileSync(real, "utf8"), readlinkSync(link), readlinkSync(chain)]).toEqual([
			"new",
			"dotfiles/file",
			link,
		]);
	});

	test("is made where a dangling link points, folders included", async () => {
		const { home } = testContext();
		const link = join(home, "link");
		symlinkSync("later/file", link);
		await writeWhole(link, "new");
		expect(readFileSync(join(home, "later", "file"), "utf8")).toBe("new");
		expect(lstatSync(link).isSymbolicLink()).toBe(true);
	});

	test("leaves nothing else behind, and clears away what killed writers left", async () => {
		const { home } = testContext();
		const leftovers = [".atmos-auth-4711-abc.tmp", "x.atmos-auth-lock.atmos-auth-00112233aabbccdd"];
		for (const name of leftovers) {
			writeFileSync(join(home, name), "secret");
			utimesSync(join(home, name), Date.now() / 1000 - 3600, Date.now() / 1000 - 3600);
		}
		// On another machine, perhaps: nothing tells whether it still writes.
		writeFileSync(join(home, ".atmos-auth-4712-0123456789ab-def.tmp"), "of a writer that is at work");
		// Of this machine and at work, whatever the clock says.
		const own = basename(temporaryPath(home));
		writeFileSync(join(home, own), "secret");
		// Of this machine, by a process that has ended.
		const { pid } = spawnSync(process.execPath, ["-e", "0"]);
		writeFileSync(join(home, own.replace(`-${process.pid}-`, `-${pid}-`)), "secret");
		await writeWhole(join(home, "file"), "new");
		expect(readdirSync(home).sort()).toEqual([".atmos-auth-4712-0123456789ab-def.tmp", own, "file"].sort());
	});
});

describe.skipIf(process.platform === "win32")("the system is asked", () => {
	const traced = async (options: { mode?: string; durable?: boolean }): Promise<unknown> => {
		const { home } = testContext();
		const path = join(home, "file");
		writeFileSync(path, "old", { mode: 0o600 });
		const { result } = await run("write-traced", { home, path, content: "new", ...options });
		expect(readFileSync(path, "utf8")).toBe("new");
		return result;
	};

	test("for a private file from the first byte; content, name and folder go to the disk in this order", async () => {
		expect(await traced({})).toEqual([
			"open .tmp 600",
			"writeFile .tmp",
			"chmod .tmp 600",
			"sync .tmp",
			"rename .tmp file",
			"sync folder",
		]);
	});

	test("for no flush of the disk where the content can be made again", async () => {
		expect(await traced({ durable: false })).toEqual([
			"open .tmp 600",
			"writeFile .tmp",
			"chmod .tmp 600",
			"rename .tmp file",
		]);
	});

	test("to put a file on the disk that could only be written in place", async () => {
		expect(await traced({ mode: "EBUSY" })).toEqual([
			"open .tmp 600",
			"writeFile .tmp",
			"chmod .tmp 600",
			"sync .tmp",
			"rename .tmp file",
			"open file 600",
			"write file",
			"truncate file",
			"chmod file 600",
			"sync file",
			"sync folder",
		]);
	});
});

describe("under sudo", () => {
	test("files and folders in a user's home are that user's", async ({ skip }) => {
		skip(!isRoot, "only root can give files away");
		const { home } = testContext();
		chownSync(home, 65534, 65534);
		const path = join(home, "a", "b", "file");
		await writeWhole(path, "content");
		for (const made of [path, join(home, "a", "b"), join(home, "a")]) expect(statSync(made).uid).toBe(65534);
		await writeWhole(path, "again");
		expect(statSync(path).uid).toBe(65534);
	});
});

describe("what is no file", () => {
	test("a circle of links is an error with a remedy", async () => {
		const { home } = testContext();
		symlinkSync("b", join(home, "a"));
		symlinkSync("a", join(home, "b"));
		await expect(writeWhole(join(home, "a"), "x")).rejects.toMatchObject({ code: "storage", reason: /circle/ });
	});

	test("a folder is neither read nor replaced", async () => {
		const { home } = testContext();
		mkdirSync(join(home, "folder"));
		const problem = { code: "storage", reason: "it is a folder" };
		await expect(writeWhole(join(home, "folder"), "x")).rejects.toMatchObject(problem);
		await expect(readText(join(home, "folder"))).rejects.toMatchObject(problem);
	});

	test.skipIf(process.platform === "win32")("a pipe is neither waited for nor replaced", async () => {
		const path = join(testContext().home, "pipe");
		execFileSync("mkfifo", [path]);
		await expect(readText(path)).rejects.toMatchObject({ code: "storage" });
		await expect(writeWhole(path, "x")).rejects.toMatchObject({ code: "storage" });
		expect(lstatSync(path).isFIFO()).toBe(true);
	});

	test("text that is not UTF-8 is not read as if it were", async () => {
		const path = join(testContext().home, "file");
		writeFileSync(path, Buffer.from([0x61, 0xff, 0xfe]));
		await expect(readText(path)).rejects.toMatchObject({ code: "storage" });
	});

	test("no file is no error", async () => {
		expect(await readText(join(testContext().home, "none"))).toBeUndefined();
	});
});

describe("a write that fails", () => {
	test.skipIf(process.platform === "win32")("in a read-only folder says so, and changes nothing", async () => {
		const { home } = testContext();
		const folder = join(home, "folder");
		mkdirSync(folder);
		const path = join(folder, "file");
		writeFileSync(path, "old");
		chmodSync(folder, 0o555);
		// Only root can remove what is in it otherwise.
		onTestFinished(() => chmodSync(folder, 0o755));
		// Root may do anything: the child becomes somebody who may not.
		if (isRoot) for (const open of [home, join(home, "..")]) chmodSync(open, 0o755);
		if (isRoot) execFileSync("chown", ["-R", "65534:65534", folder]);
		const { result } = await run("write-as-nobody", { home, path, content: "new" });
		expect(result).toMatchObject({
			code: "storage",
			message: `cannot write ${path}`,
			reason: `permission denied: ${folder} has mode 0555`,
			remedy: { run: ["chmod", "u+rwx", folder] },
		});
		expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["old", ["file"]]);
	});

	test("on a full disk keeps the old content and leaves no temporary file", async ({ skip }) => {
		const folder = join(testContext().home, "disk");
		mkdirSync(folder);
		if (!mount(folder, "-t", "tmpfs", "-o", "size=64k", "tmpfs")) skip("only root can mount a disk");
		const path = join(folder, "file");
		await writeWhole(path, "old");
		await expect(writeWhole(path, "x".repeat(100_000))).rejects.toMatchObject({
			code: "storage",
			message: `cannot write ${path}`,
			reason: `no space left on the disk of ${folder}`,
			remedy: { run: ["df", "-h", folder] },
		});
		expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["old", ["file"]]);
	});

	test("on a read-only file system says so", async ({ skip }) => {
		const folder = join(testContext().home, "disk");
		mkdirSync(folder);
		if (!mount(folder, "-t", "tmpfs", "-o", "ro", "tmpfs")) skip("only root can mount a disk");
		await expect(writeWhole(join(folder, "file"), "x")).rejects.toMatchObject({ code: "storage", reason: /read-only/ });
	});
});

describe("a file that is removed", () => {
	test("is gone, at the end of all links, and it is told; once", async () => {
		const { home } = testContext();
		const [file, link] = [join(home, "file"), join(home, "link")];
		writeFileSync(file, "secret");
		symlinkSync("file", link);
		const told: string[] = [];
		onTestFinished(watchFiles((event, path) => void told.push(`${event} ${basename(path)}`)));
		await removeWhole(link);
		await removeWhole(link);
		expect(readdirSync(home)).toEqual(["link"]);
		expect(told).toEqual(["removed file"]);
	});

	test("has to be one", async () => {
		const { home } = testContext();
		mkdirSync(join(home, "folder"));
		await expect(removeWhole(join(home, "folder"))).rejects.toMatchObject({ code: "storage" });
		expect(existsSync(join(home, "folder"))).toBe(true);
	});
});

describe("a single file mounted into a container", () => {
	test("is written in place, since it cannot be replaced", async ({ skip }) => {
		const { home } = testContext();
		const [outside, inside] = [join(home, "outside"), join(home, "inside")];
		writeFileSync(outside, "the old content, which is longer");
		writeFileSync(inside, "");
		if (!mount(inside, "--bind", outside)) skip("only root can mount a disk");
		expect((await writeWhole(inside, "new")).inPlace).toBe(true);
		expect(readFileSync(outside, "utf8")).toBe("new");
		expect(readdirSync(home).sort()).toEqual(["inside", "outside"]);
	});

	test("is empty when it is removed, since its name cannot go", async ({ skip }) => {
		const { home } = testContext();
		const [outside, inside] = [join(home, "outside"), join(home, "inside")];
		writeFileSync(outside, "secret");
		writeFileSync(inside, "");
		if (!mount(inside, "--bind", outside)) skip("only root can mount a disk");
		await removeWhole(inside);
		expect(readFileSync(outside, "utf8")).toBe("");
	});

	test("on a disk that fills up keeps its old content", async ({ skip }) => {
		const { home } = testContext();
		const disk = join(home, "disk");
		const inside = join(home, "inside");
		mkdirSync(disk);
		writeFileSync(inside, "");
		if (!mount(disk, "-t", "tmpfs", "-o", "size=64k", "tmpfs")) skip("only root can mount a disk");
		writeFileSync(join(disk, "file"), "old");
		if (!mount(inside, "--bind", join(disk, "file"))) skip("only root can mount a disk");
		await expect(writeWhole(inside, "x".repeat(100_000))).rejects.toMatchObject({ code: "storage" });
		expect(readFileSync(join(disk, "file"), "utf8")).toBe("old");
	});
});

describe.skipIf(process.platform === "win32")("a kill", () => {
	test("between any two system calls leaves the old content or the new", { timeout: 120_000 }, async () => {
		const { home } = testContext();
		const path = join(home, "file");
		const contents = ["old\n".repeat(5_000), "new\n".repeat(6_000)];
		writeFileSync(path, contents[0] as string);
		const { result: total } = await run("write", { home, path, content: contents[1] as string, steps: 1e9 });
		expect(total).toBeGreaterThan(8);
		const seen = new Set<string>();
		for (let steps = 0; steps <= Number(total); steps++) {
			writeFileSync(path, contents[0] as string);
			const { signal } = await run("write", { home, path, content: contents[1] as string, steps });
			const found = readFileSync(path, "utf8");
			expect(contents, `after ${steps} calls`).toContain(found);
			expect(signal === "SIGKILL" || found === contents[1]).toBe(true);
			seen.add(found);
		}
		expect(seen.size, "the kill hits before the rename and after it").toBe(2);
		expect(existsSync(path)).toBe(true);
	});
});
