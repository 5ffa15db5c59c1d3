/** A real Chromium, where one is installed. */
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser's program: `CHROMIUM_PATH`, or where systems put it; undefined without one. */
export const CHROMIUM = [process.env.CHROMIUM_PATH, ...PATHS].find((path) => {
	try {
		if (path) accessSync(path, constants.X_OK);
		return Boolean(path);
	} catch {
		return false;
	}
});

/**
 * Without a sandbox, as containers and CI run as root; without anything that looks for the network; and in a home of its own,
 * which goes when it is closed: it leaves folders there, as do the libraries that it uses.
 */
export async function startChromium(): Promise<Browser> {
	const home = mkdtempSync(join(tmpdir(), "atmos-auth-chromium-"));
	const browser = await chromium.launch({
		...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
		headless: true,
		env: {
			PATH: process.env.PATH ?? "",
			LANG: "C.UTF-8",
			HOME: home,
			XDG_CONFIG_HOME: join(home, "config"),
			XDG_CACHE_HOME: join(home, "cache"),
			XDG_DATA_HOME: join(home, "data"),
		},
		args: [
			"--no-sandbox",
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
		],
	});
	// Its helpers may still be writing for a moment.
	browser.once("disconnected", () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
	return browser;
}
