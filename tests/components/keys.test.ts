import type { Key } from "ink";
import { describe, expect, test } from "vitest";
import { fittingBindings } from "../../src/components/key-bar.tsx";
import { dispatchKey, type KeyHub, keysOf } from "../../src/components/key-hub.ts";
import {
	activeBindings,
	allKeys,
	type Command,
	commandFor,
	type Handlers,
	KEYS,
	type ScreenName,
} from "../../src/components/keys.ts";
import { ASCII, UNICODE } from "../../src/components/theme.ts";

const screens = Object.keys(KEYS) as ScreenName[];
const nothing = (): undefined => undefined;
const all = (screen: ScreenName, without: readonly Command[] = []): Handlers =>
	Object.fromEntries(
		KEYS[screen].filter(({ command }) => !without.includes(command)).map(({ command }) => [command, nothing]),
	);

const NO_KEY = {
	upArrow: false,
	downArrow: false,
	leftArrow: false,
	rightArrow: false,
	pageDown: false,
	pageUp: false,
	home: false,
	end: false,
	return: false,
	escape: false,
	ctrl: false,
	shift: false,
	tab: false,
	backspace: false,
	delete: false,
	meta: false,
	super: false,
	hyper: false,
	capsLock: false,
	numLock: false,
} as Key;

describe("the key table", () => {
	test.each(screens)("gives each key of %s one meaning", (screen) => {
		const seen = new Map<string, Command>();
		for (const { command, keys } of KEYS[screen]) {
			for (const key of keys) {
				// Either of the two is there: back where there is a list to go back to, else cancel.
				if (command === "cancel" && seen.get(key) === "back") continue;
				expect(seen.get(key)).toBeUndefined();
				seen.set(key, command);
			}
		}
	});

	test.each(screens)("explains every key of %s", (screen) => {
		for (const binding of KEYS[screen]) {
			if (binding.keys.length > 0) expect(binding.help).not.toBe("");
			expect(allKeys(binding, ASCII)).toMatch(/^[ -~]*$/);
		}
	});

	test.each(screens)("shows a way out of %s, however narrow", (screen) => {
		for (const width of [20, 40, 78]) {
			const shown = fittingBindings(activeBindings(screen, all(screen, ["cancel"])), width, UNICODE);
			expect(shown.some(({ command }) => ["quit", "back", "done", "help"].includes(command))).toBe(true);
		}
	});

	test("has nothing for marking several or watching sessions yet", () => {
		for (const screen of screens) {
			const keys = KEYS[screen].flatMap((binding) => binding.keys);
			expect(keys).not.toContain(" ");
			expect(keys).not.toContain("w");
		}
	});

	test("handles and shows only what has a handler", () => {
		const handlers: Handlers = { retry: nothing, done: nothing };
		expect(activeBindings("attention", handlers).map(({ command }) => command)).toEqual(["retry", "done"]);
		expect(commandFor("attention", handlers, "r")).toBe("retry");
		expect(commandFor("attention", handlers, "d")).toBeUndefined();
	});
});

describe("key presses", () => {
	test("typed faster than they are read are single keys", () => {
		expect(keysOf("/ab\r", NO_KEY)).toEqual(["/", "a", "b", "return"]);
		expect(keysOf("", { ...NO_KEY, upArrow: true })).toEqual(["up"]);
		expect(keysOf("c", { ...NO_KEY, ctrl: true })).toEqual(["ctrl+c"]);
		expect(keysOf("G", { ...NO_KEY, shift: true })).toEqual(["G"]);
		expect(keysOf("👩‍👩‍👧", NO_KEY)).toEqual(["👩‍👩‍👧"]);
	});

	test("go to the command, else to the text, else to the editing", () => {
		const got: string[] = [];
		const hub: KeyHub = {
			toggleHelp: () => got.push("help"),
			source: {
				screen: () => "filter",
				handlers: () => ({ choose: () => void got.push("choose") }),
				text: (character) => void got.push(`text ${character}`),
				edit: (name) => void got.push(`edit ${name}`),
			},
		};
		for (const key of ["return", "?", "ü", "backspace"]) dispatchKey(hub, key);
		expect(got).toEqual(["choose", "text ?", "text ü", "edit backspace"]);
	});
});
