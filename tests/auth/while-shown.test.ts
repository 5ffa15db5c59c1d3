import { expect, test } from "vitest";
import type { Interaction, Response, Shown } from "../../src/auth/interaction.ts";
import type { Way } from "../../src/auth/sign-in-ways.ts";
import { whileShown } from "../../src/auth/while-shown.ts";

const way = (flow: Way["flow"]): Way => ({ flow, label: flow, needs: "link", isLocal: false });

const PAGE: Shown = {
	type: "authorization",
	provider: "company-sso",
	url: "https://example.com/",
	portal: "example.com",
	startedAt: 0,
	expiresAt: 1,
	ways: { taken: way("browser"), why: "", others: [way("device-code")] },
};

/** A face that answers when it is told to. */
function face(reach: Interaction["reach"] = "keyboard") {
	const shown: (Shown | undefined)[] = [];
	const respond: ((response: Response) => void)[] = [];
	const interaction: Interaction = {
		reach,
		show: (prompt) => void shown.push(prompt),
		offer(prompt, signal) {
			shown.push(prompt);
			return new Promise((resolve, reject) => {
				respond.push(resolve);
				signal.addEventListener("abort", () => reject(signal.reason));
			});
		},
		ask: async () => "",
		status: () => {},
		progress: () => {},
	};
	return { interaction, shown, respond };
}

/** Work that does nothing until it is told to, or given up. */
function work() {
	const { promise, resolve, reject } = Promise.withResolvers<string>();
	const log: string[] = [];
	return {
		log,
		resolve,
		reject,
		async run(signal: AbortSignal) {
			signal.addEventListener("abort", () => reject(signal.reason));
			try {
				return await promise;
			} finally {
				log.push("ended");
			}
		},
	};
}

const never = new AbortController().signal;

test("what is done takes the page away", async () => {
	const [{ interaction, shown }, job] = [face(), work()];
	const outcome = whileShown(interaction, PAGE, never, job.run);
	expect(shown).toEqual([PAGE]);
	job.resolve("token");
	expect(await outcome).toEqual({ type: "done", result: "token" });
	expect(shown.at(-1)).toBeUndefined();
});

test("what fails takes the page away", async () => {
	const [{ interaction, shown }, job] = [face(), work()];
	const outcome = whileShown(interaction, PAGE, never, job.run);
	job.reject(new Error("denied"));
	await expect(outcome).rejects.toThrow("denied");
	expect(shown.at(-1)).toBeUndefined();
});

test("another way ends the work first", async () => {
	const [{ interaction, respond }, job] = [face(), work()];
	const outcome = whileShown(interaction, PAGE, never, job.run);
	respond[0]?.({ type: "way", flow: "device-code" });
	expect(await outcome).toEqual({ type: "way", flow: "device-code" });
	expect(job.log).toEqual(["ended"]);
});

test("work that ends at the moment in which another way is chosen counts", async () => {
	const [{ interaction, respond }, job] = [face(), work()];
	const outcome = whileShown(interaction, PAGE, never, async (signal) => {
		const result = Promise.withResolvers<string>();
		signal.addEventListener("abort", () => result.resolve("token"));
		return result.promise;
	});
	respond[0]?.({ type: "way", flow: "device-code" });
	expect(await outcome).toEqual({ type: "done", result: "token" });
	expect(job.log).toEqual([]);
});

test("a way that is not offered is asked for again", async () => {
	const [{ interaction, respond }, job] = [face(), work()];
	const outcome = whileShown(interaction, PAGE, never, job.run);
	respond[0]?.({ type: "way", flow: "paste" });
	await expect.poll(() => respond.length).toBe(2);
	respond[1]?.({ type: "text", value: "?" });
	await expect.poll(() => respond.length).toBe(3);
	respond[2]?.({ type: "way", flow: "device-code" });
	expect(await outcome).toEqual({ type: "way", flow: "device-code" });
});

test.each(["nobody", "link"] as const)("where %s is reached, it is shown without asking", async (reach) => {
	const [{ interaction, shown, respond }, job] = [face(reach), work()];
	const outcome = whileShown(interaction, PAGE, never, job.run);
	expect([shown, respond.length]).toEqual([[PAGE], 0]);
	job.resolve("token");
	await outcome;
});

test("it ends with the signal's reason, whatever the face does", async () => {
	const [{ interaction, shown }, job] = [face(), work()];
	const controller = new AbortController();
	const outcome = whileShown(interaction, PAGE, controller.signal, job.run);
	const reason = new Error("cancelled");
	controller.abort(reason);
	await expect(outcome).rejects.toBe(reason);
	expect(shown.at(-1)).toBeUndefined();
	await expect(whileShown(interaction, PAGE, controller.signal, job.run)).rejects.toBe(reason);
});
