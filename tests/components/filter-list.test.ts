import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fold, placesIn, rank, termsOf } from "../../src/components/filter-list/match.ts";
import {
	initialList,
	type ListAction,
	type ListState,
	reduceList,
	selectedEntry,
	visible,
} from "../../src/components/filter-list/state.ts";

const entry = (...fields: string[]) => ({ key: fields[0] ?? "", fields: fields.map(fold) });
const list = (names: readonly string[], height = 5): ListState =>
	initialList(
		names.map((name) => entry(name)),
		height,
	);
const changed = (state: ListState, ...actions: ListAction[]): ListState => actions.reduce(reduceList, state);
const type = (text: string): ListAction => ({ type: "TYPE", text });
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `row-${index}`);

describe("matching", () => {
	const order = (query: string, ...names: string[]): string[] =>
		changed(list(names), type(query)).matches.map((index) => names[index] as string);

	test.each([
		["the name itself before names that begin so", "dev", ["dev-x", "dev"], ["dev", "dev-x"]],
		["a beginning before the middle", "adm", ["dev-admin", "admin"], ["admin", "dev-admin"]],
		["a word's beginning before its inside", "min", ["admin", "a-mini"], ["a-mini", "admin"]],
		["together before scattered", "prod", ["p-r-o-d", "my-prod"], ["my-prod", "p-r-o-d"]],
		["equal ones in their own order", "x", ["xb", "xa"], ["xb", "xa"]],
	])("ranks %s", (_, query, names, expected) => {
		expect(order(query, ...names)).toEqual(expected);
	});

	test("does not mind case, nor how many spaces are between words", () => {
		expect(order("  ADMIN   Dev ", "dev-admin", "prod-admin")).toEqual(["dev-admin"]);
	});

	test("does not take letters strewn over a long name for a match", () => {
		expect(order("abc", "a-very-long-name-before-b-and-then-c")).toEqual([]);
	});

	test("counts the name before the other fields, and needs every word somewhere", () => {
		const haystack = entry("dev-admin", "production", "ReadOnlyAccess");
		expect(rank(haystack, termsOf("prod read"))).toBeDefined();
		expect(rank(haystack, termsOf("prod write"))).toBeUndefined();
		expect(rank(entry("prod"), termsOf("prod"))).toBeLessThan(rank(entry("x", "prod"), termsOf("prod")) as number);
	});

	test("has its places where the text has them, also where lower case is longer", () => {
		const text = "İstanbul-Prod";
		expect(fold(text)).toHaveLength(text.length);
		expect(placesIn(fold(text), termsOf("prod")).map((place) => text[place])).toEqual(["P", "r", "o", "d"]);
	});

	test("highlights exactly characters of the query", () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 30 }), fc.string({ maxLength: 6 }), (text, query) => {
				const field = fold(text);
				for (const place of placesIn(field, termsOf(query))) expect(fold(query)).toContain(field[place]);
			}),
		);
	});
});

describe("the list", () => {
	test("moves its window only when the mark would leave it", () => {
		let state = list(numbered(20));
		state = changed(state, { type: "MOVE", by: 4 });
		expect(state.offset).toBe(0);
		state = changed(state, { type: "MOVE", by: 1 });
		expect(state.offset).toBe(1);
		state = changed(state, { type: "MOVE", by: -3 });
		expect(state.offset).toBe(1);
		expect(visible(state).map(({ place }) => place)).toEqual([1, 2, 3, 4, 5]);
	});

	test("stops at its ends", () => {
		expect(changed(list(numbered(3)), { type: "MOVE", by: -5 }).cursor).toBe(0);
		expect(changed(list(numbered(3)), { type: "PAGE", by: 1 }, { type: "PAGE", by: 1 }).cursor).toBe(2);
		expect(selectedEntry(changed(list([]), { type: "LAST" }, { type: "MOVE", by: 1 }))).toBeUndefined();
	});

	test("keeps what is selected when the filter is cleared or the rows are made anew", () => {
		const found = changed(list(numbered(20)), { type: "START_TYPING" }, type("row-17"));
		expect(selectedEntry(changed(found, { type: "CLEAR" }))?.key).toBe("row-17");
		const anew = numbered(20)
			.reverse()
			.map((name) => entry(name));
		expect(selectedEntry(changed(found, { type: "CLEAR" }, { type: "ENTRIES", entries: anew }))?.key).toBe("row-17");
	});

	test("marks the best answer at every letter, and erases by letters, words and all", () => {
		const typed = changed(list(["dev-admin", "prod-admin", "prod"]), type("prod"));
		expect(selectedEntry(typed)?.key).toBe("prod");
		expect(changed(typed, type(" ad"), { type: "ERASE" }).query).toBe("prod a");
		expect(changed(typed, type(" ad"), { type: "ERASE_WORD" }).query).toBe("prod ");
		expect(changed(typed, { type: "ERASE_ALL" }).matches).toHaveLength(3);
		expect(changed(list(["a"]), type("a👍"), { type: "ERASE" }).query).toBe("a");
	});

	test("always has its mark in its window, and its window on rows that are there", () => {
		const action: fc.Arbitrary<ListAction> = fc.oneof(
			fc.integer({ min: -30, max: 30 }).map((by): ListAction => ({ type: "MOVE", by })),
			fc.constantFrom<ListAction>(
				{ type: "PAGE", by: 1 },
				{ type: "PAGE", by: -1 },
				{ type: "FIRST" },
				{ type: "LAST" },
				{ type: "ERASE" },
				{ type: "ERASE_WORD" },
				{ type: "CLEAR" },
				{ type: "START_TYPING" },
			),
			fc.string({ maxLength: 3 }).map(type),
			fc.integer({ min: 0, max: 40 }).map((height): ListAction => ({ type: "RESIZE", height })),
			fc.integer({ min: 0, max: 50 }).map(
				(count): ListAction => ({
					type: "ENTRIES",
					entries: numbered(count).map((name) => entry(name)),
				}),
			),
		);
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 50 }), fc.array(action, { maxLength: 30 }), (count, actions) => {
				const state = changed(list(numbered(count)), ...actions);
				const { cursor, offset, height, matches } = state;
				expect(cursor).toBeGreaterThanOrEqual(0);
				expect(cursor).toBeLessThan(Math.max(1, matches.length));
				expect(offset).toBeLessThanOrEqual(cursor);
				expect(cursor).toBeLessThan(offset + height);
				expect(offset === 0 || offset + height <= matches.length).toBe(true);
			}),
		);
	});
});
