/**
 * Makes one call to the system's keyring and ends: a process of its own, because a keyring that does not answer blocks all of
 * the process that asks it. The request comes as JSON on standard input; lines of JSON go to standard output.
 */
import { text } from "node:stream/consumers";
import { callEntry, type EntryAnswer, type EntryRequest } from "./auth/storage/keyring/entry-call.ts";

const tell = (answer: EntryAnswer | { readonly connected: true }): void => {
	process.stdout.write(`${JSON.stringify(answer)}\n`);
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const request = JSON.parse(await text(process.stdin)) as EntryRequest;
const library = await import("@napi-rs/keyring").catch((error: unknown) => {
	tell({ missing: messageOf(error) });
});
if (library !== undefined) {
	await callEntry(library.AsyncEntry, request, () => tell({ connected: true })).then(tell, (error: unknown) =>
		tell({ error: messageOf(error) }),
	);
}
