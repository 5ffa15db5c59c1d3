import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AuthError } from "../../../src/auth/errors.ts";
import { createNetwork } from "../../../src/auth/net/create-network.ts";
import { jsonOf, type PlainRequest, request } from "../../../src/auth/net/request.ts";
import { RetryLaterError } from "../../../src/auth/net/tries.ts";
import { fakeClock, testContext } from "../../helpers/context.ts";

type Reply = (request: IncomingMessage, response: ServerResponse) => void;

const reply =
	(status: number, body = "", headers: Record<string, string> = {}): Reply =>
	(_request, response) =>
		response.writeHead(status, headers).end(body);

interface Seen {
	readonly method: string | undefined;
	readonly url: string | undefined;
	readonly headers: IncomingMessage["headers"];
	readonly body: string;
}

/** A server that gives these answers one after the other, the last one for ever. */
async function service(...replies: readonly Reply[]) {
	const seen: Seen[] = [];
	const arrived: (() => void)[] = [];
	const server = createServer(async (incoming, response) => {
		const parts: Buffer[] = [];
		for await (const part of incoming) parts.push(part as Buffer);
		const { method, url, headers } = incoming;
		seen.push({ method, url, headers, body: Buffer.concat(parts).toString() });
		for (const tell of arrived.splice(0)) tell();
		replies[Math.min(seen.length, replies.length) - 1]?.(incoming, response);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const url = new URL(
		`http://127.0.0.1:${(server.address() as AddressInfo).port}/token?audience=sts.amazonaws.com&a=b%20c`,
	);
	return { url, seen, arrival: () => new Promise<void>((resolve) => arrived.push(resolve)) };
}

function scene(options: Partial<Parameters<typeof createNetwork>[0]> = {}) {
	const clock = fakeClock();
	const ctx = testContext({ clock });
	const network = createNetwork({ env: {}, log: ctx.log, clock, platform: "linux", ...options });
	onTestFinished(() => network.close());
	const stop = new AbortController();
	const base = {
		ctx: { ...ctx, network },
		operation: "example:Token",
		signal: stop.signal,
		vendor: { name: "Example" },
		method: "POST",
	} as const;
	const ask = (url: URL, more: Partial<PlainRequest> = {}) => request({ ...base, url, ...more });
	return { ctx, clock, stop, ask };
}

describe("a plain request", () => {
	test("goes out as it was made, and comes back with its status, headers and text", async () => {
		const it = await service(reply(201, '{"value":1}', { "X-Request-Id": "r-1" }));
		const { ask } = scene();
		const answer = await ask(it.url, { headers: { "content-type": "text/plain" }, body: "grün" });
		expect(answer).toMatchObject({ status: 201, headers: { "x-request-id": "r-1" } });
		expect(jsonOf(answer)).toEqual({ value: 1 });
		const [sent] = it.seen;
		expect(sent).toMatchObject({
			method: "POST",
			body: "grün",
			headers: { host: it.url.host, "content-type": "text/plain", "content-length": "5" },
		});
		expect(Object.fromEntries(new URL(sent?.url ?? "", it.url).searchParams)).toEqual({
			audience: "sts.amazonaws.com",
			a: "b c",
		});
	});

	test("is the caller's to explain where it is refused, and is not sent again", async () => {
		const it = await service(reply(400, "no"));
		expect(await scene().ask(it.url)).toMatchObject({ status: 400, text: "no" });
		expect(it.seen).toHaveLength(1);
	});

	test("is not taken anywhere else", async () => {
		const it = await service(reply(302, "", { location: "https://elsewhere.example/" }));
		expect(await scene().ask(it.url, { method: "GET" })).toMatchObject({ status: 302 });
		expect(it.seen).toHaveLength(1);
	});

	test.each([429, 500, 503])("is sent again after %i", async (status) => {
		const it = await service(reply(status), reply(200, "yes"));
		const { ask, clock } = scene();
		const done = ask(it.url);
		clock.advance(await clock.asleep());
		expect(await done).toMatchObject({ status: 200, text: "yes" });
	});

	test("ends with the last answer, where none is better", async () => {
		const it = await service(reply(503, "busy"));
		const { ask, clock } = scene();
		const done = ask(it.url);
		for (let tries = 1; tries < 3; tries++) clock.advance(await clock.asleep());
		expect(await done).toMatchObject({ status: 503, text: "busy" });
		expect(it.seen).toHaveLength(3);
	});

	test("that may be done once is not sent again after an error of the server, and is after a 429", async () => {
		const broken = await service(reply(500));
		expect(await scene().ask(broken.url, { repeatable: false })).toMatchObject({ status: 500 });
		expect(broken.seen).toHaveLength(1);
		const busy = await service(reply(429), reply(200));
		const { ask, clock } = scene();
		const done = ask(busy.url, { repeatable: false });
		clock.advance(await clock.asleep());
		expect(await done).toMatchObject({ status: 200 });
	});

	test("waits as long as the service asks, and no longer than anybody would", async () => {
		const it = await service(reply(503, "", { "retry-after": "7" }), reply(200));
		const { ask, clock } = scene();
		const done = ask(it.url);
		expect(await clock.asleep()).toBe(7_000);
		clock.advance(7_000);
		await done;
		const days = await service(reply(429, "", { "retry-after": "86400" }));
		const end = await scene()
			.ask(days.url)
			.catch((error: unknown) => error);
		expect(end).toBeInstanceOf(RetryLaterError);
		expect(days.seen).toHaveLength(1);
	});

	test("says whom it did not reach", async () => {
		const it = await service((incoming) => incoming.socket.destroy());
		const { ask } = scene();
		const error = (await ask(it.url, { attempts: 1 }).catch((thrown: unknown) => thrown)) as AuthError;
		expect(error).toMatchObject({ code: "network", message: `the connection to ${it.url.host} was lost` });
	});

	test("ends at once when it is cancelled, while it waits for an answer and between two tries", async () => {
		const silent = await service(() => undefined);
		const first = scene();
		const arrival = silent.arrival();
		const waiting = first.ask(silent.url).catch((error: unknown) => error);
		await arrival;
		const reason = new Error("enough");
		first.stop.abort(reason);
		expect(await waiting).toBe(reason);
		const busy = await service(reply(503));
		const second = scene();
		const pausing = second.ask(busy.url).catch((error: unknown) => error);
		await second.clock.asleep();
		second.stop.abort(reason);
		expect(await pausing).toBe(reason);
		expect(busy.seen).toHaveLength(1);
	});

	test("refuses an answer without an end", async () => {
		const it = await service(reply(200, "x".repeat(5_000)));
		const { ask } = scene({ limits: { answerBytes: 1_000 } });
		const error = await ask(it.url).catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ code: "service", reason: "it is too long" });
	});

	test("leaves nothing of its body, its answer or its query in the log", async () => {
		const it = await service(reply(200, "canary-answer"));
		const { ask, ctx } = scene();
		it.url.searchParams.set("code", "canary-query");
		await ask(it.url, { body: "canary-body", headers: { authorization: "bearer canary-header" } });
		expect(ctx.logged.length).toBeGreaterThan(0);
		expect(JSON.stringify(ctx.logged)).not.toContain("canary");
	});
});
