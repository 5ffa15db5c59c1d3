/** Waits for one key on a terminal that nothing else reads from. */
import type { ReadStream } from "node:tty";

/**
 * @param signal ends the waiting
 * @returns the key's bytes, or undefined when the signal came first or the input has ended
 */
export function readKey(stdin: ReadStream, signal: AbortSignal): Promise<string | undefined> {
	return new Promise((resolve) => {
		const end = (key: string | undefined): void => {
			signal.removeEventListener("abort", aborted);
			stdin.off("data", pressed);
			stdin.off("end", aborted);
			stdin.pause();
			stdin.setRawMode?.(false);
			stdin.unref?.();
			resolve(key);
		};
		const aborted = (): void => end(undefined);
		const pressed = (chunk: Buffer | string): void => end(chunk.toString());
		if (signal.aborted) {
			resolve(undefined);
			return;
		}
		signal.addEventListener("abort", aborted);
		stdin.ref?.();
		stdin.setRawMode?.(true);
		stdin.on("data", pressed);
		stdin.on("end", aborted);
		stdin.resume();
	});
}
