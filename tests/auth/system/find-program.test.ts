import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import which from "which";
import { findProgram } from "../../../src/auth/system/find-program.ts";

let root: string;
const home = process.env.HOME;
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), "atmos-find-")));
	for (const folder of ["bin", "project/node_modules/.bin", "home/.local/bin"]) {
		mkdirSync(join(root, folder), { recursive: true });
		writeFileSync(join(root, folder, "tool"), "#!/bin/sh\n");
		chmodSync(join(root, folder, "tool"), 0o755);
	}
});
afterEach(() => {
	rmSync(root, { recursive: true, force: true });
	process.env.HOME = home;
});

test("a program of the project is passed over for one further down on PATH", () => {
	const cwd = join(root, "project");
	const path = [join(cwd, "node_modules/.bin"), join(root, "bin")].join(":");
	expect(findProgram("tool", { path, cwd })).toBe(join(root, "bin/tool"));
	expect(findProgram("tool", { path: join(cwd, "node_modules/.bin"), cwd })).toBeUndefined();
});

test("relative entries of PATH are passed over", () => {
	expect(findProgram("tool", { path: ".:bin", cwd: root })).toBeUndefined();
});

test("programs of a home folder are found from it, but not what lies in it directly", () => {
	process.env.HOME = join(root, "home");
	const cwd = join(root, "home");
	expect(findProgram("tool", { path: join(cwd, ".local/bin"), cwd })).toBe(join(cwd, ".local/bin/tool"));
	expect(findProgram("tool", { path: join(root, "bin"), cwd: join(root, "bin") })).toBeUndefined();
});

test("from the root folder everything is found", () => {
	expect(findProgram("tool", { path: join(root, "bin"), cwd: "/" })).toBe(join(root, "bin/tool"));
});

test("the search ends at the first hit: what comes after it on PATH is not looked at", () => {
	const look = vi.spyOn(which, "sync");
	const path = [join(root, "none"), join(root, "bin"), join(root, "home/.local/bin")].join(":");
	expect(findProgram("tool", { path, cwd: "/" })).toBe(join(root, "bin/tool"));
	expect(look.mock.calls.map(([, options]) => options.path)).toEqual([join(root, "none"), join(root, "bin")]);
	look.mockRestore();
});

test("an absolute path is itself looked at, whatever PATH says", () => {
	const file = join(root, "bin/tool");
	expect(findProgram(file, { path: undefined, cwd: "/" })).toBe(file);
	expect(findProgram(file, { path: "/nonexistent:/bin", cwd: join(root, "bin") })).toBeUndefined();
});
