import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { HttpRequest } from "@smithy/protocol-http";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { awsError } from "../../../src/auth/aws/errors.ts";
import { AuthError } from "../../../src/auth/errors.ts";
import { createNetwork } from "../../../src/auth/net/create-network.ts";
import { routeOf } from "../../../src/auth/net/route.ts";
import { testContext } from "../../helpers/context.ts";
import { remedyOf } from "../../helpers/remedy.ts";
import { certificateFor, makeAuthority, type TestAuthority } from "./tls.ts";

let authority: TestAuthority;
beforeAll(() => {
	authority = makeAuthority();
});
afterAll(() => rmSync(authority.folder, { recursive: true, force: true }));

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

const ok: Listener = (_, response) => response.end('{"fine":true}');
const plain = (listener: Listener = ok) => listen(createServer(listener));
const secure = (listener: Listener = ok) => listen(createTlsServer(authority, listener) as unknown as Server);

function request(url: string): HttpRequest {
	const { protocol, hostname, port, pathname } = new URL(url);
	return new HttpRequest({
		protocol,
		hostname,
		...(port === "" ? {} : { port: Number(port) }),
		path: pathname,
		method: "POST",
		headers: { "content-type": "application/json", host: new URL(url).host },
		body: "{}",
	});
}

async function get(ctx: ReturnType<typeof testContext>, url: string, signal?: AbortSignal): Promise<string> {
	const handler = await ctx.network.handler();
	const { response } = await handler.handle(request(url), signal ? { abortSignal: signal } : {});
	const chunks: Buffer[] = [];
	for await (const chunk of response.body) chunks.push(chunk as Buffer);
	return `${response.statusCode} ${Buffer.concat(chunks).toString()}`;
}

async function failure(promise: Promise<unknown>): Promise<Error> {
	try {
		await promise;
	} catch (error) {
		return error as Error;
	}
	throw new Error("it should have failed");
}

/** A CONNECT proxy that notes where it was asked to go and leads everything to `target` on this machine. */
async function tunnel(target: number, answer = "200 Connection established") {
	const asked: string[] = [];
	const authorizations: (string | undefined)[] = [];
	const server = createServer((incoming, response) => {
		asked.push(`${incoming.method} ${incoming.url}`);
		response.end('{"proxied":true}');
	});
	server.on("connect", (incoming: IncomingMessage, socket: import("node:stream").Duplex) => {
		asked.push(`CONNECT ${incoming.url}`);
		authorizations.push(incoming.headers["proxy-authorization"]);
		if (!answer.startsWith("200")) {
			socket.end(`HTTP/1.1 ${answer}\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno`);
			return;
		}
		const upstream = connect(target, "127.0.0.1", () => {
			socket.write(`HTTP/1.1 ${answer}\r\n\r\n`);
			upstream.pipe(socket).pipe(upstream);
		});
		upstream.on("error", () => socket.destroy());
		socket.on("error", () => upstream.destroy());
	});
	return { port: await listen(server), asked, authorizations };
}

