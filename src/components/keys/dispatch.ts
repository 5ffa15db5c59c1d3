/** From what is typed to the screen that it was typed for. */
import type { Key } from "ink";
import { createContext, useContext, useLayoutEffect, useRef } from "react";
import { clean, graphemes } from "../text.ts";
import { LINE_FEED } from "./guard.ts";
import { activeBindings, type Binding, commandFor, type Handlers, keyName, type ScreenName } from "./table.ts";

/** What a screen does with keys. Asked at each key, so that it answers for the state as it is then. */
export interface KeySource {
	screen(): ScreenName;
	handlers(): Handlers;
	/** Takes a printable character that no binding takes. */
	text?(character: string): void;
	/** Takes any other key that no binding takes, by its name. */
	edit?(name: string): void;
	/** Takes text that came in one piece, as it came: several lines, control characters. Dropped where this is left out. */
	paste?(text: string): void;
}

export interface KeyHub {
	/** The screen that has the keys now. */
	source: KeySource | undefined;
	/** Opens the help; set by the application. */
	toggleHelp(): void;
	/** Whether what is typed now is meant for the screen that has the keys. For components that read keys themselves. */
	meant(name: string): boolean;
}

export const KeyHubContext = createContext<KeyHub>({
	source: undefined,
	toggleHelp: () => undefined,
	meant: () => true,
});

function withHelp(hub: KeyHub, handlers: Handlers): Handlers {
	return { help: () => hub.toggleHelp(), ...handlers };
}

/** Gives the keys to this screen. @returns the bindings that work now, for its key bar */
export function useKeys(source: KeySource): Binding[] {
	const hub = useContext(KeyHubContext);
	const latest = useRef(source);
	latest.current = source;
	useLayoutEffect(() => {
		const own: KeySource = {
			screen: () => latest.current.screen(),
			handlers: () => latest.current.handlers(),
			text: (character) => latest.current.text?.(character),
			edit: (name) => latest.current.edit?.(name),
			paste: (text) => latest.current.paste?.(text),
		};
		hub.source = own;
		return () => {
			if (hub.source === own) hub.source = undefined;
		};
	}, [hub]);
	return activeBindings(source.screen(), withHelp(hub, source.handlers()));
}

const CONTROL: Readonly<Record<string, string>> = { "\r": "return", "\n": LINE_FEED, "\t": "tab" };

/** What one report of Ink's is: a key, by its name, or text. */
export type Typed = { readonly key: string } | { readonly text: string };

/**
 * Several characters in one report that are no key's sequence are text: a paste into a terminal that does not mark pastes
 * (`usePaste` gets the marked ones), or typing faster than it is read. Which of the two cannot be told, and a pasted name must
 * never press keys.
 *
 * @returns undefined for a report that stands for nothing
 */
export function typed(input: string, key: Key): Typed | undefined {
	const name = keyName(input, key);
	if (name === "") return undefined;
	if (key.ctrl || key.meta || name !== input || graphemes(input).length === 1) return { key: CONTROL[name] ?? name };
	return { text: input };
}

/** The first line of a text that has anything on it, as a line edit may have it; empty where there is none. */
export function pastedLine(text: string): string {
	const lines = text.split(/[\r\n\u2028\u2029]+/).map(clean);
	return lines.find((line) => line.trim() !== "") ?? "";
}

/** Hands a key to the screen that has the keys. */
export function dispatchKey(hub: KeyHub, name: string): void {
	const { source } = hub;
	if (source === undefined) return;
	const handlers = withHelp(hub, source.handlers());
	const command = commandFor(source.screen(), handlers, name === LINE_FEED ? "return" : name);
	if (command !== undefined) handlers[command]?.();
	else if (graphemes(name).length === 1) source.text?.(name);
	else source.edit?.(name);
}
