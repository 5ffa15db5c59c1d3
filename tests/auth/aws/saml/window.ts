/**
 * A real Chromium that a sign-in opens, without a screen, and somebody in front of it. The program that the provider names as
 * its browser starts Chromium with a debugging port beside the driver's own pipe: by it the person types and clicks.
 */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM } from "../../../cloud/browser.ts";
import type { IdpUser, SamlIdp } from "../../../cloud/saml-idp.ts";

/** @returns the path of the browser's program; it writes its arguments and its process beside itself */
export function browserProgram(folder: string): string {
	const file = join(folder, "browser");
	// No name but this machine's own has an address: whatever is not held back goes nowhere.
	const rules = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";
	writeFileSync(
		file,
		`#!/bin/sh
printf '%s\\n' "$@" >"${file}.arguments"
echo $$ >"${file}.pid"
exec "${CHROMIUM}" --headless=new --disable-gpu --remote-debugging-port=0 --host-resolver-rules="${rules}" "$@" 2>/dev/null
`,
	);
	chmodSync(file, 0o755);
	return file;
}

/** The process that the browser runs in. */
export const browserPid = (program: string): number => Number(readFileSync(`${program}.pid`, "utf8"));

/** Whoever sits in front of the browser that has `profile` as its folder. */
export async function person(profile: string): Promise<Page> {
	const [port] = readFileSync(join(profile, "DevToolsActivePort"), "utf8").split("\n");
	const browser: Browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
	const page = browser.contexts()[0]?.pages()[0];
	if (page === undefined) throw new Error("the browser has no window");
	return page;
}

/** Waits for the form, and fills it in. */
export async function enterPassword(idp: SamlIdp, profile: string, user: IdpUser): Promise<void> {
	await idp.formShown();
	const page = await person(profile);
	await page.getByLabel("User").fill(user.name);
	await page.getByLabel("Password").fill(user.password);
	await press(page, "Sign in");
}

/** What comes of it may close the browser before the click is over. */
export async function press(page: Page, name: string): Promise<void> {
	await page
		.getByRole("button", { name })
		.click()
		.catch(() => undefined);
}