describe("time", () => {
	test("the Date header tells how far the servers are ahead", async () => {
		const ctx = testContext();
		expect(ctx.network.skewMs()).toBeUndefined();
		const port = await plain((_, response) => {
			response.setHeader("date", new Date(Date.now() + 7 * 60_000).toUTCString());
			response.end("{}");
		});
		await get(ctx, `http://127.0.0.1:${port}/`);
		expect(Math.abs((ctx.network.skewMs() ?? 0) - 7 * 60_000)).toBeLessThan(2000);
	});

	test("an answer that does not come ends in a time-out", async () => {
		const ctx = testContext();
		const network = createNetwork({ ...ctx, limits: { silenceMs: 150 } });
		onTestFinished(() => network.close());
		const port = await plain(() => {});
		const error = await failure(get({ ...ctx, network }, `http://127.0.0.1:${port}/`));
		const shown = awsError(error, { ctx, operation: "sso:ListAccounts" }) as AuthError;
		expect(shown).toMatchObject({ code: "network", message: `127.0.0.1:${port} did not answer in time` });
	});

	test("an answer that stops in the middle ends in a time-out", async () => {
		const ctx = testContext();
		const network = createNetwork({ ...ctx, limits: { silenceMs: 150 } });
		onTestFinished(() => network.close());
		const port = await plain((_, response) => {
			response.writeHead(200, { "content-length": "100" });
			response.write("{");
		});
		const error = await failure(get({ ...ctx, network }, `http://127.0.0.1:${port}/`));
		expect(awsError(error, { ctx, operation: "sso:ListAccounts" })).toMatchObject({ code: "network" });
	});

	test("a connection that is not made ends in a time-out, TLS handshake included", async () => {
		const ctx = testContext();
		const network = createNetwork({ ...ctx, limits: { connectMs: 150 } });
		onTestFinished(() => network.close());
		// It accepts and never says a word of TLS.
		const silent = createTcpServer(() => {});
		await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
		onTestFinished(() => void silent.close());
		const { port } = silent.address() as AddressInfo;
		const error = await failure(get({ ...ctx, network }, `https://127.0.0.1:${port}/`));
		expect(awsError(error, { ctx, operation: "x" })).toMatchObject({
			code: "network",
			message: `127.0.0.1:${port} did not answer in time`,
		});
	});

	test("headers are traced, those that may hold a secret without their values", async () => {
		const ctx = testContext();
		const port = await plain((_, response) => {
			response.setHeader("x-amzn-requestid", "4f9a-1");
			response.setHeader("x-amzn-session", "HUSH-answer");
			response.setHeader("set-cookie", "HUSH-cookie");
			response.end("{}");
		});
		const asked = request(`http://127.0.0.1:${port}/assignment/accounts`);
		asked.query = { max_result: "100", next_token: "HUSH-page" };
		for (const name of ["authorization", "x-amz-sso_bearer_token", "x-amz-security-token", "cookie"]) {
			asked.headers[name] = `HUSH-${name}`;
		}
		const handler = await ctx.network.handler();
		const { response } = await handler.handle(asked, {});
		response.body.resume();
		const [out, back] = ctx.logged;
		expect(out).toMatchObject({
			level: "trace",
			message: `> POST http://127.0.0.1:${port}/assignment/accounts?max_result=100&next_token=[redacted]`,
			fields: { "content-type": "application/json", authorization: "[redacted]", cookie: "[redacted]" },
		});
		expect(back).toMatchObject({ level: "trace", message: "< 200", fields: { "x-amzn-requestid": "4f9a-1" } });
		expect(JSON.stringify(ctx.logged)).not.toContain("HUSH");
	});

	test("an aborted request ends at once", async () => {
		const ctx = testContext();
		const controller = new AbortController();
		const port = await plain(() => controller.abort());
		await expect(get(ctx, `http://127.0.0.1:${port}/`, controller.signal)).rejects.toMatchObject({
			name: "AbortError",
		});
	});

	test("a program that closed its network ends at once, with kept-alive connections behind it", async () => {
		const port = await plain();
		const script = `
			import { createNetwork } from "./src/auth/net/create-network.ts";
			import { HttpRequest } from "@smithy/protocol-http";
			const log = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
			const network = createNetwork({ env: {}, log, clock: Date, platform: process.platform });
			const handler = await network.handler();
			const { response } = await handler.handle(new HttpRequest({ protocol: "http:", hostname: "127.0.0.1", port: ${port} }));
			response.body.resume();
			await new Promise((resolve) => response.body.on("end", resolve));
			const closed = performance.now();
			network.close();
			process.on("exit", () => console.log(performance.now() - closed));`;
		const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
		expect(Number(stdout)).toBeLessThan(500);
	});
});

