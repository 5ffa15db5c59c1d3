import { describe, expect, test } from "vitest";
import { type Progress, withDeadline, withSilenceLimit, withTimeLimit } from "../../../src/auth/system/time-limit.ts";
import { fakeClock } from "../../helpers/context.ts";

const options = (signal = new AbortController().signal) => {
	const clock = fakeClock();
	return { clock, ms: 1000, signal, error: () => new Error("too slow") };
};

describe("a time limit", () => {
	test("lets through what ends in time, and stops its clock", async () => {
		const given = options();
		expect(await withTimeLimit(given, async () => 7)).toBe(7);
		expect(given.clock.sleepers).toBe(0);
	});

	test("passes a failure on", async () => {
		await expect(withTimeLimit(options(), () => Promise.reject(new Error("no")))).rejects.toThrow("no");
	});

	test("gives up on what heeds no signal, and tells it why", async () => {
		const given = options();
		let reason: unknown;
		const result = withTimeLimit(given, (signal) => {
			signal.addEventListener("abort", () => {
				reason = signal.reason;
			});
			return new Promise(() => undefined);
		});
		given.clock.advance(1000);
		await expect(result).rejects.toThrow("too slow");
		expect(reason).toMatchObject({ message: "too slow" });
	});

	test("heeds the signal from outside", async () => {
		const outside = new AbortController();
		const given = options(outside.signal);
		const result = withTimeLimit(given, () => new Promise(() => undefined));
		outside.abort(new Error("left"));
		await expect(result).rejects.toThrow("left");
		await expect(withTimeLimit(given, async () => 1)).rejects.toThrow("left");
		expect(given.clock.sleepers).toBe(0);
	});
});

describe("a limit of silence", () => {
	/** Work that ends only with its signal, and what it may say meanwhile. */
	function silent(given = options()) {
		let progress: Progress | undefined;
		const result = withSilenceLimit(given, (_, said) => {
			progress = said;
			return new Promise<never>(() => undefined);
		});
		result.catch(() => undefined);
		return { ...given, result, progress: progress as unknown as Progress };
	}

	test("counts from the last news", async () => {
		const { clock, result, progress } = silent();
		clock.advance(900);
		progress.heard();
		clock.advance(100);
		expect(await clock.asleep()).toBe(900);
		clock.advance(900);
		await expect(result).rejects.toThrow("too slow");
		expect(clock.sleepers).toBe(0);
	});

	test("does not count while it is held, and begins anew after that", async () => {
		const { clock, result, progress } = silent();
		progress.hold(true);
		for (let round = 0; round < 5; round++) clock.advance(await clock.asleep());
		progress.hold(false);
		clock.advance(await clock.asleep());
		await expect(result).rejects.toThrow("too slow");
		expect(clock.now() - Date.UTC(2026, 10, 23, 12)).toBe(6000);
	});

	test("lets through what ends in time", async () => {
		const given = options();
		expect(await withSilenceLimit(given, async () => 7)).toBe(7);
		expect(given.clock.sleepers).toBe(0);
	});
});

describe("a deadline", () => {
	test("ends work when the wall clock says so, and tells it why", async () => {
		const { clock, signal, error } = options();
		let reason: unknown;
		const result = withDeadline({ clock, signal, error, until: clock.now() + 25_000 }, (inner) => {
			inner.addEventListener("abort", () => {
				reason = inner.reason;
			});
			return new Promise(() => undefined);
		});
		clock.advance(25_000);
		await expect(result).rejects.toThrow("too slow");
		expect(reason).toMatchObject({ message: "too slow" });
	});

	test("does not take what comes after a laptop has slept through it", async () => {
		const { clock, signal, error } = options();
		const asleep = { ...clock, now: () => clock.now() + 60_000 };
		await expect(
			withDeadline({ clock: asleep, signal, error, until: clock.now() + 59_000 }, async () => 7),
		).rejects.toThrow("too slow");
	});

	test("lets through what ends in time", async () => {
		const { clock, signal, error } = options();
		expect(await withDeadline({ clock, signal, error, until: clock.now() + 10 }, async () => 7)).toBe(7);
		expect(clock.sleepers).toBe(0);
	});
});
