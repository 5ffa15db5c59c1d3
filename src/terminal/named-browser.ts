/**
 * The browsers that a configuration can name: where each lies, and the command line by which it takes a profile and a private
 * window. Chromium's switches are in chrome/common/chrome_switches.cc, Firefox's on its "Command line options" page, Edge's in
 * Microsoft's "Microsoft Edge command-line switches".
 */
import { readFileSync } from "node:fs";
import { basename, isAbsolute, join, posix, win32 } from "node:path";
import type { BrowserChoice } from "../auth/interaction.ts";
import { isWsl } from "../auth/system/place.ts";
import { sanitize } from "../auth/system/sanitize.ts";

type Environment = Readonly<Record<string, string | undefined>>;

interface Named {
	/** As its maker writes it. */
	readonly title: string;
	/** Whose switches it takes; undefined where it takes none. */
	readonly family: "chromium" | "firefox" | undefined;
	/** For a private window; the family's own, if left out. */
	readonly privateSwitch?: string;
	/** Its programs on Linux, best first. */
	readonly linux: readonly string[];
	/** Its folder below an `Applications`, and its program in that. */
	readonly mac: readonly [folder: string, program: string];
	/** Below `Program Files` or the like. */
	readonly windows: readonly string[];
	/** Where it keeps its profiles, from the home folder, `~/Library/Application Support` and `%LocalAppData%`. */
	readonly profiles?: { readonly linux: string; readonly mac: string; readonly windows: string };
}

const BROWSERS: Readonly<Record<string, Named>> = {
	chrome: {
		title: "Chrome",
		family: "chromium",
		linux: ["google-chrome", "google-chrome-stable", "chrome"],
		mac: ["Google Chrome.app", "Google Chrome"],
		windows: ["Google/Chrome/Application/chrome.exe"],
		profiles: { linux: ".config/google-chrome", mac: "Google/Chrome", windows: "Google/Chrome/User Data" },
	},
	chromium: {
		title: "Chromium",
		family: "chromium",
		linux: ["chromium", "chromium-browser"],
		mac: ["Chromium.app", "Chromium"],
		windows: ["Chromium/Application/chrome.exe"],
		profiles: { linux: ".config/chromium", mac: "Chromium", windows: "Chromium/User Data" },
	},
	edge: {
		title: "Edge",
		family: "chromium",
		privateSwitch: "--inprivate",
		linux: ["microsoft-edge", "microsoft-edge-stable"],
		mac: ["Microsoft Edge.app", "Microsoft Edge"],
		windows: ["Microsoft/Edge/Application/msedge.exe"],
		profiles: { linux: ".config/microsoft-edge", mac: "Microsoft Edge", windows: "Microsoft/Edge/User Data" },
	},
	brave: {
		title: "Brave",
		family: "chromium",
		linux: ["brave-browser", "brave-browser-stable", "brave"],
		mac: ["Brave Browser.app", "Brave Browser"],
		windows: ["BraveSoftware/Brave-Browser/Application/brave.exe"],
		profiles: {
			linux: ".config/BraveSoftware/Brave-Browser",
			mac: "BraveSoftware/Brave-Browser",
			windows: "BraveSoftware/Brave-Browser/User Data",
		},
	},
	firefox: {
		title: "Firefox",
		family: "firefox",
		linux: ["firefox", "firefox-esr"],
		mac: ["Firefox.app", "firefox"],
		windows: ["Mozilla Firefox/firefox.exe"],
	},
	safari: { title: "Safari", family: undefined, linux: [], mac: ["Safari.app", "Safari"], windows: [] },
};

/** What a browser that was asked for is opened with. */
export interface NamedCommands {
	/** As its maker writes it, or the name that was given. */
	readonly title: string;
	/** Programs with their arguments, best first: names, or absolute paths. */
	readonly commands: readonly (readonly string[])[];
	/** What was asked for and cannot be had: half a sentence. Nothing is opened then in the browser that was named. */
	readonly problem?: string | undefined;
}

export interface NamedOptions {
	readonly env: Environment;
	readonly platform: NodeJS.Platform;
	/** A file's text; undefined where it cannot be read. The real ones, if left out. */
	readonly read?: ((path: string) => string | undefined) | undefined;
}

/** @returns undefined where nothing is asked for */
export function namedBrowser(url: string, choice: BrowserChoice, options: NamedOptions): NamedCommands | undefined {
	const name = choice.name?.trim();
	if (!name) {
		if (choice.profile === undefined && choice.isPrivate !== true) return undefined;
		const what = choice.profile === undefined ? "a private window" : "a profile";
		return { title: "", commands: [], problem: `${what} needs the name of its browser` };
	}
	const isPath = isAbsolute(name) || win32.isAbsolute(name);
	const known = Object.hasOwn(BROWSERS, name.toLowerCase()) ? BROWSERS[name.toLowerCase()] : undefined;
	const browser = isPath ? byProgram(name) : known;
	const title = isPath ? sanitize(basename(name)) : (browser?.title ?? sanitize(name));
	if (browser === undefined && !isPath)
		return { title, commands: [], problem: `"${title}" is no browser that is known` };
	const args = argumentsFor(url, choice, browser, title, options);
	if ("problem" in args) return { title, commands: [], problem: args.problem };
	if (isPath) return { title, commands: [[name, ...args.words]] };
	return { title, commands: programsOf(browser as Named, args.words, options) };
}

