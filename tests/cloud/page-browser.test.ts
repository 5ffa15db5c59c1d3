import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CHROMIUM, startChromium } from "./browser.ts";
import { type Setup, setUp } from "./client.ts";

describe.skipIf(CHROMIUM === undefined)("the approval page in Chromium", () => {
	let browser: Browser;
	let page: Page;
	let set: Setup;
	let device: Record<string, string>;
	let complaints: string[];
	beforeAll(async () => {
		browser = await startChromium();
	}, 60_000);
	afterAll(() => browser.close());
	beforeEach(async () => {
		set = await setUp();
		device = await set.startDevice();
		page = await browser.newPage();
		complaints = [];
		// A 404 on purpose is told on the console too.
		page.on("console", (message) => {
			if (!message.text().includes("404")) complaints.push(message.text());
		});
		page.on("request", (request) => {
			if (!request.url().startsWith(set.cloud.url)) complaints.push(request.url());
		});
	});
	afterEach(async () => {
		await page.close();
		await set.cloud.close();
		expect(complaints).toEqual([]);
	});

	test("the code is compared and allowed", async () => {
		await page.goto(device.verificationUriComplete as string);
		expect(await page.title()).toBe("Authorization requested");
		expect(await page.locator(".code span").first().textContent()).toBe(device.userCode);
		await page.getByRole("button", { name: "Allow access" }).click();
		expect(await page.getByRole("status").textContent()).toContain("You can close this page");
		expect((await set.redeem(device)).status).toBe(200);
		// Reloading asks nothing and sends nothing again.
		await page.reload();
		expect(await page.title()).toBe("This code is not valid");
	});

	test("the code is typed in and denied, by the keyboard alone", async () => {
		await page.goto(device.verificationUri as string);
		await page.keyboard.type((device.userCode ?? "").replace("-", "").toLowerCase());
		await page.keyboard.press("Enter");
		await page.getByRole("button", { name: "Deny" }).waitFor();
		await page.keyboard.press("Tab");
		await page.keyboard.press("Enter");
		await page.getByText("Nothing was given away").waitFor();
		expect((await set.redeem(device)).body.error).toBe("access_denied");
	});

	test("the style's hash is that of the content policy", async () => {
		await page.goto(device.verificationUriComplete as string);
		expect(await page.evaluate("getComputedStyle(document.querySelector('main')).borderTopStyle")).toBe("solid");
	});

	test("a narrow window needs no scrolling sideways", async () => {
		await page.setViewportSize({ width: 320, height: 640 });
		await page.goto(device.verificationUriComplete as string);
		const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
		expect(await page.evaluate(overflow)).toBe(0);
	});

	test("another code can be entered after a wrong one", async () => {
		await page.goto(`${set.cloud.url}/device?user_code=ABCD-EFGH`);
		await page.getByRole("link", { name: "enter another code" }).click();
		await page.getByLabel(/Enter the code/).fill(device.userCode as string);
		await page.getByRole("button", { name: "Continue" }).click();
		expect(await page.title()).toBe("Authorization requested");
	});
});
