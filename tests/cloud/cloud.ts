/** The loopback cloud: one server on 127.0.0.1 that answers for the services which a sign-in needs. See README.md. */
import { EventEmitter, on, once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Ecr } from "./ecr.ts";
import { Eks } from "./eks.ts";
import { type Answer, type Exchange, readExchange, ServiceError, send } from "./exchange.ts";
import { KeyStore } from "./keys.ts";
import { ApprovalPage } from "./page.ts";
import { SsoPortal } from "./portal.ts";
import { type Operation, Script } from "./script.ts";
import { type DeviceCode, oidcErrorBody, SsoOidc } from "./sso-oidc.ts";
import { Sts } from "./sts.ts";
import { smallWorld, type World } from "./world.ts";

/** What the log keeps of a request: nothing secret. */
export interface LoggedRequest {
	readonly operation: Operation | "page" | "unknown";
	readonly at: number;
	readonly status: number;
	/** The service's error name, if it refused. */
	readonly error?: string | undefined;
	readonly userAgent?: string | undefined;
	/** The grant of a token request. */
	readonly grant?: string | undefined;
}

export interface CloudOptions {
	readonly world?: World;
	readonly port?: number;
	/** Milliseconds since the epoch; the machine's clock otherwise. */
	readonly now?: () => number;
}

export interface Cloud {
	/** `http://127.0.0.1:PORT`, for `AWS_ENDPOINT_URL` or `spec.endpoint_url`. */
	readonly url: string;
	readonly world: World;
	readonly script: Script;
	readonly requests: readonly LoggedRequest[];
	readonly sts: Sts;
	readonly ecr: Ecr;
	/** How often an operation was called. */
	count(operation: LoggedRequest["operation"]): number;
	/** Resolves with the next request that fits, also one that was made already since `from`. */
	waitFor(fits: (request: LoggedRequest) => boolean, from?: number): Promise<LoggedRequest>;
	/** Resolves with the user code of the next, or the last pending, device authorization. */
	nextCode(): Promise<string>;
	/** Allows a device code, or all that are pending. */
	approve(userCode?: string): void;
	deny(userCode?: string): void;
	/** Lets device codes run out. */
	expireCodes(): void;
	/** From now on every code is approved `delayMs` after it was issued. */
	approveAlways(delayMs?: number): void;
	/** From now on codes wait for a person, or for `approve`. */
	approveNever(): void;
	revokeSessions(): void;
	/** Forgets all client registrations, as after their ninety days. */
	expireRegistrations(): void;
	/** Everything secret that was issued so far, for tests that look for leaks. */
	secrets(): string[];
	close(): Promise<void>;
}

