import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
// @ts-expect-error a build script in plain JavaScript
import { narrowWidth } from "../scripts/bundle/narrow-width.js";

const agrees = (text: string): void => {
	const width = narrowWidth(text);
	if (width !== undefined) expect({ text, width }).toEqual({ text, width: stringWidth(text) });
};

test("every character that the fast path answers for is as wide as string-width says", () => {
	for (let code = 0x20; code < 0x3000; code++) agrees(String.fromCodePoint(code));
});

test("it answers for what the dashboard draws", () => {
	for (const text of ["❯ ● dev-admin", "◐ ○ · ✓ ✗ ━━━ ↑↓ ⏎ →", "█▀▀▄", "⠋⠙⠹", "\u001b[36mname\u001b[39m", "…"]) {
		expect(narrowWidth(text)).toBe(stringWidth(text));
	}
});

test("it never answers wrongly for any text", () => {
	fc.assert(fc.property(fc.string({ unit: "grapheme" }), agrees));
	fc.assert(fc.property(fc.string({ unit: "binary" }), agrees));
});
