/**
 * A window of a browser in which somebody signs in to an identity provider, until that has the browser post its response to AWS.
 * The request is held back before it leaves: what was spent on the console's sign-in, STS would not take.
 */
import { stripVTControlCharacters } from "node:util";
import type { BrowserContext, Page, Route } from "playwright-core";
import type { AuthContext } from "../../context.ts";
import { AuthError } from "../../errors.ts";
import { sanitize } from "../../system/sanitize.ts";
import { isSignInEndpoint } from "./sign-in-endpoint.ts";

export interface WindowOptions {
	readonly ctx: AuthContext;
	readonly signal: AbortSignal;
	/** The browser, an absolute path. */
	readonly program: string;
	/** The folder of its profile; undefined for one that is gone with the window. */
	readonly profile: string | undefined;
	readonly url: string;
	/** Its name, for errors. */
	readonly provider: string;
}

/** How long a browser may take to start, in milliseconds. */
const START_MS = 60_000;
/** What a browser is given to write its profile before it is left to itself, in milliseconds. */
const CLOSE_MS = 5_000;

/**
 * Resolves when the browser is closed again; after an abort, too.
 *
 * @returns the field `SAMLResponse` as it would have been posted, without white space
 * @throws AuthError `denied` when the window is closed; `network` for a page that cannot be reached; `usage` for a browser that
 *   does not start; the signal's reason when it is aborted
 */
export async function responseFromWindow(options: WindowOptions): Promise<string> {
	const { ctx, signal } = options;
	signal.throwIfAborted();
	const context = await start(options);
	ctx.log.debug("a browser was started", { program: options.program, profile: options.profile ?? "none" });
	try {
		return await responseOf(context, options);
	} finally {
		await close(context, ctx);
	}
}

async function start({ ctx, program, profile, provider }: WindowOptions): Promise<BrowserContext> {
	const { chromium } = await silentPlaywright();
	const isRoot = ctx.platform === "linux" && process.geteuid?.() === 0;
	// https://chromium.googlesource.com/chromium/src/+/main/docs/linux/sandboxing.md: root cannot have one.
	if (isRoot) ctx.log.debug("the browser runs without its sandbox, since this is root");
	try {
		return await chromium.launchPersistentContext(profile ?? "", {
			executablePath: program,
			headless: false,
			chromiumSandbox: !isRoot,
			env: browserEnvironment(ctx),
			// The bar that says that software controls the browser makes people think of an attack.
			ignoreDefaultArgs: ["--enable-automation"],
			// Pages of the identity provider have the response in them: they are not for the disk.
			args: ["--no-first-run", "--no-default-browser-check", "--disk-cache-size=1"],
			// What a service worker fetches would pass by us.
			serviceWorkers: "block",
			viewport: null,
			acceptDownloads: false,
			timeout: START_MS,
			// Signals are the program's own matter.
			handleSIGINT: false,
			handleSIGTERM: false,
			handleSIGHUP: false,
		});
	} catch (error) {
		throw notStarted(error, program, provider);
	}
}

/** A driver that says nothing: with `DEBUG=*` in the environment it would print what is posted, the response among it. */
async function silentPlaywright(): Promise<typeof import("playwright-core")> {
	const { default: utilities } = await import("playwright-core/lib/utilsBundle");
	utilities.debug.enabled = () => false;
	return import("playwright-core");
}

function browserEnvironment({ env }: AuthContext): Record<string, string> {
	const { ATMOS_SAML_RESPONSE: _, ...rest } = env;
	const set = Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined);
	return Object.fromEntries(set);
}

