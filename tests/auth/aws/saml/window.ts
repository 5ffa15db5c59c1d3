/**
 * A real Chromium that a sign-in opens, without a screen, and somebody in front of it. The program that the provider names as
 * its browser starts Chromium with a debugging port beside the driver's own pipe: by it the person types and clicks.
 */
import { once } from "node:events";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { CHROMIUM } from "../../../cloud/browser.ts";
import type { IdpUser, SamlIdp } from "../../../cloud/saml-idp.ts";
import { samlKey } from "../../../cloud/saml-issuer.ts";

/**
 * @param awsPort where on this machine AWS's sign-in is, for this browser, and `*.evil.example`; no other name has an address
 * @returns the path of the browser's program; it writes its arguments and its process beside itself
 */
export function browserProgram(folder: string, awsPort = 9): string {
	const file = join(folder, "browser");
	const own = ["signin.aws.amazon.com", "*.evil.example"].map((name) => `MAP ${name} 127.0.0.1:${awsPort}`);
	const rules = [...own, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"].join(", ");
	writeFileSync(
		file,
		`#!/bin/sh
printf '%s\\n' "$@" >"${file}.arguments"
echo $$ >"${file}.pid"
exec "${CHROMIUM}" --headless=new --disable-gpu --ignore-certificate-errors --remote-debugging-port=0 --host-resolver-rules="${rules}" "$@" 2>/dev/null
`,
	);
	chmodSync(file, 0o755);
	return file;
}

/** A server that stands in AWS's place, and in a stranger's: what arrives there has left the browser. */
export async function startReceiver(): Promise<{ readonly port: number; readonly received: string[] }> {
	const { pem, certificate } = samlKey();
	const received: string[] = [];
	const server = createServer({ key: pem, cert: certificate }, (request, response) => {
		received.push(`${request.method} https://${request.headers.host}${request.url}`);
		response.end("received");
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return { port: (server.address() as AddressInfo).port, received };
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
