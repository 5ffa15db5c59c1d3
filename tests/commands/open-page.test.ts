/** Which pages are opened by themselves, and what is told of it. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openApprovalPages } from "../../src/commands/open-page.ts";
import type { LoginSnapshot } from "../../src/flows/snapshot.ts";
import { fakeLogin } from "../components/support/fake-login.ts";
import { approving, LINK, onPage, PAGE } from "../components/support/snapshots.ts";
import { testContext } from "../helpers/context.ts";

const NOW = Date.UTC(2026, 10, 23, 12);

/** A desktop with browsers that write down what they are asked for. */
function desktop(env: Record<string, string> = {}, noBrowser = false) {
	const ctx = testContext({ env: { DISPLAY: ":0", ...env } });
	const bin = join(ctx.home, "bin");
	const asked = join(bin, "asked");
	mkdirSync(bin, { recursive: true });
	writeFileSync(asked, "");
	for (const name of ["xdg-open", "firefox"]) {
		writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} "$@" >> "${asked}"\n`);
		chmodSync(join(bin, name), 0o755);
	}
	const login = fakeLogin();
	const pages = openApprovalPages(login, {
		ctx: {
			...ctx,
			platform: "linux",
			cwd: "/",
			env: { BROWSER: "xdg-open", ...ctx.env, PATH: `${bin}:/usr/bin:/bin` },
		},
		noBrowser,
	});
	return {
		pages,
		asked: () => readFileSync(asked, "utf8").split("\n").filter(Boolean),
		/** Shows something that is opened. @returns what was told of it */
		opened(snapshot: Partial<LoginSnapshot>): Promise<readonly [string, string]> {
			const told = new Promise<readonly [string, string]>((resolve) => {
				const end = pages.subscribe((url, outcome) => {
					end();
					resolve([url, outcome]);
				});
			});
			login.show(snapshot);
			return told;
		},
		show: login.show,
	};
}

describe.skipIf(process.platform === "win32")("the page that is asked about", () => {
	test("is opened once for each address, and what came of it is known", async () => {
		const { opened, show, asked, pages } = desktop();
		expect(await opened(onPage(NOW))).toEqual([PAGE, "opened in your browser"]);
		expect(pages.outcome(PAGE)).toBe("opened in your browser");
		// Offered again, as after a wrong code.
		show(onPage(NOW, { paste: { label: "it", problem: "no" } }));
		expect(await opened(onPage(NOW, { url: `${PAGE}2` }))).toEqual([`${PAGE}2`, "opened in your browser"]);
		await opened(approving(NOW));
		expect(asked()).toEqual([`xdg-open ${PAGE}`, `xdg-open ${PAGE}2`, `xdg-open ${LINK}`]);
	});

	test("is opened in the browser that is named, or in the usual one, which is told", async () => {
		const { opened, asked } = desktop();
		expect(await opened(onPage(NOW, { browser: { name: "firefox", profile: "work" } }))).toEqual([
			PAGE,
			"opened in Firefox",
		]);
		const url = `${PAGE}2`;
		expect(await opened(onPage(NOW, { url, browser: { name: "brave" } }))).toEqual([
			url,
			"opened in the usual browser: Brave was not found",
		]);
		expect(asked()).toEqual([`firefox -P work ${PAGE}`, `xdg-open ${url}`]);
	});

	test("is not opened by others than the step, or the process, that has it open already", async () => {
		const { opened, show, asked } = desktop();
		show(onPage(NOW, { url: `${PAGE}1`, opensItself: true }));
		show(onPage(NOW, { url: `${PAGE}2`, waitingForPid: 42 }));
		await opened(onPage(NOW, { url: `${PAGE}3` }));
		expect(asked()).toEqual([`xdg-open ${PAGE}3`]);
	});

	test.each([
		["with --no-browser", {}, true],
		["in CI", { CI: "true" }, false],
	] as const)("is not opened %s", async (_, env, noBrowser) => {
		const { show, asked, pages } = desktop(env, noBrowser);
		show(onPage(NOW));
		await new Promise((resolve) => setImmediate(resolve));
		expect(asked()).toEqual([]);
		expect(pages.outcome(PAGE)).toBeUndefined();
	});
});