function responseOf(context: BrowserContext, options: WindowOptions): Promise<string> {
	const { ctx, signal, url, provider } = options;
	const { promise, resolve, reject } = Promise.withResolvers<string>();
	const abort = (): void => reject(signal.reason);
	signal.addEventListener("abort", abort, { once: true });
	if (signal.aborted) abort();
	const closed = (): void => reject(windowClosed(provider));
	context.once("close", closed);
	const watch = (page: Page): void => {
		page.once("crash", () => reject(pageCrashed(provider)));
		// On a Mac, a browser goes on without a window.
		page.once("close", () => context.pages().length === 0 && closed());
	};
	const take = async (route: Route): Promise<void> => {
		const request = route.request();
		const response = request.method() === "POST" ? fieldOf(request.postData()) : undefined;
		if (response === undefined) return route.continue();
		ctx.log.debug("a response to AWS was held back", { host: new URL(request.url()).host });
		// No page of our own: the browser would note it in its profile as what the form was posted to, response included.
		await route.fulfill({ status: 204 }).catch(() => undefined);
		resolve(response);
	};
	const open = async (): Promise<void> => {
		await context.route(isSignInEndpoint, (route) => take(route).catch(reject));
		context.on("page", watch);
		for (const page of context.pages()) watch(page);
		const page = context.pages()[0] ?? (await context.newPage());
		await page.goto(url, { waitUntil: "commit", timeout: 0 });
	};
	open().catch((error: unknown) => {
		// A page that goes elsewhere at once ends the navigation to the first one.
		const code = /net::(ERR_[A-Z_]+)/.exec(messageOf(error))?.[1];
		if (code !== undefined && code !== "ERR_ABORTED") reject(notReached(url, code));
		else if (code === undefined && context.pages().length === 0) closed();
		else ctx.log.debug("the first page was left", { code });
	});
	return promise.finally(() => signal.removeEventListener("abort", abort));
}

function fieldOf(body: string | null): string | undefined {
	const value = new URLSearchParams(body ?? "").get("SAMLResponse")?.replace(/\s/g, "");
	return value === "" ? undefined : value;
}

/** What is left after the time ends with this process: the driver kills its browsers then. */
async function close(context: BrowserContext, ctx: AuthContext): Promise<void> {
	const over = new AbortController();
	const closing = context.close().catch((error: unknown) => {
		ctx.log.debug("the browser was gone already", { reason: sanitize(messageOf(error)) });
	});
	await Promise.race([closing, ctx.clock.sleep(CLOSE_MS, over.signal).catch(() => undefined)]);
	over.abort();
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function windowClosed(provider: string): AuthError {
	return new AuthError({
		code: "denied",
		message: `the browser was closed before "${sanitize(provider)}" had signed you in`,
		remedy: "sign in again and leave the window open: it closes by itself. Or use your own browser, with --flow paste",
	});
}

function pageCrashed(provider: string): AuthError {
	return new AuthError({
		code: "service",
		message: `the browser's page for "${sanitize(provider)}" crashed`,
		reason: "a browser often has too little memory for its pages in a container",
		remedy: "sign in again, or use your own browser, with --flow paste",
	});
}

function notReached(url: string, code: string): AuthError {
	return new AuthError({
		code: "network",
		message: `the browser cannot open ${new URL(url).host}`,
		reason: `it says ${code}`,
		remedy: "check the address, the network and the VPN; the browser has proxy settings of its own",
	});
}

function notStarted(error: unknown, program: string, provider: string): AuthError {
	// The driver's message goes on with all arguments and what the browser has written, which says more.
	const text = stripVTControlCharacters(messageOf(error));
	const [first = ""] = text.split("\n");
	// Chromium complains of a missing bus wherever there is none, and starts all the same.
	const said = /\[err\] \[[^\]\n]*:(?:ERROR|FATAL):(?!dbus\/)[^\]\n]*\] (.+)/.exec(text)?.[1];
	return new AuthError({
		code: "usage",
		message: `the browser for "${sanitize(provider)}" does not start: ${sanitize(program)}`,
		reason: sanitize(said === undefined ? first : `it says: ${said}`).slice(0, 400),
		remedy: "set `browser_executable_path` to another browser, or sign in with --flow paste",
	});
}
