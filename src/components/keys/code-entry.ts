/** The digits of a code as they are typed, for the drawn and the spoken dashboard alike. */
import type { LoginHandle, StepId } from "../../flows/snapshot.ts";
import { createStore, type Store } from "../store.ts";
import { type KeySource, pastedLine } from "./dispatch.ts";

export type CodeAction = { readonly type: "TYPE"; readonly text: string } | { readonly type: "ERASE" | "CLEAR" };

/** @param digits how many there are to type; what is more is left out */
export function createCodeEntry(digits: number): Store<string, CodeAction> {
	return createStore<string, CodeAction>((typed, action) => {
		switch (action.type) {
			case "TYPE":
				return (typed + action.text.replace(/\D/g, "")).slice(0, digits);
			case "ERASE":
				return typed.slice(0, -1);
			case "CLEAR":
				return "";
		}
	}, "");
}

export function codeKeys(options: {
	readonly login: LoginHandle;
	readonly step: StepId;
	readonly entry: Store<string, CodeAction>;
	readonly digits: number;
}): KeySource {
	const { login, step, entry, digits } = options;
	const cancel = (): void => login.send({ type: "CANCEL" });
	return {
		screen: () => "code",
		handlers: () => ({
			...(entry.get().length === digits
				? {
						submit: () => {
							const value = entry.get();
							// A code counts once: where it was wrong, another one is typed.
							entry.send({ type: "CLEAR" });
							login.send({ type: "ANSWER", step, value });
						},
					}
				: {}),
			...(login.snapshot().choice === undefined ? { cancel } : { back: () => login.send({ type: "BACK" }) }),
		}),
		text: (character) => entry.send({ type: "TYPE", text: character }),
		edit(name) {
			if (name === "backspace" || name === "delete" || name === "ctrl+h") entry.send({ type: "ERASE" });
			else if (name === "ctrl+u" || name === "ctrl+w") entry.send({ type: "CLEAR" });
		},
		// Authenticators copy codes with a space in the middle.
		paste: (text) => entry.send({ type: "TYPE", text: pastedLine(text) }),
	};
}