/** Starts the cloud; it listens when the promise resolves. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
	const world = options.world ?? smallWorld();
	const now = options.now ?? Date.now;
	const keys = new KeyStore();
	const script = new Script();
	const events = new EventEmitter();
	const requests: LoggedRequest[] = [];
	const stop = new AbortController();
	let url = "";
	const oidc = new SsoOidc(world, now, () => url);
	const portal = new SsoPortal(world, oidc, keys, now);
	const ecr = new Ecr(keys, now);
	const eks = new Eks(world, keys, now);
	const sts = new Sts(keys, now);
	const page = new ApprovalPage(oidc, now);
	let approveAfter: number | undefined;
	const pending = (): DeviceCode[] => [...oidc.codes.values()].filter((code) => code.state === "pending");

	oidc.onCode = (code) => {
		events.emit("code", code.userCode);
		if (approveAfter === undefined) return;
		void delay(approveAfter, undefined, { signal: stop.signal }).then(
			() => {
				if (code.state === "pending") code.state = "approved";
			},
			() => {},
		);
	};

	const routes: readonly [Operation, (exchange: Exchange) => boolean, (exchange: Exchange) => Answer][] = [
		["sso-oidc:RegisterClient", is("POST", "/client/register"), (x) => oidc.registerClient(x)],
		["sso-oidc:StartDeviceAuthorization", is("POST", "/device_authorization"), (x) => oidc.startDeviceAuthorization(x)],
		["sso-oidc:CreateToken", is("POST", "/token"), (x) => oidc.createToken(x)],
		["sso:GetRoleCredentials", is("GET", "/federation/credentials"), (x) => portal.getRoleCredentials(x)],
		["sso:ListAccounts", is("GET", "/assignment/accounts"), (x) => portal.listAccounts(x)],
		["sso:ListAccountRoles", is("GET", "/assignment/roles"), (x) => portal.listAccountRoles(x)],
		["sso:Logout", is("POST", "/logout"), (x) => portal.logout(x)],
		[
			"eks:DescribeCluster",
			({ method, url: { pathname } }) => method === "GET" && /^\/clusters\/[^/]+$/.test(pathname),
			(x) => eks.describeCluster(x),
		],
		[
			"ecr:GetAuthorizationToken",
			({ headers }) => headers["x-amz-target"]?.endsWith(".GetAuthorizationToken") === true,
			(x) => ecr.getAuthorizationToken(x),
		],
		[
			"sts:GetCallerIdentity",
			({ url: { searchParams }, body }) =>
				searchParams.get("Action") === "GetCallerIdentity" || /(?:^|&)Action=GetCallerIdentity(?:&|$)/.test(body),
			(x) => sts.getCallerIdentity(x),
		],
	];

	const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const exchange = await readExchange(request);
		const log = (operation: LoggedRequest["operation"], status: number, error?: string): void => {
			const grant = operation === "sso-oidc:CreateToken" ? /"grantType":"([^"]+)"/.exec(exchange.body)?.[1] : undefined;
			const entry = { operation, at: now(), status, error, grant, userAgent: exchange.headers["user-agent"] };
			requests.push(entry);
			events.emit("request", entry);
		};
		const answer = (found: Answer): void => send(response, exchange, found, new Date(now()));

		if (exchange.url.pathname === "/device" && (exchange.method === "GET" || exchange.method === "POST")) {
			const found = exchange.method === "GET" ? page.show(exchange) : page.decide(exchange);
			log("page", found.status);
			return answer(found);
		}
		const route = routes.find(([, fits]) => fits(exchange));
		if (!route) {
			log("unknown", 404);
			return answer({
				status: 404,
				body: JSON.stringify({ message: `unknown operation ${exchange.method} ${exchange.url.pathname}` }),
			});
		}
		const [operation, , run] = route;
		const behaviour = script.take(operation);
		if (behaviour.type === "hang") return log(operation, 0);
		if (behaviour.delayMs) await delay(behaviour.delayMs, undefined, { signal: stop.signal });
		try {
			switch (behaviour.type) {
				case "drop":
					log(operation, 0);
					request.socket.destroy();
					return;
				case "raw":
					log(operation, behaviour.status ?? 200);
					return answer({
						status: behaviour.status ?? 200,
						headers: { "content-type": behaviour.contentType ?? "application/json" },
						body: behaviour.body,
					});
				case "error":
					throw new ServiceError(
						behaviour.status,
						behaviour.name,
						behaviour.message ?? behaviour.name,
						behaviour.headers,
					);
				case "answer": {
					const found = run(exchange);
					log(operation, found.status);
					return answer(found);
				}
			}
		} catch (error) {
			const refusal =
				error instanceof ServiceError ? error : new ServiceError(500, "InternalServerException", String(error));
			log(operation, refusal.status, refusal.code);
			return answer(refusalAnswer(operation, refusal, exchange));
		}
	};

	const server: Server = createServer((request, response) => {
		handle(request, response).catch(() => response.destroy());
	});
	server.listen(options.port ?? 0, "127.0.0.1");
	await once(server, "listening");
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

	const settle = (userCode: string | undefined, state: "approved" | "denied"): void => {
		const codes = userCode ? [oidc.codes.get(userCode)] : pending();
		if (!codes[0]) throw new Error(`no pending device code ${userCode ?? ""}`);
		for (const code of codes) if (code) code.state = state;
	};

	return {
		url,
		world,
		script,
		requests,
		sts,
		ecr,
		count: (operation) => requests.filter((request) => request.operation === operation).length,
		async waitFor(fits, from = 0) {
			const found = requests.slice(from).find(fits);
			if (found) return found;
			for await (const [entry] of on(events, "request", { signal: stop.signal })) {
				if (fits(entry as LoggedRequest)) return entry as LoggedRequest;
			}
			throw new Error("the cloud was closed");
		},
		async nextCode() {
			const last = pending().at(-1);
			if (last) return last.userCode;
			const [userCode] = (await once(events, "code", { signal: stop.signal })) as [string];
			return userCode;
		},
		approve: (userCode) => settle(userCode, "approved"),
		deny: (userCode) => settle(userCode, "denied"),
		expireCodes() {
			for (const code of pending()) code.expiresAt = now() - 1;
		},
		approveAlways(delayMs = 0) {
			approveAfter = delayMs;
		},
		approveNever() {
			approveAfter = undefined;
		},
		revokeSessions: () => oidc.revokeAll(),
		expireRegistrations: () => oidc.expireRegistrations(),
		secrets: () => [...oidc.secrets(), ...keys.secrets(), ...ecr.secrets()],
		async close() {
			stop.abort();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

const is =
	(method: string, path: string) =>
	(exchange: Exchange): boolean =>
		exchange.method === method && exchange.url.pathname === path;

/** Each service has its own way to say no. */
function refusalAnswer(operation: Operation, error: ServiceError, exchange: Exchange): Answer {
	const service = operation.split(":")[0];
	const { "x-oauth-error": _, ...headers } = error.headers;
	if (service === "sso-oidc") {
		return {
			status: error.status,
			headers: { ...headers, "x-amzn-errortype": error.code },
			body: oidcErrorBody(error),
		};
	}
	if (service === "sts") {
		return {
			status: error.status,
			headers: { ...headers, "content-type": "text/xml" },
			body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${error.code}</Code><Message>${error.message}</Message></Error><RequestId>${exchange.requestId}</RequestId></ErrorResponse>`,
		};
	}
	if (service === "ecr") {
		return {
			status: error.status,
			headers: { ...headers, "content-type": "application/x-amz-json-1.1" },
			body: JSON.stringify({ __type: error.code, message: error.message }),
		};
	}
	return {
		status: error.status,
		headers: { ...headers, "x-amzn-errortype": error.code },
		body: JSON.stringify({ message: error.message }),
	};
}
