/** Keeps what was typed for one screen from acting on the next. */

/** Longest time between two reports of a key that is held down, in milliseconds: the delay before a keyboard repeats. */
const REPEAT_MS = 600;

export interface KeyGuard {
	/** To be told as soon as the input is read. */
	started(): void;
	/** To be told, when it is drawn, which screen the person sees. */
	shown(screen: string): void;
	/** Whether a key of this name, or any text, is meant for the screen that the login is at. */
	meant(name: string): boolean;
	/** To be told of every key, after it was acted upon. */
	pressed(name: string): void;
}

/** What Enter is to a program for which the terminal still makes lines of what is typed (ICRNL). */
export const LINE_FEED = "linefeed";

/**
 * What is typed counts for the screen that was seen when it was read. It is dropped while the login has gone on and the
 * screen has not, and as long as what was read together with the key before is not all done. Enter, which leaves most
 * screens, has to be let go in between: held down, it would go through all of them.
 *
 * What is typed while the program starts is kept for the first screen, but for the Enter that ends it: there was nothing
 * yet that it could have confirmed.
 *
 * @param current the screen that the login is at
 * @param now milliseconds of any clock that only goes forward
 */
export function createKeyGuard(current: () => string, now: () => number): KeyGuard {
	let seen = current();
	let ready = true;
	let started = false;
	let enter: { readonly screen: string; readonly at: number } | undefined;
	const isHeld = (): boolean => enter !== undefined && enter.screen !== seen && now() - enter.at < REPEAT_MS;
	return {
		started() {
			// Two turns of the event loop: there is a reading of the input between them.
			setImmediate(() =>
				setImmediate(() => {
					started = true;
				}),
			);
		},
		shown(screen) {
			if (screen === seen) return;
			seen = screen;
			ready = false;
			setImmediate(() => {
				ready = true;
			});
		},
		meant(name) {
			if (!ready || seen !== current() || (name === LINE_FEED && !started)) return false;
			return (name !== "return" && name !== LINE_FEED) || !isHeld();
		},
		pressed(name) {
			// A key that is held down does not let others through.
			if (name !== "return" && name !== LINE_FEED) enter = undefined;
			else enter = { screen: isHeld() ? (enter?.screen ?? seen) : seen, at: now() };
		},
	};
}
