import { spawn } from "node:child_process";
import { once } from "node:events";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect, createServer, Server as NetServer } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type CallbackOptions, startCallbackServer } from "../../../src/auth/browser/callback-server.ts";
import type { AuthError } from "../../../src/auth/errors.ts";
import { remedyOf } from "../../helpers/remedy.ts";

const STATE = "c3RhdGUtb2YtdGhpcy1zaWdu";
const PATH = "/oauth/callback";
const NEVER = new AbortController().signal;

async function start(options: Partial<CallbackOptions> = {}) {
	const server = await startCallbackServer({ path: PATH, state: STATE, title: "acme.awsapps.com", ...options });
	onTestFinished(() => server.close());
	return server;
}

interface Reply {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly text: string;
}

/** A request with exactly these headers, which `fetch` would not send. */
function ask(
	port: number,
	path: string,
	options: { method?: string; host?: string; body?: string } = {},
): Promise<Reply> {
	const { method = "GET", host = `127.0.0.1:${port}`, body } = options;
	return new Promise((resolve, reject) => {
		const sent = httpRequest({ host: "127.0.0.1", port, path, method, headers: { host } }, async (response) => {
			let text = "";
			for await (const part of response.setEncoding("utf8")) text += part;
			resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
		});
		sent.on("error", reject);
		sent.end(body);
	});
}

const query = (parameters: Record<string, string>) => `${PATH}?${new URLSearchParams(parameters)}`;
const ours = query({ code: "the-code", state: STATE });

async function failure(promise: Promise<unknown>): Promise<AuthError> {
	return promise.then(
		() => {
			throw new Error("it should have failed");
		},
		(error: unknown) => error as AuthError,
	);
}

describe("the browser returns", () => {
	test("with a code, and sees a page that says where it goes on", async () => {
		const server = await start();
		expect(server.redirectUri).toBe(`http://127.0.0.1:${server.port}/oauth/callback`);
		const answer = server.answer(NEVER);
		const { status, text } = await ask(server.port, ours);
		expect(status).toBe(200);
		expect(text).toContain("You can close this page");
		expect(text).toContain("acme.awsapps.com");
		expect((await answer).get("code")).toBe("the-code");
	});

	test("with an error, and the page does not claim a success", async () => {
		const server = await start();
		const { status, text } = await ask(server.port, query({ error: "access_denied", state: STATE }));
		expect(status).toBe(200);
		expect(text).toContain("Not signed in");
		expect((await server.answer(NEVER)).get("error")).toBe("access_denied");
	});

	test("before anybody waits for it", async () => {
		const server = await start();
		await ask(server.port, ours);
		expect((await server.answer(NEVER)).get("code")).toBe("the-code");
	});

	test("twice: the second answer changes nothing", async () => {
		const server = await start();
		await ask(server.port, ours);
		expect((await ask(server.port, query({ code: "another", state: STATE }))).status).toBe(200);
		expect((await server.answer(NEVER)).get("code")).toBe("the-code");
	});

	test("and has its whole page before whoever waits for it can end the server", async () => {
		const server = await start();
		void server.answer(NEVER).then(() => server.close());
		expect((await ask(server.port, ours)).text).toContain("</small>");
	});

	test("to a page that loads nothing, runs nothing, is framed by nobody, kept nowhere and tells nobody its address", async () => {
		const server = await start();
		const { headers, text } = await ask(server.port, ours);
		const policy = headers["content-security-policy"] ?? "";
		for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) {
			expect(policy).toContain(rule);
		}
		expect(policy).not.toContain("unsafe");
		expect(headers).toMatchObject({
			"cache-control": "no-store",
			"referrer-policy": "no-referrer",
			"x-content-type-options": "nosniff",
			connection: "close",
		});
		expect(text).not.toMatch(/<script|\b(?:src|href)=|@import|url\(/);
		expect(text).not.toContain("the-code");
	});

	test("to a page that a name cannot break out of", async () => {
		const server = await start({ title: `"><script>alert('1')</script>&` });
		const { text } = await ask(server.port, ours);
		expect(text).not.toContain("<script");
		expect(text).toContain("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;");
	});
});

