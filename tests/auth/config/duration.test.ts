import { expect, test } from "vitest";
import { durationMs } from "../../../src/auth/config/duration.ts";

test.each([
	["1h", 3_600_000],
	["1h30m", 5_400_000],
	["1.5h", 5_400_000],
	["90s", 90_000],
	["500ms", 500],
	["3600", 3_600_000],
	["2d", 172_800_000],
	["0", 0],
])("%s", (text, ms) => {
	expect(durationMs(text)).toBe(ms);
});

test.each(["", "h", "1 h", "1h 30m", "1d12h", "-1h", "1.5", "1w"])("%j is none", (text) => {
	expect(durationMs(text)).toBeUndefined();
});
