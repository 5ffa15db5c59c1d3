import type { Key } from "ink";
import { describe, expect, test } from "vitest";
import { fittingBindings } from "../../src/components/key-bar.tsx";
import { dispatchKey, type KeyHub, pastedLine, typed } from "../../src/components/keys/dispatch.ts";
import { createKeyGuard, LINE_FEED } from "../../src/components/keys/guard.ts";
import {
	activeBindings,
	allKeys,
	type Command,
	commandFor,
	type Handlers,
	KEYS,
	type ScreenName,
} from "../../src/components/keys/table.ts";
import { ASCII, UNICODE } from "../../src/components/theme.ts";
import { turns } from "./support/screen.tsx";

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
				// One of them is there: the menu of several ways, or the only other one.
				if (command.endsWith("Way") && seen.get(key) === "ways") continue;
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

describe("what is typed", () => {
	test("is a key where it is one character or a key's sequence", () => {
		expect(typed("", { ...NO_KEY, upArrow: true })).toEqual({ key: "up" });
		expect(typed("c", { ...NO_KEY, ctrl: true })).toEqual({ key: "ctrl+c" });
		expect(typed("G", { ...NO_KEY, shift: true })).toEqual({ key: "G" });
		expect(typed("\r", { ...NO_KEY, return: true })).toEqual({ key: "return" });
		expect(typed("\n", NO_KEY)).toEqual({ key: LINE_FEED });
		expect(typed("👩‍👩‍👧", NO_KEY)).toEqual({ key: "👩‍👩‍👧" });
		expect(typed("", NO_KEY)).toBeUndefined();
	});

	test.each(["/ab\r", "\r\r", "jj", "q\r", "\t\t", "漢字"])("is text where it is several characters: %j", (text) => {
		expect(typed(text, NO_KEY)).toEqual({ text });
	});

	test("goes to the command, else to the text, else to the editing", () => {
		const got: string[] = [];
		const hub: KeyHub = {
			toggleHelp: () => got.push("help"),
			meant: () => true,
			source: {
				screen: () => "filter",
				handlers: () => ({ choose: () => void got.push("choose") }),
				text: (character) => void got.push(`text ${character}`),
				edit: (name) => void got.push(`edit ${name}`),
			},
		};
		for (const key of ["return", LINE_FEED, "?", "ü", "backspace"]) dispatchKey(hub, key);
		expect(got).toEqual(["choose", "choose", "text ?", "text ü", "edit backspace"]);
	});

	test.each([
		["payments/prod-support\n", "payments/prod-support"],
		["\r\n  \nfirst\rsecond", "first"],
		["\u001b[31mred\u001b[0m\u0007", "red"],
		["\r\n", ""],
	])("is one line of a paste, without what a terminal obeys: %j", (text, line) => {
		expect(pastedLine(text)).toBe(line);
	});
});

describe("the guard between screens", () => {
	/** The guard of a login at `screen`, with a clock that is set by hand. */
	function guarded(screen: string) {
		const state = { at: screen, now: 0 };
		const guard = createKeyGuard(
			() => state.at,
			() => state.now,
		);
		guard.shown(screen);
		guard.started();
		return { state, guard };
	}

	test("keeps what is typed before the first screen, but for the Enter after it", async () => {
		const { guard } = guarded("list");
		expect(guard.meant("x")).toBe(true);
		expect(guard.meant("return")).toBe(true);
		expect(guard.meant(LINE_FEED)).toBe(false);
		await turns(3);
		expect(guard.meant(LINE_FEED)).toBe(true);
	});

	test("lets nothing through while the login has gone on and the screen has not", () => {
		const { state, guard } = guarded("list");
		state.at = "code";
		expect(guard.meant("q")).toBe(false);
	});

	test("lets nothing through that was read together with the key before", async () => {
		const { state, guard } = guarded("list");
		state.at = "code";
		guard.shown("code");
		expect(guard.meant("q")).toBe(false);
		await turns(2);
		expect(guard.meant("q")).toBe(true);
	});

	test("lets Enter through again only after it was let go", async () => {
		const { state, guard } = guarded("list");
		guard.pressed("return");
		expect(guard.meant("return")).toBe(true);
		state.at = "code";
		guard.shown("code");
		await turns(2);
		for (const now of [500, 533, 566, 1_100]) {
			state.now = now;
			expect(guard.meant("return")).toBe(false);
			expect(guard.meant("c")).toBe(true);
			guard.pressed("return");
		}
		state.now = 1_700;
		expect(guard.meant("return")).toBe(true);
	});
});
