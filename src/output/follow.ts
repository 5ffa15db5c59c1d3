/** Turns a running login into events, for the faces without a screen. */
import type { Clock } from "../auth/context.ts";
import type { LoginHandle, LoginSnapshot } from "../flows/snapshot.ts";
import { eventsBetween, type LoginEvent, waitingEvent } from "./events.ts";

/** How often it is said that a code still waits, in milliseconds. */
export const WAITING_EVERY_MS = 30_000;

/**
 * Turns a login into events until it ends, with one more every half minute while a code waits for its approval.
 *
 * @returns the last snapshot
 */
export async function follow(
	options: { readonly login: LoginHandle; readonly clock: Clock },
	tell: (event: LoginEvent) => void,
): Promise<LoginSnapshot> {
	const { login, clock } = options;
	let before: LoginSnapshot | undefined;
	const take = (snapshot: LoginSnapshot): void => {
		for (const event of eventsBetween(before, snapshot, clock.now())) tell(event);
		before = snapshot;
	};
	const stop = new AbortController();
	const remind = async (): Promise<void> => {
		let since: { readonly code: string; readonly at: number } | undefined;
		for (;;) {
			const { prompt } = login.snapshot();
			const code = prompt?.type === "device-code" ? prompt.userCode : undefined;
			const now = clock.now();
			if (code === undefined) since = undefined;
			else if (since?.code !== code) since = { code, at: now };
			else if (now - since.at >= WAITING_EVERY_MS) {
				since = { code, at: now };
				const event = waitingEvent(login.snapshot(), now);
				if (event !== undefined) tell(event);
			}
			await (since === undefined
				? promptOf(login, stop.signal)
				: clock.sleep(WAITING_EVERY_MS - (now - since.at), stop.signal));
		}
	};
	const end = login.subscribe(take);
	take(login.snapshot());
	const reminding = remind().catch(() => undefined);
	const last = await login.finished;
	end();
	if (last !== before) take(last);
	stop.abort();
	await reminding;
	return last;
}

/** Resolves when a code is shown. */
function promptOf(login: LoginHandle, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const end = login.subscribe(({ prompt }) => {
			if (prompt?.type !== "device-code") return;
			end();
			resolve();
		});
		signal.addEventListener(
			"abort",
			() => {
				end();
				reject(signal.reason);
			},
			{ once: true },
		);
	});
}
