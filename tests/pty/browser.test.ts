/** The approval page opens by itself, and not where somebody said so: with a browser that only writes down what it is asked for. */
import { chmodSync, existsSync, mkdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type Scene, scene } from "./scene.ts";
import { killAll } from "./terminal.ts";

afterEach(killAll);

/** A browser in a folder with a blank in its name. */
function recorder({ home }: Scene) {
	const folder = join(home, "my programs");
	const opened = join(home, "opened");
	mkdirSync(folder);
	const browser = join(folder, "browser");
	writeFileSync(browser, `#!/bin/sh\nfor word; do printf '%s\\n' "$word" >> "${opened}"; done\n`);
	chmodSync(browser, 0o755);
	const read = (): string[] => (existsSync(opened) ? readFileSync(opened, "utf8").trim().split("\n") : []);
	return {
		browser,
		/** Resolves with all that the browser was asked for, as soon as it was asked for anything. */
		calls: (): Promise<string[]> =>
			new Promise((resolve) => {
				const watcher = watch(home, () => look());
				const look = (): void => {
					if (read().length === 0) return;
					watcher.close();
					resolve(read());
				};
				look();
			}),
	};
}

describe.each([
	["on the dashboard", []],
	["as plain lines", ["--plain"]],
])("%s", (_, flags) => {
	test("one page is opened for a code, and none with --no-browser", async () => {
		const place = await scene();
		const { cloud, start } = place;
		const { browser, calls } = recorder(place);
		const login = async (BROWSER: string, more: readonly string[], opens: boolean): Promise<string> => {
			const program = start(["login", "dev-admin", ...flags, ...more], { env: { BROWSER } });
			const code = await cloud.nextCode();
			await program.waitFor(flags.length > 0 ? code : "code expires");
			if (opens) await calls();
			cloud.deny(code);
			if (flags.length === 0) {
				await program.waitFor("denied");
				program.press("q");
			}
			await program.exited;
			return code;
		};
		// First those that open nothing: a page of theirs would be there with the last one's.
		await login(browser, ["--no-browser"], false);
		await login("none", [], false);
		const code = await login(`${browser} --new-window %s`, [], true);
		expect(await calls()).toEqual(["--new-window", `${cloud.url}/device?user_code=${code}`]);
	});
});
