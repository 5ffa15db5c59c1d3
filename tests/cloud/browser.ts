/** A real Chromium, where one is installed. */
import { accessSync, constants } from "node:fs";
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

/** Without a sandbox, as containers and CI run as root, and without anything that looks for the network. */
export const startChromium = (): Promise<Browser> =>
	chromium.launch({
		...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
		headless: true,
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
