/** What a login waits for at the moment, for faces without a screen: silence looks like a program that hangs. */
import type { Clock } from "../auth/context.ts";
import type { LoginHandle, LoginSnapshot } from "../flows/snapshot.ts";
import { type LoginEvent, waitedFor, waitingEvent } from "./events.ts";
import { approvalUrl, shownPage } from "./shown-page.ts";

/** How often it is said what is waited for, in milliseconds. */
export const WAITING_EVERY_MS = 30_000;
/** When it is said first, unless a page waits for an approval: that has just been said. Milliseconds. */
export const WAITING_FIRST_MS = 10_000;

interface Wait {
	/** Changes when something else is waited for, or the same gets on. */
	readonly key: string;
	readonly firstMs: number;
}

/**
 * Tells what is waited for until `signal` is aborted: after ten seconds in which nothing changed, then every half minute.
 * Never rejects.
 */
export async function tellWaiting(
	options: { readonly login: LoginHandle; readonly clock: Clock; readonly signal: AbortSignal },
	tell: (event: LoginEvent) => void,
): Promise<void> {
	const { login, clock, signal } = options;
	let changed = new AbortController();
	let current = "";
	const end = login.subscribe((snapshot) => {
		if (waitOf(snapshot)?.key !== current) changed.abort();
	});
	try {
		while (!signal.aborted) {
			changed = new AbortController();
			const either = AbortSignal.any([signal, changed.signal]);
			const wait = waitOf(login.snapshot());
			current = wait?.key ?? "";
			const since = clock.now();
			for (let ms = wait?.firstMs; !either.aborted; ms = WAITING_EVERY_MS) {
				if (ms === undefined) await aborted(either);
				else await clock.sleep(ms, either).catch(() => undefined);
				if (either.aborted) break;
				const event = waitingEvent(login.snapshot(), clock.now(), since);
				if (event !== undefined) tell(event);
			}
		}
	} finally {
		end();
	}
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}

function waitOf(snapshot: LoginSnapshot): Wait | undefined {
	const prompt = shownPage(snapshot);
	if (prompt !== undefined)
		return { key: `page ${approvalUrl(prompt)} ${prompt.startedAt}`, firstMs: WAITING_EVERY_MS };
	const what = waitedFor(snapshot);
	return what === undefined ? undefined : { key: `${snapshot.attempt} ${what}`, firstMs: WAITING_FIRST_MS };
}