describe("certificate authorities", () => {
	test("a private one is refused, with the variable to set", async () => {
		const ctx = testContext();
		const error = await failure(get(ctx, `https://127.0.0.1:${await secure()}/`));
		const shown = awsError(error, { ctx, operation: "sso-oidc:RegisterClient" }) as AuthError;
		expect(shown.code).toBe("network");
		expect(shown.message).toContain("not trusted");
		expect(remedyOf(shown)).toContain("AWS_CA_BUNDLE");
	});

	test("AWS_CA_BUNDLE is trusted", async () => {
		const ctx = testContext({ env: { AWS_CA_BUNDLE: authority.caFile } });
		expect(await get(ctx, `https://127.0.0.1:${await secure()}/`)).toBe('200 {"fine":true}');
	});

	test("a file is trusted only by the variables that the network is told of", async () => {
		const url = `https://127.0.0.1:${await secure()}/`;
		const env = { ACME_CA_FILE: authority.caFile, AWS_CA_BUNDLE: join(authority.folder, "missing.pem") };
		const network = (certificateVariables?: readonly string[]) => {
			const ctx = testContext({ env });
			return { ...ctx, network: createNetwork({ ...ctx, certificateVariables }) };
		};
		expect(await get(network(["ACME_CA_FILE"]), url)).toBe('200 {"fine":true}');
		await expect(get(network(), url)).rejects.toThrow(/self-signed|unable to/i);
		await expect(get(network(["ACME_CA_FILE", "AWS_CA_BUNDLE"]), url)).rejects.toThrow("AWS_CA_BUNDLE cannot be used");
	});

	test("NODE_EXTRA_CA_CERTS and the system's store are trusted", async () => {
		const port = await secure();
		const script = `
			import { createNetwork } from "./src/auth/net/create-network.ts";
			import { HttpRequest } from "@smithy/protocol-http";
			const log = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
			const network = createNetwork({ env: process.env, log, clock: Date, platform: process.platform });
			const handler = await network.handler();
			const { response } = await handler.handle(new HttpRequest({ protocol: "https:", hostname: "127.0.0.1", port: ${port} }));
			console.log(response.statusCode);
			network.close();`;
		const run = (env: Record<string, string>) =>
			promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
				env: { PATH: process.env.PATH ?? "", ...env },
			}).then(({ stdout }) => stdout.trim());
		expect(await run({ NODE_EXTRA_CA_CERTS: authority.caFile })).toBe("200");
		// On Linux the system's store is where OpenSSL looks for it.
		if (process.platform === "linux") expect(await run({ SSL_CERT_FILE: authority.caFile })).toBe("200");
	});

	test.each([
		["a file that is not there", (folder: string) => join(folder, "missing.pem")],
		[
			"a file without a certificate",
			(folder: string) => {
				writeFileSync(join(folder, "empty.pem"), "nothing\n");
				return join(folder, "empty.pem");
			},
		],
		[
			"a damaged certificate",
			(folder: string) => {
				const path = join(folder, "damaged.pem");
				writeFileSync(path, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
				return path;
			},
		],
		["a folder", (folder: string) => folder],
	])("AWS_CA_BUNDLE that is %s is an error with its path", async (_, make) => {
		const path = make(authority.folder);
		const ctx = testContext({ env: { AWS_CA_BUNDLE: path } });
		const error = await failure(get(ctx, `https://127.0.0.1:${await secure()}/`));
		expect(error).toBeInstanceOf(AuthError);
		expect(error.message).toContain(path);
	});
});

describe("a certificate that is not valid now", () => {
	/** A server whose clock is `shift` hours ahead of ours, with a certificate that is valid from `from` to `to`, in hours from now. */
	async function dated(from: number, to: number, shift: number): Promise<number> {
		const listener: Listener = (_, response) => {
			response.setHeader("date", new Date(Date.now() + shift * 3_600_000).toUTCString());
			response.end("{}");
		};
		const cert = certificateFor(authority, from, to);
		return listen(createTlsServer({ key: authority.key, cert }, listener) as unknown as Server);
	}

	test.each([
		[1, 48, 3, "this machine's clock is 3 hours slow", "not to be valid yet", "sudo sntp -sS time.apple.com"],
		[-48, -1, -3, "this machine's clock is 3 hours fast", "to have expired", "sudo sntp -sS time.apple.com"],
	])(
		"from %d to %d hours, by the clock of the server: ours is wrong",
		async (from, to, shift, message, reason, remedy) => {
			const ctx = testContext({ platform: "darwin", env: { AWS_CA_BUNDLE: authority.caFile } });
			const error = await failure(get(ctx, `https://127.0.0.1:${await dated(from, to, shift)}/`));
			const shown = awsError(error, { ctx, operation: "sso:ListAccounts" }) as AuthError;
			expect(shown).toMatchObject({ code: "network", message });
			expect(remedyOf(shown)).toBe(`set the clock: ${remedy}`);
			expect(shown.reason).toContain(reason);
		},
	);

	test("by any clock, it is the certificate's fault", async () => {
		const ctx = testContext({ env: { AWS_CA_BUNDLE: authority.caFile } });
		const port = await dated(-48, -1, 0);
		const error = await failure(get(ctx, `https://127.0.0.1:${port}/`));
		const shown = awsError(error, { ctx, operation: "sso:ListAccounts" }) as AuthError;
		expect(shown.message).toBe(`the certificate of 127.0.0.1:${port} has expired`);
		expect(shown.reason).toBe("this machine's clock is right");
	});
});

