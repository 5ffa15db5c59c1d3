/** Ctrl-Z in raw mode, where the terminal no longer turns it into a signal. */

/** Timers stand still while a process is stopped, so this is over right after it goes on, whether or not SIGCONT was seen. */
const STOPPED_BY_NOW_MS = 250;

/**
 * Stops this process and those of its job, as the terminal would have, and resolves when it goes on. Where nobody could
 * continue it (no job control) the system ignores the signal, and it resolves at once.
 */
export function stopUntilContinued(): Promise<void> {
	return new Promise((resolve) => {
		const end = (): void => {
			clearTimeout(timer);
			process.off("SIGCONT", end);
			resolve();
		};
		const timer = setTimeout(end, STOPPED_BY_NOW_MS);
		process.once("SIGCONT", end);
		// The whole job: a wrapper such as npx would otherwise hold on to the terminal.
		process.kill(0, "SIGTSTP");
	});
}

/** Calls the listener when the process goes on after having been stopped by somebody else. @returns ends the listening */
export function onContinue(listener: () => void): () => void {
	process.on("SIGCONT", listener);
	return () => process.off("SIGCONT", listener);
}
