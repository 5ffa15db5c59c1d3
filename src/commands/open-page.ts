/** Opens the page of an approval in the browser, once for each, where a browser would open in front of the person. */
import type { AuthContext } from "../auth/context.ts";
import { toErrorView } from "../auth/errors.ts";
import type { BrowserChoice } from "../auth/interaction.ts";
import { isContainer } from "../auth/system/place.ts";
import { isCi } from "../flows/interactive.ts";
import type { LoginHandle, LoginSnapshot } from "../flows/snapshot.ts";
import type { OpenedPages } from "../output/opened-pages.ts";
import { approvalUrl, type ShownPage, shownPage } from "../output/shown-page.ts";

export interface PageOpener extends OpenedPages {
	/** Opens no more. */
	stop(): void;
}

/** @param options.noBrowser `--no-browser` */
export function openApprovalPages(
	login: LoginHandle,
	options: { readonly ctx: AuthContext; readonly noBrowser: boolean },
): PageOpener {
	const { ctx, noBrowser } = options;
	const outcomes = new Map<string, string>();
	const listeners = new Set<(url: string, outcome: string) => void>();
	const pages: OpenedPages = {
		outcome: (url) => outcomes.get(url),
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
	if (noBrowser || isCi(ctx.env)) return { ...pages, stop: () => undefined };
	const opened = new Set<string>();
	const look = (snapshot: LoginSnapshot): void => {
		// One page at a time, the one that is asked about.
		const prompt = shownPage(snapshot);
		if (prompt === undefined || opened.has(pageKey(prompt))) return;
		opened.add(pageKey(prompt));
		// Another process asked for it, and has opened its page; or the step has a window of its own.
		if (prompt.waitingForPid !== undefined || ("opensItself" in prompt && prompt.opensItself)) return;
		const url = approvalUrl(prompt);
		open(url, prompt.browser, ctx)
			.then((outcome) => {
				if (outcome === undefined) return;
				outcomes.set(url, outcome);
				for (const listener of [...listeners]) listener(url, outcome);
			})
			.catch((error: unknown) => {
				ctx.log.debug("the page was not opened", { reason: toErrorView(error).message });
			});
	};
	look(login.snapshot());
	return { ...pages, stop: login.subscribe(look) };
}

/** A code is opened once, whatever link it came with; a page is its address. */
const pageKey = (prompt: ShownPage): string => (prompt.type === "device-code" ? prompt.userCode : prompt.url);

/** @returns what came of it; undefined where none was to be opened */
async function open(
	url: string,
	browser: BrowserChoice | undefined,
	{ env, platform, cwd, log }: AuthContext,
): Promise<string | undefined> {
	const { openedText, openPage, shouldOpenByItself } = await import("../terminal/browser.ts");
	if (!shouldOpenByItself({ env, platform, container: isContainer(env) })) return undefined;
	const result = await openPage(url, { env, platform, cwd, browser });
	if (!result.opened) log.debug("the page was not opened", { reason: result.reason });
	return openedText(result);
}
