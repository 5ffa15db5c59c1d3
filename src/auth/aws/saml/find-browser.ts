/** Which browser signs in: one of the Chromium family, as it is installed. Playwright drives no other as it is installed. */
import { dirname, resolve } from "node:path";
import { browserSetting } from "../../browser-setting.ts";
import type { Provider } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { AuthError } from "../../errors.ts";
import { expandHome, tildify } from "../../storage/paths.ts";
import { findProgram } from "../../system/find-program.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { Config } from "./schema.ts";

interface Installed {
	/** Programs on Linux, by name; found on PATH. */
	readonly linux: readonly string[];
	/** Below a folder for applications of macOS. */
	readonly mac: string;
	/** Below a folder for programs of Windows. */
	readonly windows: string;
}

const chrome = (channel: string): Installed => {
	const tail = channel === "" ? "" : ` ${channel}`;
	// The canary of Windows is called SxS.
	const folder = channel === "Canary" ? "Chrome SxS" : `Chrome${tail}`;
	const name = { "": "google-chrome-stable", Dev: "google-chrome-unstable" }[channel];
	return {
		linux: [name ?? `google-chrome-${channel.toLowerCase()}`, ...(channel === "" ? ["google-chrome"] : [])],
		mac: `Google Chrome${tail}.app/Contents/MacOS/Google Chrome${tail}`,
		windows: `Google\\${folder}\\Application\\chrome.exe`,
	};
};

const edge = (channel: string): Installed => {
	const tail = channel === "" ? "" : ` ${channel}`;
	return {
		linux: [`microsoft-edge-${channel.toLowerCase() || "stable"}`, ...(channel === "" ? ["microsoft-edge"] : [])],
		mac: `Microsoft Edge${tail}.app/Contents/MacOS/Microsoft Edge${tail}`,
		windows: `Microsoft\\Edge${channel === "Canary" ? " SxS" : tail}\\Application\\msedge.exe`,
	};
};

/** By the names of `browser_type` and `spec.browser.name`; the first four are tried where none is asked for. */
const BROWSERS = {
	chrome: chrome(""),
	msedge: edge(""),
	chromium: {
		linux: ["chromium", "chromium-browser"],
		mac: "Chromium.app/Contents/MacOS/Chromium",
		windows: "Chromium\\Application\\chrome.exe",
	},
	brave: {
		linux: ["brave-browser", "brave"],
		mac: "Brave Browser.app/Contents/MacOS/Brave Browser",
		windows: "BraveSoftware\\Brave-Browser\\Application\\brave.exe",
	},
	"chrome-beta": chrome("Beta"),
	"chrome-dev": chrome("Dev"),
	"chrome-canary": chrome("Canary"),
	"msedge-beta": edge("Beta"),
	"msedge-dev": edge("Dev"),
	"msedge-canary": edge("Canary"),
} as const satisfies Record<string, Installed>;

type Name = keyof typeof BROWSERS;

const USUAL: readonly Name[] = ["chrome", "msedge", "chromium", "brave"];

type FindContext = Pick<AuthContext, "env" | "cwd" | "home" | "platform" | "log">;

/**
 * @returns the absolute path of a browser's program, outside the working directory
 * @throws AuthError `config` for a program or a browser that was asked for and is not there; `usage` where there is none at all
 */
export function findBrowser(ctx: FindContext, { name, config, file }: Provider<Config>): string {
	const path = config.browser_executable_path;
	if (path !== undefined) {
		// Neither from where we are nor from where the configuration is: either may be a cloned repository.
		const [program, same] = [ctx.cwd, dirname(resolve(ctx.cwd, file))].map((cwd) =>
			findProgram(expandHome(ctx, path), { path: ctx.env.PATH, cwd }),
		);
		if (program !== undefined && same !== undefined) return program;
		throw new AuthError({
			code: "config",
			message: `the browser of "${sanitize(name)}" cannot be started: ${tildify(ctx, path)}`,
			reason: "there is no such program, or it lies in the project's own folder",
			remedy: `set \`browser_executable_path\` of "${sanitize(name)}" to an installed browser, or remove it`,
		});
	}
	const wanted = wantedBrowser(ctx, config);
	const names = wanted === undefined ? USUAL : isKnown(wanted) ? [wanted] : [];
	if (wanted !== undefined && names.length === 0) {
		ctx.log.warn(`${wanted} cannot be used for SAML: only Chrome, Edge, Chromium and Brave can be driven as installed`);
	}
	const found = (names.length === 0 ? USUAL : names).flatMap((candidate) => programOf(ctx, BROWSERS[candidate]))[0];
	if (found !== undefined) return found;
	throw notInstalled(name, names[0] === wanted ? wanted : undefined);
}

function wantedBrowser(ctx: FindContext, { url, spec, browser_type: type }: Config): string | undefined {
	const name = browserSetting(ctx, new URL(url).host)?.name ?? spec?.browser?.name;
	return name === "edge" ? "msedge" : (name ?? type);
}

const isKnown = (name: string): name is Name => Object.hasOwn(BROWSERS, name);

/** @returns the programs of a browser that are installed */
function programOf(ctx: FindContext, { linux, mac, windows }: Installed): readonly string[] {
	const find = (file: string): readonly string[] => {
		const found = findProgram(file, { path: ctx.env.PATH, cwd: ctx.cwd });
		return found === undefined ? [] : [found];
	};
	switch (ctx.platform) {
		case "darwin":
			return ["/Applications", `${ctx.home}/Applications`].flatMap((folder) => find(`${folder}/${mac}`));
		case "win32":
			return ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((variable) => {
				const folder = ctx.env[variable];
				return folder ? find(`${folder}\\${windows}`) : [];
			});
		default:
			return linux.flatMap(find);
	}
}

function notInstalled(provider: string, wanted: string | undefined): AuthError {
	const what = wanted === undefined ? "no browser that can be used was found" : `${wanted} was not found`;
	return new AuthError({
		code: "usage",
		message: `${what} for the sign-in of "${sanitize(provider)}"`,
		reason: "Google Chrome, Microsoft Edge, Chromium or Brave is needed",
		remedy:
			"install one of them, set `browser_executable_path` to one that lies elsewhere, or sign in with --flow paste",
	});
}
