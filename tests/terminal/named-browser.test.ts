/** The command line of each browser that a configuration can name, on each system. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { BrowserChoice } from "../../src/auth/interaction.ts";
import { openedText, openPage } from "../../src/terminal/browser.ts";
import { namedBrowser } from "../../src/terminal/named-browser.ts";

const URL = "https://acme.awsapps.com/start?a=b";
const WINDOWS = {
	ProgramFiles: "C:\\Program Files",
	"ProgramFiles(x86)": "C:\\Program Files (x86)",
	LOCALAPPDATA: "C:\\Users\\ada\\AppData\\Local",
};
const HOMES = { linux: { HOME: "/home/ada" }, darwin: { HOME: "/Users/ada" }, win32: WINDOWS } as const;

/** Profiles as Chromium's `Local State` has them. */
const STATE = JSON.stringify({ profile: { info_cache: { Default: { name: "Ada" }, "Profile 2": { name: "Work" } } } });

const commands = (
	platform: "linux" | "darwin" | "win32",
	choice: BrowserChoice,
	env: Record<string, string> = {},
	read: (path: string) => string | undefined = () => undefined,
) => namedBrowser(URL, choice, { platform, env: { ...HOMES[platform], ...env }, read });

describe("the command line", () => {
	test.each([
		["linux", { name: "chrome" }, "google-chrome", []],
		["linux", { name: "Chrome", isPrivate: true }, "google-chrome", ["--incognito"]],
		["linux", { name: "chromium", profile: "Profile 2" }, "chromium", ["--profile-directory=Profile 2"]],
		["linux", { name: "edge", isPrivate: true }, "microsoft-edge", ["--inprivate"]],
		[
			"linux",
			{ name: "brave", profile: "Work", isPrivate: true },
			"brave-browser",
			["--profile-directory=Profile 2", "--incognito"],
		],
		["linux", { name: "firefox" }, "firefox", []],
		["linux", { name: "firefox", profile: "work" }, "firefox", ["-P", "work"]],
		["linux", { name: "firefox", profile: "work", isPrivate: true }, "firefox", ["-P", "work", "-private-window"]],
		[
			"darwin",
			{ name: "chrome", profile: "work" },
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
			["--profile-directory=Profile 2"],
		],
		["darwin", { name: "edge" }, "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge", []],
		[
			"darwin",
			{ name: "brave", isPrivate: true },
			"/Applications/Brave Browser.app/Contents/MacOS/Brave Browser",
			["--incognito"],
		],
		[
			"darwin",
			{ name: "firefox", isPrivate: true },
			"/Applications/Firefox.app/Contents/MacOS/firefox",
			["-private-window"],
		],
		["darwin", { name: "safari" }, "/usr/bin/open", ["-a", "Safari"]],
		[
			"win32",
			{ name: "chrome", isPrivate: true },
			"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
			["--incognito"],
		],
		["win32", { name: "edge" }, "C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe", []],
		["win32", { name: "firefox", profile: "work" }, "C:\\Program Files\\Mozilla Firefox\\firefox.exe", ["-P", "work"]],
		["win32", { name: "brave" }, "C:\\Program Files\\BraveSoftware\\Brave-Browser\\Application\\brave.exe", []],
		["linux", { name: "/opt/firefox/firefox", profile: "work" }, "/opt/firefox/firefox", ["-P", "work"]],
		["win32", { name: "D:\\Chrome\\chrome.exe", isPrivate: true }, "D:\\Chrome\\chrome.exe", ["--incognito"]],
		["linux", { name: "/opt/kiosk" }, "/opt/kiosk", []],
	] as const)("on %s for %j", (platform, choice, program, words) => {
		const named = commands(platform, choice, {}, () => STATE);
		expect(named?.problem).toBeUndefined();
		expect(named?.commands[0]).toEqual([program, ...words, URL]);
		for (const command of named?.commands ?? []) expect(command.at(-1)).toBe(URL);
	});

	test("under WSL is that of the browser of Windows, then that of Linux", () => {
		expect(commands("linux", { name: "firefox" }, { WSL_DISTRO_NAME: "Ubuntu" })?.commands).toEqual([
			["/mnt/c/Program Files/Mozilla Firefox/firefox.exe", URL],
			["/mnt/c/Program Files (x86)/Mozilla Firefox/firefox.exe", URL],
			["firefox", URL],
			["firefox-esr", URL],
		]);
	});

	test("has a profile's folder, by the name that the browser shows, from its own list", () => {
		const paths: string[] = [];
		const named = commands("linux", { name: "chrome", profile: "work" }, {}, (path) => {
			paths.push(path);
			return STATE;
		});
		expect(paths).toEqual(["/home/ada/.config/google-chrome/Local State"]);
		expect(named?.commands[0]).toContain("--profile-directory=Profile 2");
		// As it is where there is no such list.
		expect(commands("linux", { name: "chrome", profile: "work" })?.commands[0]).toContain("--profile-directory=work");
	});

	test.each([
		[{ name: "chrome", profile: "Home" }, 'Chrome has no profile "Home"'],
		[{ name: "netscape" }, '"netscape" is no browser that is known'],
		[{ name: "constructor" }, '"constructor" is no browser that is known'],
		[{ name: "safari", profile: "work" }, "Safari takes no profile from a command line"],
		[{ name: "/opt/kiosk", isPrivate: true }, "kiosk takes no private window from a command line"],
		[{ name: "chrome", profile: "../../project" }, '"../../project" is no name of a profile'],
		[{ name: "firefox", profile: "--profile=/project" }, '"--profile=/project" is no name of a profile'],
		[{ profile: "work" }, "a profile needs the name of its browser"],
	])("is none for %j", (choice, problem) => {
		expect(commands("linux", choice, {}, () => STATE)).toMatchObject({ commands: [], problem });
	});

	test("is left to the system where nothing is asked for", () => {
		expect(commands("linux", {})).toBeUndefined();
	});
});

describe.skipIf(process.platform === "win32")("a browser that is named", () => {
	const root = mkdtempSync(join(tmpdir(), "atmos-named-"));
	afterAll(() => rmSync(root, { recursive: true, force: true }));
	const [bin, project] = [join(root, "bin"), join(root, "project")];
	for (const folder of [bin, project]) mkdirSync(folder);
	const program = (folder: string, name: string): void => {
		writeFileSync(join(folder, name), "#!/bin/sh\nexit 0\n");
		chmodSync(join(folder, name), 0o755);
	};
	program(bin, "xdg-open");
	program(bin, "firefox");
	program(project, "google-chrome");
	const open = (browser: BrowserChoice, env: Record<string, string> = {}) =>
		openPage(URL, { platform: "linux", cwd: project, browser, env: { PATH: `${project}:${bin}`, ...env } });

	test("is told by its name", async () => {
		const result = await open({ name: "firefox" });
		expect(result).toEqual({ opened: true, by: "Firefox" });
		expect(openedText(result)).toBe("opened in Firefox");
	});

	test("and is not there, or only in the project, is replaced by the system's own, which is told", async () => {
		const result = await open({ name: "chrome" });
		expect(result).toEqual({ opened: true, note: "Chrome was not found" });
		expect(openedText(result)).toBe("opened in the usual browser: Chrome was not found");
		expect(await open({ name: join(project, "google-chrome") })).toEqual({
			opened: true,
			note: "google-chrome was not found",
		});
	});

	test("is not opened where the person wants none", async () => {
		expect(await open({ name: "firefox" }, { BROWSER: "none" })).toMatchObject({ opened: false });
	});
});
