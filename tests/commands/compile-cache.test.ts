import { spawnSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";

const BUILT = fileURLToPath(new URL("../../dist/atmos-auth.mjs", import.meta.url));
const isRoot = process.getuid?.() === 0;

/** A home folder, and where the compile cache is below it. */
function setUp(): { readonly home: string; readonly folder: string } {
	const home = realpathSync(mkdtempSync(join(tmpdir(), "atmos-auth-test-")));
	onTestFinished(() => rmSync(home, { recursive: true, force: true }));
	return { home, folder: join(home, ".cache", "atmos", "compiled") };
}

/** Runs a command that is worth a compile cache, with the umask given. */
function start(home: string, options: { umask?: string; env?: Record<string, string> } = {}): void {
	const { status } = spawnSync(
		"sh",
		["-c", `umask ${options.umask ?? "022"}; exec "$1" "$2" validate`, "sh", process.execPath, BUILT],
		{ cwd: home, env: { HOME: home, PATH: process.env.PATH, ...options.env } },
	);
	expect(status).toBe(2);
}

const mode = (path: string): number => statSync(path).mode & 0o777;

/** What lies in the folder now, which no start may use or add to. */
function planted(folder: string): void {
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "planted"), "");
}
const untouched = (folder: string): void => expect(readdirSync(folder)).toEqual(["planted"]);

describe.skipIf(process.platform === "win32")("the compile cache", () => {
	test.each(["000", "002", "022", "077"])("is the user's alone with umask %s", (umask) => {
		const { home, folder } = setUp();
		start(home, { umask });
		for (const made of [folder, dirname(folder), dirname(dirname(folder))]) expect(mode(made), made).toBe(0o700);
		expect(readdirSync(folder)).not.toEqual([]);
	});

	test("keeps a folder that only others could read, and closes it", () => {
		const { home, folder } = setUp();
		planted(folder);
		chmodSync(folder, 0o755);
		start(home);
		expect(mode(folder)).toBe(0o700);
		expect(readdirSync(folder)).toHaveLength(2);
	});

	test.each([0o775, 0o777])("does not run what others may have put into a folder with mode %o", (open) => {
		const { home, folder } = setUp();
		planted(folder);
		chmodSync(folder, open);
		start(home);
		expect(mode(folder)).toBe(0o700);
		expect(readdirSync(folder)).not.toContain("planted");
	});

	test("is not used in a folder of another user", ({ skip }) => {
		skip(!isRoot, "only root can give files away");
		const { home, folder } = setUp();
		planted(folder);
		chmodSync(folder, 0o700);
		chownSync(folder, 65534, 65534);
		start(home);
		untouched(folder);
	});

	test("is not used below a folder of another user", ({ skip }) => {
		skip(!isRoot, "only root can give files away");
		const { home, folder } = setUp();
		planted(folder);
		chmodSync(folder, 0o700);
		chownSync(dirname(folder), 65534, 65534);
		start(home);
		untouched(folder);
	});

	test("is not used where somebody else could exchange it", () => {
		const { home, folder } = setUp();
		planted(folder);
		chmodSync(folder, 0o700);
		chmodSync(dirname(folder), 0o777);
		start(home);
		untouched(folder);
		// Nor made there.
		rmSync(folder, { recursive: true });
		start(home);
		expect(existsSync(folder)).toBe(false);
	});

	test("is not used through a link", () => {
		const { home, folder } = setUp();
		planted(folder);
		chmodSync(folder, 0o700);
		renameSync(folder, join(home, "elsewhere"));
		symlinkSync(join(home, "elsewhere"), folder);
		start(home);
		untouched(join(home, "elsewhere"));
		expect(lstatSync(folder).isSymbolicLink(), "it is not ours to remove").toBe(true);
	});

	test("is where XDG says, but never in the working directory", () => {
		const { home, folder } = setUp();
		start(home, { env: { XDG_CACHE_HOME: "relative" } });
		expect(existsSync(join(home, "relative"))).toBe(false);
		expect(readdirSync(folder)).not.toEqual([]);
		start(home, { env: { XDG_CACHE_HOME: join(home, "xdg") } });
		expect(existsSync(join(home, "xdg/atmos/compiled"))).toBe(true);
		start(home, { env: { XDG_CACHE_HOME: join(home, "xdg"), ATMOS_XDG_CACHE_HOME: join(home, "own") } });
		expect(existsSync(join(home, "own/atmos/compiled"))).toBe(true);
		for (const nowhere of ["", "relative"]) start(home, { env: { HOME: nowhere } });
		expect(readdirSync(home).sort()).toEqual([".cache", "own", "xdg"]);
	});
});
