import { describe, expect, test } from "vitest";
import { shareLeft, timeAgo, timeLeft, urgencyOf } from "../../src/components/lifetime.ts";
import { barParts } from "../../src/components/lifetime-bar.tsx";
import { ASCII, UNICODE } from "../../src/components/theme.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const span = (leftMinutes: number, ofMinutes?: number) => ({
	expiresAt: leftMinutes * MINUTE,
	issuedAt: ofMinutes === undefined ? undefined : (leftMinutes - ofMinutes) * MINUTE,
});

describe("how long something lasts", () => {
	test.each([
		["an eight-hour session", 16, 480, "good"],
		["its last quarter of an hour", 15, 480, "soon"],
		["its last five minutes", 5, 480, "bad"],
		["an hour's role", 16, 60, "good"],
		["its last quarter of an hour", 14, 60, "soon"],
		["a fresh ten-minute code", 10, 10, "good"],
		["its last third", 3, 10, "soon"],
		["its last minute", 1, 10, "bad"],
		["what is over", 0, 10, "over"],
		["a beginning that nobody knows", 20, undefined, "good"],
		["the same, later", 10, undefined, "soon"],
	] as const)("%s with %i minutes left of %s is %s", (_, left, of, expected) => {
		expect(urgencyOf(span(left, of), 0)).toBe(expected);
	});

	test("has a share only where its beginning is known", () => {
		expect(shareLeft(span(15, 60), 0)).toBe(0.25);
		expect(shareLeft(span(15), 0)).toBeUndefined();
		expect(shareLeft(span(-5, 60), 0)).toBe(0);
	});

	test("is told in minutes, and in seconds near the end", () => {
		const options = { from: 5 * MINUTE, coarse: false };
		expect(timeLeft({ expiresAt: 3 * HOUR + 52 * MINUTE + 59_000 }, 0, options)).toBe("3h 52m");
		expect(timeLeft({ expiresAt: 6 * MINUTE + 59_000 }, 0, options)).toBe("6m");
		expect(timeLeft({ expiresAt: 4 * MINUTE + 59_000 }, 0, options)).toBe("4m 59s");
		expect(timeLeft({ expiresAt: -1 }, 0, options)).toBe("0s");
	});

	test("moves in large steps for those whom motion disturbs", () => {
		const options = { from: Number.POSITIVE_INFINITY, coarse: true };
		expect(timeLeft({ expiresAt: 9 * MINUTE + 41_000 }, 0, options)).toBe("9m");
		expect(timeLeft({ expiresAt: 41_000 }, 0, options)).toBe("40s");
	});

	test("is over since", () => {
		expect(timeAgo(0, 30_000)).toBe("just now");
		expect(timeAgo(0, 119 * MINUTE)).toBe("1h ago");
		expect(timeAgo(0, 100 * HOUR)).toBe("4d ago");
	});
});

describe("the bar", () => {
	test("is as long as its share, to half a column", () => {
		expect(barParts(0.5, 9, UNICODE)).toEqual({ left: "━━━━╸", gone: "────" });
		expect(barParts(1, 4, UNICODE)).toEqual({ left: "━━━━", gone: "" });
		expect(barParts(0.5, 4, ASCII)).toEqual({ left: "==", gone: ".." });
	});

	test("shows something while something is left, and nothing without room", () => {
		expect(barParts(0.001, 9, UNICODE).left).toBe("╸");
		expect(barParts(0, 3, UNICODE)).toEqual({ left: "", gone: "───" });
		expect(barParts(0.5, 0, UNICODE)).toEqual({ left: "", gone: "" });
	});
});