/** The browser whose program it is, by the program's name. */
function byProgram(path: string): Named | undefined {
	const program = win32.basename(path).toLowerCase();
	return Object.values(BROWSERS).find(
		({ linux, mac, windows }) =>
			[...linux, mac[1].toLowerCase()].includes(program) || windows.some((file) => posix.basename(file) === program),
	);
}

type Words = { readonly words: readonly string[] } | { readonly problem: string };

function argumentsFor(
	url: string,
	{ profile, isPrivate }: BrowserChoice,
	browser: Named | undefined,
	title: string,
	options: NamedOptions,
): Words {
	const family = browser?.family;
	if (profile === undefined && isPrivate !== true) return { words: [url] };
	if (browser === undefined || family === undefined) {
		return { problem: `${title} takes no ${profile === undefined ? "private window" : "profile"} from a command line` };
	}
	// It becomes a folder's name or a word of its own: nothing that leads elsewhere or is taken for a switch.
	if (profile !== undefined && (profile === "" || /^[-.]|[/\\]/.test(profile) || profile !== sanitize(profile))) {
		return { problem: `"${sanitize(profile)}" is no name of a profile` };
	}
	if (family === "firefox") {
		const own = profile === undefined ? [] : ["-P", profile];
		return { words: [...own, ...(isPrivate ? ["-private-window"] : []), url] };
	}
	const folder = profile === undefined ? undefined : chromiumProfile(profile, browser, options);
	if (profile !== undefined && folder === undefined) return { problem: `${title} has no profile "${profile}"` };
	return {
		words: [
			...(folder === undefined ? [] : [`--profile-directory=${folder}`]),
			...(isPrivate ? [browser.privateSwitch ?? "--incognito"] : []),
			url,
		],
	};
}

/**
 * The folder of a profile, by its own name or by the one that the browser shows, which `Local State` has. An unknown folder
 * would make a new profile.
 *
 * @returns the name as it is where that file cannot be read; undefined where it knows no such profile
 */
function chromiumProfile(profile: string, { profiles }: Named, options: NamedOptions): string | undefined {
	const { env, platform, read = readText } = options;
	const home = env.HOME ?? "";
	const folder =
		profiles === undefined
			? undefined
			: platform === "win32"
				? env.LOCALAPPDATA && win32.join(env.LOCALAPPDATA, profiles.windows)
				: platform === "darwin"
					? join(home, "Library/Application Support", profiles.mac)
					: join(home, profiles.linux);
	const text = folder
		? read(platform === "win32" ? win32.join(folder, "Local State") : join(folder, "Local State"))
		: undefined;
	const known = text === undefined ? undefined : profilesIn(text);
	if (known === undefined || known.has(profile)) return profile;
	return [...known].find(([, shown]) => shown.toLowerCase() === profile.toLowerCase())?.[0];
}

/** Folders and the names that are shown for them; undefined for a text that has none. */
function profilesIn(text: string): ReadonlyMap<string, string> | undefined {
	try {
		const { profile } = JSON.parse(text) as { readonly profile?: { readonly info_cache?: unknown } };
		const cache = profile?.info_cache;
		if (typeof cache !== "object" || cache === null) return undefined;
		return new Map(
			Object.entries(cache).map(([folder, info]) => [folder, String((info as { name?: unknown } | null)?.name ?? "")]),
		);
	} catch {
		return undefined;
	}
}

function readText(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return undefined;
	}
}

/** Where its programs can be, each with the words. */
function programsOf(browser: Named, words: readonly string[], { env, platform }: NamedOptions): string[][] {
	switch (platform) {
		case "darwin": {
			const [folder, program] = browser.mac;
			const applications = ["/Applications", ...(env.HOME ? [join(env.HOME, "Applications")] : [])];
			// Safari lets nobody but the system hand it a page; the others give it on to the one of them that runs.
			if (browser.family === undefined) return [["/usr/bin/open", "-a", browser.title, ...words]];
			return applications.map((each) => [join(each, folder, "Contents/MacOS", program), ...words]);
		}
		case "win32": {
			const roots = [env.ProgramFiles, env["ProgramFiles(x86)"], env.LOCALAPPDATA];
			return roots.flatMap((root) => (root ? browser.windows.map((file) => [win32.join(root, file), ...words]) : []));
		}
		default: {
			// The browser in front of the person is that of Windows.
			const roots = isWsl(env, platform) ? ["/mnt/c/Program Files", "/mnt/c/Program Files (x86)"] : [];
			return [
				...roots.flatMap((root) => browser.windows.map((file) => [posix.join(root, file), ...words])),
				...browser.linux.map((program) => [program, ...words]),
			];
		}
	}
}
