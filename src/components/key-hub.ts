/** From a key press to the screen that is shown. */
import type { Key } from "ink";
import { createContext, useContext, useLayoutEffect, useRef } from "react";
import { activeBindings, type Binding, commandFor, type Handlers, keyName, type ScreenName } from "./keys.ts";
import { graphemes } from "./text.ts";

/** What a screen does with keys. Asked at each key, so that it answers for the state as it is then. */
export interface KeySource {
	screen(): ScreenName;
	handlers(): Handlers;
	/** Takes a printable character that no binding takes. */
	text?(character: string): void;
	/** Takes any other key that no binding takes, by its name. */
	edit?(name: string): void;
}

export interface KeyHub {
	/** The screen that has the keys now. */
	source: KeySource | undefined;
	/** Opens the help; set by the application. */
	toggleHelp(): void;
}

export const KeyHubContext = createContext<KeyHub>({ source: undefined, toggleHelp: () => undefined });

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
		};
		hub.source = own;
		return () => {
			if (hub.source === own) hub.source = undefined;
		};
	}, [hub]);
	return activeBindings(source.screen(), withHelp(hub, source.handlers()));
}

const CONTROL: Readonly<Record<string, string>> = { "\r": "return", "\n": "return", "\t": "tab" };

/**
 * The keys of one report of Ink's. Keys that were typed faster than they were read come as one text; each of them is a
 * key all the same.
 */
export function keysOf(input: string, key: Key): string[] {
	const name = keyName(input, key);
	if (key.ctrl || key.meta || name !== input || input.length <= 1) return name === "" ? [] : [CONTROL[name] ?? name];
	return graphemes(input).map((character) => CONTROL[character] ?? character);
}

/** Hands a key to the screen that has the keys. */
export function dispatchKey(hub: KeyHub, name: string): void {
	const { source } = hub;
	if (source === undefined) return;
	const handlers = withHelp(hub, source.handlers());
	const command = commandFor(source.screen(), handlers, name);
	if (command !== undefined) handlers[command]?.();
	else if (graphemes(name).length === 1) source.text?.(name);
	else source.edit?.(name);
}