describe("proxy", () => {
	test("https goes through CONNECT, with the credentials of the URL, and the private authority at the far end", async () => {
		const proxy = await tunnel(await secure());
		const ctx = testContext({
			env: { HTTPS_PROXY: `http://user:p%40ss@127.0.0.1:${proxy.port}`, AWS_CA_BUNDLE: authority.caFile },
		});
		expect(await get(ctx, "https://portal.test/x")).toBe('200 {"fine":true}');
		expect(await get(ctx, "https://portal.test/y")).toBe('200 {"fine":true}');
		// One tunnel for both: it is kept alive.
		expect(proxy.asked).toEqual(["CONNECT portal.test:443"]);
		expect(proxy.authorizations).toEqual([`Basic ${Buffer.from("user:p@ss").toString("base64")}`]);
	});

	test("NO_PROXY and loopback go straight", async () => {
		const target = await secure();
		const proxy = await tunnel(target);
		const env = { https_proxy: `http://127.0.0.1:${proxy.port}`, AWS_CA_BUNDLE: authority.caFile };
		expect(await get(testContext({ env }), `https://127.0.0.1:${target}/`)).toBe('200 {"fine":true}');
		const direct = await failure(get(testContext({ env: { ...env, NO_PROXY: ".test" } }), "https://portal.test/"));
		expect(direct).toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
		expect(proxy.asked).toEqual([]);
	});

	test("plain http is asked of the proxy as a whole", async () => {
		const proxy = await tunnel(0);
		const ctx = testContext({ env: { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` } });
		expect(await get(ctx, "http://portal.test/x")).toBe('200 {"proxied":true}');
		expect(proxy.asked).toEqual(["POST http://portal.test/x"]);
	});

	test.each([
		["407 Proxy Authentication Required", "asks for a user name and password"],
		["403 Forbidden", "does not connect to portal.test"],
		["502 Bad Gateway", "does not connect to portal.test"],
	])("a proxy that answers %s is not taken for the service", async (answer, message) => {
		const proxy = await tunnel(0, answer);
		const ctx = testContext({ env: { HTTPS_PROXY: `http://user:hunter2@127.0.0.1:${proxy.port}` } });
		const error = await failure(get(ctx, "https://portal.test/"));
		const shown = awsError(error, { ctx, operation: "sso:GetRoleCredentials" }) as AuthError;
		expect(shown.code).toBe("network");
		expect(shown.message).toContain(message);
		expect(JSON.stringify([shown.message, shown.reason, remedyOf(shown), routeOf(error)])).not.toContain("hunter2");
	});

	test("a proxy that is not there is named", async () => {
		const ctx = testContext({ env: { HTTPS_PROXY: "http://127.0.0.1:1" } });
		const shown = awsError(await failure(get(ctx, "https://portal.test/")), { ctx, operation: "x" }) as AuthError;
		expect(shown.message).toBe("the proxy http://127.0.0.1:1 refused the connection");
		expect(remedyOf(shown)).toContain("HTTPS_PROXY");
	});
});

describe("reaching nobody", () => {
	test("a refused connection names host and port", async () => {
		const ctx = testContext();
		const shown = awsError(await failure(get(ctx, "https://127.0.0.1:1/")), { ctx, operation: "x" }) as AuthError;
		expect(shown.message).toBe("127.0.0.1:1 refused the connection");
		expect(remedyOf(shown)).toContain("HTTPS_PROXY");
	});

	test("an answer without an end is cut off", async () => {
		const ctx = testContext();
		const block = Buffer.alloc(1024 * 1024, 32);
		const port = await plain((_, response) => {
			const pour = () => {
				while (!response.destroyed && response.write(block));
			};
			response.on("drain", pour);
			pour();
		});
		const error = await failure(get(ctx, `http://127.0.0.1:${port}/`));
		expect(awsError(error, { ctx, operation: "x" })).toMatchObject({ code: "service", reason: "it is too long" });
	});
});
