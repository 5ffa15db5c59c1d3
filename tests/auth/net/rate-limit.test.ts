import { expect, test } from "vitest";
import { createRateLimit } from "../../../src/auth/net/rate-limit.ts";

/** A clock on which a sleep takes no real time: every sleeper is woken in the order of its time. */
function manualClock() {
	let now = 1_000_000;
	const sleepers: { at: number; wake: () => void }[] = [];
	return {
		now: () => now,
		sleep: (ms: number, signal?: AbortSignal) =>
			new Promise<void>((wake, reject) => {
				sleepers.push({ at: now + ms, wake });
				signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
			}),
		async run(until: number) {
			await new Promise((resolve) => setImmediate(resolve));
			for (;;) {
				sleepers.sort((a, b) => a.at - b.at);
				const next = sleepers[0];
				if (next === undefined || next.at > until) break;
				sleepers.shift();
				now = Math.max(now, next.at);
				next.wake();
				await new Promise((resolve) => setImmediate(resolve));
			}
			now = until;
		},
	};
}

const never = new AbortController().signal;

test("no second holds more than the budget, and the budget is used", async () => {
	const clock = manualClock();
	const limit = createRateLimit(clock, 20);
	const start = clock.now();
	const at: number[] = [];
	const all = Array.from({ length: 200 }, () => limit.take(never).then(() => at.push(clock.now() - start)));
	await clock.run(start + 60_000);
	await Promise.all(all);
	for (const from of at) expect(at.filter((t) => t >= from && t < from + 1000).length).toBeLessThanOrEqual(20);
	expect(Math.max(...at)).toBeLessThan((200 / 20) * 1000 * 1.05);
});

test("a pause holds everybody, and nobody comes out of it in a burst", async () => {
	const clock = manualClock();
	const limit = createRateLimit(clock, 20);
	const start = clock.now();
	const at: number[] = [];
	const all = Array.from({ length: 10 }, () => limit.take(never).then(() => at.push(clock.now() - start)));
	await clock.run(start + 120);
	limit.pause(5000);
	await clock.run(start + 60_000);
	await Promise.all(all);
	const late = at.filter((t) => t > 120).sort((a, b) => a - b);
	expect(late.length).toBe(7);
	expect(late[0]).toBeGreaterThanOrEqual(5000);
	for (const [index, t] of late.entries())
		expect(t - (late[index - 1] ?? 0)).toBeGreaterThanOrEqual(index === 0 ? 0 : 50);
});

test("waiting for a turn ends with the signal", async () => {
	const clock = manualClock();
	const limit = createRateLimit(clock, 1);
	const controller = new AbortController();
	await limit.take(never);
	const waiting = limit.take(controller.signal);
	controller.abort(new Error("stop"));
	await expect(waiting).rejects.toThrow("stop");
});
