import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { browserCommands, isSafeLink, openPage, shouldOpenByItself } from "../../src/terminal/browser.ts";

const root = mkdtempSync(join(tmpdir(), "atmos-browser-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const LINK = "https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV&x='$(id)";
const SAFE = "https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV&a=b";

describe("a page opens by itself", () => {
	const desktop = { DISPLAY: ":0" };
	test.each([
		["on a Linux desktop", "linux", desktop, {}, true],
		["on Wayland", "linux", { WAYLAND_DISPLAY: "wayland-0" }, {}, true],
		["not without a display", "linux", {}, {}, false],
		["on a Mac", "darwin", {}, {}, true],
		["on Windows", "win32", {}, {}, true],
		["under WSL", "linux", { WSL_DISTRO_NAME: "Ubuntu" }, {}, true],
		["not over SSH", "darwin", { SSH_CONNECTION: "1 2 3 4" }, {}, false],
		["not over SSH with a forwarded display", "linux", { ...desktop, SSH_TTY: "/dev/pts/0" }, {}, false],
		["not in a container", "linux", desktop, { container: true }, false],
		["in a container that says how", "linux", { BROWSER: "/vscode/browser.sh" }, { container: true }, true],
		["not in a container with BROWSER=none", "linux", { BROWSER: "none" }, { container: true }, false],
		["not over SSH, whatever BROWSER says", "linux", { BROWSER: "firefox", SSH_TTY: "/dev/pts/0" }, {}, false],
		["not with --no-browser", "darwin", {}, { noBrowser: true }, false],
		["not with --no-browser, whatever BROWSER says", "linux", { BROWSER: "firefox" }, { noBrowser: true }, false],
		["not with BROWSER=none", "linux", { ...desktop, BROWSER: "none" }, {}, false],
		["not with BROWSER=/bin/true", "darwin", { BROWSER: "/bin/true" }, {}, false],
		["with a browser of one's own choice", "linux", { BROWSER: "my-browser" }, {}, true],
	] as const)("%s", (_, platform, env, more, expected) => {
		expect(shouldOpenByItself({ platform, env, ...more })).toBe(expected);
	});
});

describe("a link", () => {
	test.each([
		["https://example.com/start", true],
		["http://127.0.0.1:8080/", true],
		["http://localhost/", true],
		["http://example.com/", false],
		["file:///etc/passwd", false],
		["javascript:alert(1)", false],
		["--new-window", false],
		["https://example.com/\u001b[2J", false],
		["https://example.com/ --flag", false],
		["https://user:secret@example.com/", false],
		[LINK, false],
		["not a link", false],
	])("%s may be opened: %s", (link, expected) => {
		expect(isSafeLink(link)).toBe(expected);
	});
});

describe("the program", () => {
	const commands = (platform: NodeJS.Platform, env: Record<string, string>) =>
		browserCommands(SAFE, { platform, env, cwd: "/" });

	test("never is a shell, and the link is one argument of its own", () => {
		for (const [platform, env] of [
			["darwin", {}],
			["win32", {}],
			["linux", {}],
			["linux", { WSL_DISTRO_NAME: "Ubuntu" }],
			["linux", { BROWSER: "firefox --new-window %s:chromium" }],
		] as const) {
			for (const [program, ...args] of commands(platform, env)) {
				expect(program).not.toMatch(/(?:^|\/)(?:sh|bash|cmd|cmd\.exe|powershell(?:\.exe)?)$/);
				expect(args).toContain(SAFE);
			}
		}
	});

	test("is the user's own, with its arguments, in their order", () => {
		expect(commands("linux", { BROWSER: "firefox --new-window %s:w3m" })).toEqual([
			["firefox", "--new-window", SAFE],
			["w3m", SAFE],
		]);
	});

	test("may have blanks in its path, with quotes around it or as a file that is there", () => {
		const folder = join(root, "Program Files");
		mkdirSync(folder);
		const file = join(folder, "my browser");
		writeFileSync(file, "");
		for (const [value, command] of [
			[file, [file, SAFE]],
			[`${file} --new-window %s`, [file, "--new-window", SAFE]],
			[`"${file}" --profile "My Work"`, [file, "--profile", "My Work", SAFE]],
			[`'${file}'`, [file, SAFE]],
			[`--profile='My Work'`, ["--profile=My Work", SAFE]],
			[`"C:\\Program Files\\Chrome\\chrome.exe" %s`, ["C:\\Program Files\\Chrome\\chrome.exe", SAFE]],
			["/no such/browser", ["/no", "such/browser", SAFE]],
		] as const) {
			expect(commands(value.includes("C:") ? "win32" : "linux", { BROWSER: value })).toEqual([command]);
		}
		expect(commands("win32", { BROWSER: file })).toEqual([[file, SAFE]]);
		expect(commands("linux", { BROWSER: " : " })).toEqual([]);
	});

	test("is started with the link, and found on PATH but never in the working directory", async () => {
		const bin = join(root, "bin");
		const project = join(root, "project");
		for (const folder of [bin, project]) mkdirSync(folder);
		const opened = join(root, "opened");
		writeFileSync(
			join(bin, "xdg-open"),
			`#!/bin/sh\nprintf %s "$1" > "${opened}.new" && mv "${opened}.new" "${opened}"\n`,
		);
		writeFileSync(join(project, "xdg-open"), "#!/bin/sh\nexit 0\n");
		for (const folder of [bin, project]) chmodSync(join(folder, "xdg-open"), 0o755);
		const PATH = `${project}:.:${bin}:/usr/bin:/bin`;
		const there = new Promise<void>((resolve) => {
			const watcher = watch(root, (_, name) => {
				if (name !== "opened") return;
				watcher.close();
				resolve();
			});
		});
		expect(await openPage(SAFE, { env: { PATH }, platform: "linux", cwd: project })).toEqual({ opened: true });
		await there;
		expect(readFileSync(opened, "utf8")).toBe(SAFE);
	});

	test("that the system refuses to start at once is told, not thrown", async () => {
		// As a security agent may: `spawn` throws instead of emitting an error.
		const env = { PATH: "/usr/bin:/bin", BROWSER: "true --flag", BAD: "a\0b" };
		expect(await openPage(SAFE, { platform: "linux", cwd: "/", env })).toEqual({
			opened: false,
			reason: "no browser was found",
		});
	});

	test("that fails or is missing is told, not thrown", async () => {
		const options = { platform: "linux", cwd: "/" } as const;
		expect(await openPage(SAFE, { ...options, env: { PATH: root } })).toEqual({
			opened: false,
			reason: "no browser was found",
		});
		expect(
			await openPage(SAFE, { ...options, env: { PATH: "/usr/bin:/bin", BROWSER: "false-browser:sh -c false" } }),
		).toMatchObject({ opened: false });
		expect(await openPage(SAFE, { ...options, env: { BROWSER: "none" } })).toMatchObject({ opened: false });
		expect(await openPage("file:///etc/passwd", { ...options, env: { PATH: "/bin" } })).toMatchObject({
			opened: false,
		});
	});
});
