/** A line that is typed or pasted and never shown: a secret, or what a page gave. For the drawn and the spoken dashboard alike. */
import { useSyncExternalStore } from "react";
import { createStore, type Store } from "../store.ts";
import type { KeySource } from "./dispatch.ts";

export type TextAction =
	| { readonly type: "TYPE"; readonly text: string }
	| { readonly type: "ERASE" | "ERASE_WORD" | "CLEAR" };

export type TextEntry = Store<string, TextAction>;

/** More than any page gives: a SAML response of an identity provider with many roles has a tenth of it. In characters. */
const MOST = 1_000_000;

/** Line breaks of a text that was copied from several lines, and whatever else is no character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken away
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

export function createTextEntry(): TextEntry {
	return createStore<string, TextAction>((typed, action) => {
		switch (action.type) {
			case "TYPE":
				return (typed + action.text.replace(CONTROLS, "")).slice(0, MOST);
			case "ERASE":
				return Array.from(typed).slice(0, -1).join("");
			case "ERASE_WORD":
				return typed.replace(/\S*\s*$/, "");
			case "CLEAR":
				return "";
		}
	}, "");
}

/** @returns how many characters there are. The text itself gets into no component. */
export function useLength(entry: TextEntry): number {
	return useSyncExternalStore(entry.subscribe, () => entry.get().length);
}

/** What is typed and pasted is the entry's, every letter of it. */
export function entryKeys({ send }: TextEntry): Required<Pick<KeySource, "text" | "edit" | "paste">> {
	return {
		text: (character) => send({ type: "TYPE", text: character }),
		edit(name) {
			if (name === "backspace" || name === "delete" || name === "ctrl+h") send({ type: "ERASE" });
			else if (name === "ctrl+w" || name === "alt+backspace") send({ type: "ERASE_WORD" });
			else if (name === "ctrl+u") send({ type: "CLEAR" });
		},
		paste: (text) => send({ type: "TYPE", text }),
	};
}
