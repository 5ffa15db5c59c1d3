import { expect, test } from "vitest";
import { countdown, longDuration, shortDuration, utcTime } from "../../src/output/duration.ts";

const S = 1000;
const M = 60 * S;
const H = 60 * M;

test.each([
	[12 * H - 1, "11h59m"],
	[12 * H, "12h0m"],
	[36 * H, "36h0m"],
	[H, "1h0m"],
	[H - 1, "59m"],
	[45 * M, "45m"],
	[M, "1m"],
	[M - 1, "<1m"],
	[0, "<1m"],
	[-H, "<1m"],
	[Number.NaN, "<1m"],
])("%d ms is %s for short", (ms, expected) => {
	expect(shortDuration(ms)).toBe(expected);
});

test.each([
	[3 * H + 52 * M + 59 * S, "3h 52m"],
	[2 * H, "2h"],
	[6 * M + 30 * S, "6m"],
	[52 * H, "2d 4h"],
	[48 * H, "2d"],
	[59 * S, "<1m"],
	[-M, "<1m"],
])("%d ms is %s for long", (ms, expected) => {
	expect(longDuration(ms)).toBe(expected);
});

test.each([
	[9 * M + 41 * S, "9m 41s"],
	[9 * M, "9m 0s"],
	[41 * S + 999, "41s"],
	[0, "0s"],
	[-M, "0s"],
	[3 * H + 52 * M, "3h 52m"],
])("%d ms is %s as a countdown", (ms, expected) => {
	expect(countdown(ms)).toBe(expected);
});

test("moments are in UTC to the second", () => {
	expect(utcTime(Date.UTC(2026, 10, 23, 15, 42, 7, 900))).toBe("2026-11-23 15:42:07 UTC");
});
