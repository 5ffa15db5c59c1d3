/**
 * Errors that nothing has caught: an exception in a callback, a promise that was rejected and let go (Node raises
 * `uncaughtException` for both). Without a listener Node writes a stack trace over whatever the terminal shows, and ends.
 */

type Take = (error: unknown) => void;

let takes: Take | undefined;

/**
 * While it is in force, the first such error goes to `take`, which ends what it was in the middle of, and gives the terminal
 * back. One at a time.
 *
 * @returns ends it
 */
export function onUnexpected(take: Take): () => void {
	takes = take;
	return () => {
		if (takes === take) takes = undefined;
	};
}

/** @param last told of an error that nobody takes, or that comes after one that somebody took; has to end the process */
export function catchUnexpected(last: Take): void {
	process.on("uncaughtException", (error) => {
		const take = takes ?? last;
		takes = undefined;
		take(error);
	});
}
