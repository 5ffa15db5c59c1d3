import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clipboardTools, copyText } from "../../src/terminal/clipboard.ts";

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "atmos-clipboard-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function program(name: string, script: string): void {
	writeFileSync(join(root, name), `#!/bin/sh\n${script}\n`);
	chmodSync(join(root, name), 0o755);
}

function copy(text: string, env: Record<string, string>, cwd = "/") {
	const written: string[] = [];
	const result = copyText(text, {
		env: { PATH: `${root}:/usr/bin:/bin`, ...env },
		platform: "linux",
		cwd,
		write: (sequence) => void written.push(sequence),
	});
	return result.then((how) => ({ how, written: written.join("") }));
}

const OSC_52 = `\u001b]52;c;${Buffer.from("WDDD").toString("base64")}\u0007`;

describe("copying", () => {
	test.each([
		["a Mac", "darwin", {}, ["pbcopy"]],
		["Windows", "win32", {}, ["clip.exe"]],
		["Wayland with X beside it", "linux", { WAYLAND_DISPLAY: "w", DISPLAY: ":0" }, ["wl-copy", "xclip", "xsel"]],
		["WSL", "linux", { WSL_DISTRO_NAME: "Ubuntu" }, ["clip.exe"]],
		["SSH, whose own clipboard is the wrong one", "linux", { DISPLAY: ":0", SSH_TTY: "/dev/pts/1" }, []],
		["tmux over SSH", "linux", { SSH_TTY: "/dev/pts/1", TMUX: "/tmp/t,1,0" }, ["tmux"]],
	] as const)("asks the programs of %s", (_, platform, env, expected) => {
		expect(clipboardTools(env, platform).map(({ name }) => name)).toEqual(expected);
	});

	test("gives the text to the program on its standard input, and says which it was", async () => {
		program("wl-copy", `cat > "${root}/copied"`);
		expect(await copy("WDDD", { WAYLAND_DISPLAY: "w" })).toEqual({
			how: { by: "wl-copy", certain: true },
			written: "",
		});
		expect(readFileSync(join(root, "copied"), "utf8")).toBe("WDDD");
	});

	test("goes on to the next program, and last to the terminal, which may ignore it", async () => {
		program("wl-copy", "exit 1");
		program("xclip", "cat > /dev/null");
		expect((await copy("WDDD", { WAYLAND_DISPLAY: "w", DISPLAY: ":0" })).how).toEqual({ by: "xclip", certain: true });
		expect(await copy("WDDD", { WAYLAND_DISPLAY: "w" })).toEqual({
			how: { by: "terminal", certain: false },
			written: OSC_52,
		});
	});

	test("goes on where the system refuses to start a program at once", async () => {
		program("wl-copy", "exit 0");
		// `spawn` throws for it, as it does where a security agent forbids a program.
		expect((await copy("WDDD", { WAYLAND_DISPLAY: "w", BAD: "a\0b" })).written).toBe(OSC_52);
	});

	test("does not wait for a program that hangs", async () => {
		program("wl-copy", "sleep 60");
		expect((await copy("WDDD", { WAYLAND_DISPLAY: "w" })).written).toBe(OSC_52);
	});

	test("does not run a program of the working directory", async () => {
		program("wl-copy", `touch "${root}/ran"`);
		expect((await copy("WDDD", { WAYLAND_DISPLAY: "w", PATH: root }, root)).how.by).toBe("terminal");
	});
});
