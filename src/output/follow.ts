/** Turns a running login into events, for the faces without a screen. */
import type { Clock } from "../auth/context.ts";
import type { LoginHandle, LoginSnapshot } from "../flows/snapshot.ts";
import { eventsBetween, type LoginEvent } from "./events.ts";
import type { EndingOptions } from "./exit-code.ts";
import { tellWaiting } from "./waiting.ts";

/**
 * Turns a login into events until it ends, with others in between that say what is waited for.
 *
 * @returns the last snapshot
 */
export async function follow(
	options: { readonly login: LoginHandle; readonly clock: Clock; readonly ending?: EndingOptions | undefined },
	tell: (event: LoginEvent) => void,
): Promise<LoginSnapshot> {
	const { login, clock, ending } = options;
	let before: LoginSnapshot | undefined;
	const take = (snapshot: LoginSnapshot): void => {
		for (const event of eventsBetween(before, snapshot, clock.now(), ending)) tell(event);
		before = snapshot;
	};
	const stop = new AbortController();
	const end = login.subscribe(take);
	take(login.snapshot());
	const waiting = tellWaiting({ login, clock, signal: stop.signal }, tell);
	const last = await login.finished;
	end();
	if (last !== before) take(last);
	stop.abort();
	await waiting;
	return last;
}
