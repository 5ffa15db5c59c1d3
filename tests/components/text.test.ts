import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { cell, chop, clean, truncate, widthOf, wrap } from "../../src/components/text.ts";

/** One grapheme that takes three columns: a note head, its stem and its flag. */
const NOTE = "\u{1d158}\u{1d165}\u{1d16e}";
/** Characters that make wide graphemes when they meet, which a random choice among all characters seldom does. */
const joining = fc.constantFrom(
	"\u{1d158}",
	"\u{1d165}",
	"\u{1d16e}",
	"\u1100",
	"\u1161",
	"\u0bbe",
	"क",
	"\u093e",
	"漢",
	" ",
);

const any = fc.oneof(
	fc.array(joining, { maxLength: 20 }).map((characters) => characters.join("")),
	fc.string({ unit: "grapheme", maxLength: 40 }),
	fc.string({ unit: "binary", maxLength: 40 }),
	fc.string({ maxLength: 40 }),
);
const width = fc.integer({ min: 0, max: 30 });

describe("text", () => {
	test("is as wide as Ink counts it", () => {
		fc.assert(
			fc.property(any, (text) => {
				expect(widthOf(text)).toBe(stringWidth(text));
			}),
		);
		for (let code = 0x20; code < 0x3000; code++) {
			const text = String.fromCodePoint(code);
			if (widthOf(text) !== stringWidth(text)) expect({ code, width: widthOf(text) }).toBeUndefined();
		}
	});

	test("is cut to what fits, with a sign that it was", () => {
		expect(truncate("AdministratorAccess", 10)).toBe("Administr…");
		expect(truncate("漢字漢字", 5)).toBe("漢字…");
		expect(truncate("漢字", 4)).toBe("漢字");
		expect(truncate("anything", 0)).toBe("");
		fc.assert(
			fc.property(any, width, (text, columns) => {
				expect(widthOf(truncate(clean(text), columns))).toBeLessThanOrEqual(columns);
			}),
		);
	});

	test("fills a cell exactly", () => {
		fc.assert(
			fc.property(any, width, (text, columns) => {
				expect(widthOf(cell(clean(text), columns))).toBe(columns);
			}),
		);
		expect(cell("6m", 5, { align: "right" })).toBe("   6m");
		expect(widthOf(cell("\u0d4e", 4))).toBe(4);
	});

	test("is chopped without losing or adding anything", () => {
		fc.assert(
			fc.property(any, fc.integer({ min: 2, max: 30 }), (raw, columns) => {
				const text = clean(raw);
				const lines = chop(text, columns);
				expect(lines.join("")).toBe(text);
				for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
			}),
		);
		expect(widthOf(NOTE)).toBe(3);
		expect(chop(NOTE, 2)).toEqual(["\u{1d158}\u{1d165}", "\u{1d16e}"]);
		expect(chop(NOTE, 3)).toEqual([NOTE]);
	});

	test("is wrapped between words, and within one only where it must be", () => {
		expect(wrap("allow it on arn:aws:eks:us-east-2", 12)).toEqual(["allow it on", "arn:aws:eks:", "us-east-2"]);
		fc.assert(
			fc.property(any, fc.integer({ min: 2, max: 30 }), (raw, columns) => {
				for (const line of wrap(clean(raw), columns)) expect(widthOf(line)).toBeLessThanOrEqual(columns);
			}),
		);
	});

	test("loses what a terminal would obey or count differently", () => {
		expect(clean("\u001b[31mred\u001b[0m \u001b]8;;https://x\u0007link\u001b]8;;\u0007")).toBe("red link");
		expect(clean("❤️")).toBe("❤");
		expect(clean("\ud800x")).toBe("\ufffdx");
	});
});