describe("what else comes in is answered and forgotten", () => {
	test.each<[string, number, string, { method?: string; host?: string; body?: string }]>([
		["no state", 400, query({ code: "forged" }), {}],
		["another state of the same length", 400, query({ code: "forged", state: STATE.replace("c", "d") }), {}],
		["the beginning of the state", 400, query({ code: "forged", state: STATE.slice(0, -1) }), {}],
		["the state and more", 400, query({ code: "forged", state: `${STATE}x` }), {}],
		[
			"a state of other characters as long in letters",
			400,
			query({ code: "forged", state: "é".repeat(STATE.length) }),
			{},
		],
		["neither a code nor an error", 400, query({ state: STATE }), {}],
		["an empty code", 400, query({ code: "", state: STATE }), {}],
		["an empty error beside a code", 400, query({ error: "", code: "forged", state: STATE }), {}],
		["two codes", 400, `${ours}&code=forged`, {}],
		["two states", 400, `${ours}&state=forged`, {}],
		["another path", 404, `/?${new URLSearchParams({ code: "forged", state: STATE })}`, {}],
		["a path below", 404, ours.replace("?", "/?"), {}],
		["the path in other letters", 404, ours.replace("oauth", "OAuth"), {}],
		["an icon", 404, "/favicon.ico", {}],
		["a whole address as target", 404, `http://127.0.0.1${ours}`, {}],
		["a name that DNS leads here", 404, ours, { host: "evil.example" }],
		["that name with the port", 404, ours, { host: "evil.example:1234" }],
		["no port", 404, ours, { host: "127.0.0.1" }],
		["another port", 404, ours, { host: "127.0.0.1:1" }],
		["a form", 404, ours, { method: "POST", body: `code=forged&state=${STATE}` }],
		["HEAD, by which something looks ahead", 404, ours, { method: "HEAD" }],
		["OPTIONS", 404, ours, { method: "OPTIONS" }],
	])("%s", async (_, status, path, options) => {
		const server = await start();
		const arrived = vi.fn();
		void server.answer(NEVER).then(arrived);
		const reply = await ask(server.port, path, options);
		expect(reply.status).toBe(status);
		expect(reply.text).not.toContain("forged");
		expect(reply.headers["content-security-policy"]).toContain("default-src 'none'");
		expect(arrived).not.toHaveBeenCalled();
		// It goes on waiting.
		await ask(server.port, ours);
		expect((await server.answer(NEVER)).get("code")).toBe("the-code");
	});

	test("what is not HTTP", async () => {
		const server = await start();
		const socket = connect(server.port, "127.0.0.1");
		socket.end("\u0016\u0003\u0001 hello\r\n\r\n").resume();
		await once(socket, "close");
		await ask(server.port, ours);
		expect((await server.answer(NEVER)).get("code")).toBe("the-code");
	});

	test("an address without end", async () => {
		const server = await start();
		expect(await ask(server.port, `${ours}${"&x=y".repeat(10_000)}`).catch(() => "cut")).toBe("cut");
		await ask(server.port, ours);
		expect((await server.answer(NEVER)).get("code")).toBe("the-code");
	});
});

describe("the wait", () => {
	test("ends at once when it is given up, with the reason", async () => {
		const server = await start();
		const controller = new AbortController();
		const answer = failure(server.answer(controller.signal));
		const reason = new Error("the user pressed Ctrl-C");
		controller.abort(reason);
		expect(await answer).toBe(reason);
		expect(await failure(server.answer(controller.signal))).toBe(reason);
	});

	test("leaves the port free when it is closed, whoever is connected", async () => {
		const server = await start();
		const idle = connect(server.port, "127.0.0.1");
		onTestFinished(() => void idle.destroy());
		await once(idle, "connect");
		server.close();
		server.close();
		const second = await start({ port: server.port });
		expect(second.port).toBe(server.port);
		await ask(second.port, ours);
		expect((await second.answer(NEVER)).get("code")).toBe("the-code");
	});
});

/** A program that has nothing else to do. */
function program(waits: boolean) {
	const module = new URL("../../../src/auth/browser/callback-server.ts", import.meta.url).href;
	const code = `
		const { startCallbackServer } = await import(${JSON.stringify(module)});
		const server = await startCallbackServer({ path: "/cb", state: "s", title: "t" });
		console.log(server.redirectUri);
		${waits ? 'console.log((await server.answer(new AbortController().signal)).get("code"));' : ""}`;
	const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	onTestFinished(() => void child.kill());
	return child;
}

describe("a program that has nothing else to do", () => {
	test("lives as long as it waits for the browser, and ends by itself then", async () => {
		const child = program(true);
		const ended = once(child, "exit");
		const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
		const rest = once(child.stdout, "data");
		await fetch(`${line.trim()}?code=the-code&state=s`);
		expect(await rest).toEqual(["the-code\n"]);
		expect(await ended).toEqual([0, null]);
	});

	test("is not kept alive by a listener that nobody waits for", async () => {
		expect(await once(program(false), "exit")).toEqual([0, null]);
	});
});

describe("the port", () => {
	const external = Object.values(networkInterfaces())
		.flat()
		.find((found) => found?.family === "IPv4" && !found.internal)?.address;

	test("is open on 127.0.0.1 alone", async ({ skip }) => {
		if (external === undefined) skip("this machine has no address but its loopback");
		const server = await start();
		const socket = connect(server.port, external as string);
		const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
		expect(error.code).toBe("ECONNREFUSED");
	});

	test("that the system closes ends the wait", async () => {
		const listen = vi.spyOn(NetServer.prototype, "listen");
		const server = await start();
		const [listener] = listen.mock.contexts as NetServer[];
		listen.mockRestore();
		const answer = failure(server.answer(NEVER));
		listener?.emit("error", Object.assign(new Error("accept failed"), { code: "EMFILE" }));
		expect(await answer).toMatchObject({
			code: "usage",
			message: `port ${server.port}, to which the browser was to return, is no longer open`,
			reason: "the system says EMFILE",
			remedy: { say: expect.any(String) },
		});
	});

	test("that is taken is named, with what to do", async () => {
		const other = createServer().listen(0, "127.0.0.1");
		await once(other, "listening");
		onTestFinished(() => void other.close());
		const { port } = other.address() as { port: number };
		const error = await failure(startCallbackServer({ path: PATH, state: STATE, title: "x", port }));
		expect(error).toMatchObject({
			code: "usage",
			message: `--callback-port ${port} cannot be opened for the browser to return to`,
			reason: "another program uses it",
		});
		expect(remedyOf(error)).toContain("--callback-port");
	});
});
