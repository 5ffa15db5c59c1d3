/** What the screen of a secret does with its keys. */
import type { LoginHandle, StepId } from "../../flows/snapshot.ts";
import type { KeySource } from "./dispatch.ts";
import { entryKeys, type TextEntry } from "./text-entry.ts";

export function secretKeys(options: {
	readonly login: LoginHandle;
	readonly step: StepId;
	readonly entry: TextEntry;
}): KeySource {
	const { login, step, entry } = options;
	const cancel = (): void => login.send({ type: "CANCEL" });
	return {
		...entryKeys(entry),
		screen: () => "secret",
		handlers: () => ({
			...(entry.get() === "" ? {} : { submit: () => submit(login, step, entry, entry.get()) }),
			...(login.snapshot().choice === undefined ? { cancel } : { back: () => login.send({ type: "BACK" }) }),
		}),
	};
}

/** Sends an answer, and forgets it first: where it was wrong, another one is given. */
export function submit(login: LoginHandle, step: StepId, entry: TextEntry, value: string): void {
	entry.send({ type: "CLEAR" });
	login.send({ type: "ANSWER", step, value });
}
