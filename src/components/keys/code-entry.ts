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

/** The whole of the digits sends itself: one key less, many times a day. */
export function codeKeys(options: {
	readonly login: LoginHandle;
	readonly step: StepId;
	readonly entry: Store<string, CodeAction>;
	readonly digits: number;
	/** Told of the code before it is sent. */
	readonly sending?: ((code: string) => void) | undefined;
}): KeySource {
	const { login, step, entry, digits, sending } = options;
	const cancel = (): void => login.send({ type: "CANCEL" });
	const isWhole = (): boolean => entry.get().length === digits;
	const submit = (): void => {
		const value = entry.get();
		sending?.(value);
		// A code counts once: where it was wrong, another one is typed.
		entry.send({ type: "CLEAR" });
		login.send({ type: "ANSWER", step, value });
	};
	const type = (text: string): void => {
		entry.send({ type: "TYPE", text });
		if (isWhole()) submit();
	};
	return {
		screen: () => "code",
		handlers: () => ({
			...(isWhole() ? { submit } : {}),
			...(login.snapshot().choice === undefined ? { cancel } : { back: () => login.send({ type: "BACK" }) }),
		}),
		text: type,
		edit(name) {
			if (name === "backspace" || name === "delete" || name === "ctrl+h") entry.send({ type: "ERASE" });
			else if (name === "ctrl+u" || name === "ctrl+w") entry.send({ type: "CLEAR" });
		},
		paste(text) {
			// Authenticators copy codes with a space in the middle.
			const line = pastedLine(text).replace(/[\s-]/g, "");
			// Something else that has digits in it is only shown: a person sends it, or thinks better of it.
			if (/^\d+$/.test(line) && entry.get().length + line.length === digits) type(line);
			else entry.send({ type: "TYPE", text: line });
		},
	};
}
