import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCallbackServer } from "../../../src/auth/browser/callback-server.ts";
import { CHROMIUM, startChromium } from "../../cloud/browser.ts";

describe.skipIf(CHROMIUM === undefined)("the page that a browser returns to, in Chromium", () => {
	let browser: Browser;
	beforeAll(async () => {
		browser = await startChromium();
	}, 60_000);
	afterAll(() => browser.close());

	test("has its style, loads nothing, and needs no scrolling sideways in a narrow window", async () => {
		const server = await startCallbackServer({
			path: "/cb",
			state: "s",
			title: `atmos-auth: ${"a".repeat(200)}.example`,
		});
		const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
		const complaints: string[] = [];
		page.on("console", (message) => complaints.push(message.text()));
		try {
			await page.goto(`${server.redirectUri}?code=c&state=s`);
			expect((await server.answer(new AbortController().signal)).get("code")).toBe("c");
			expect(await page.locator("h1").textContent()).toBe("Back to the terminal");
			expect(await page.evaluate("getComputedStyle(document.body).display")).toBe("grid");
			const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
			expect(await page.evaluate(overflow)).toBe(0);
			// The browser looks for an icon by itself.
			expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
		} finally {
			await page.close();
			server.close();
		}
	});
});
