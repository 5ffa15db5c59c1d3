/** The loopback cloud: one server on 127.0.0.1 that answers for the services which a sign-in needs. See README.md. */
import { EventEmitter, on, once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Ecr } from "./ecr.ts";
import { Eks } from "./eks.ts";
import { type Answer, drip, type Exchange, readExchange, ServiceError, send, sendHalf } from "./exchange.ts";
import { Issuers, type JobToken } from "./issuers.ts";
import { KeyStore } from "./keys.ts";
import { Metadata } from "./metadata.ts";
import { MfaDevices } from "./mfa.ts";
import { ApprovalPage } from "./page.ts";
import { SsoPortal } from "./portal.ts";
import { refusalAnswer } from "./refusals.ts";
import { findRoute, type Route } from "./routes.ts";
import { type Behaviour, type Operation, Script } from "./script.ts";
import { type DeviceCode, SsoOidc } from "./sso-oidc.ts";
import { Sts } from "./sts.ts";
import { StsFederation } from "./sts-federation.ts";
import { StsRoot } from "./sts-root.ts";
import { smallWorld, type World } from "./world.ts";

/** What the log keeps of a request: nothing secret. */
export interface LoggedRequest {
	readonly operation: Operation | "page" | "unknown";
	/** When it was received, in milliseconds by the cloud's clock. */
	readonly receivedAt: number;
	/** When it was answered. */
	readonly at: number;
	/** 0 for no answer: dropped, or left to hang. */
	readonly status: number;
	/** The service's error name, if it refused. */
	readonly error?: string | undefined;
	readonly requestId: string;
	readonly userAgent?: string | undefined;
	/** The grant of a token request. */
	readonly grant?: string | undefined;
	/**
	 * What the service found out: `principal` and `region` of a signature that was right, `account`, `role`, `cluster`; of
	 * requests for keys also `session`, `duration`, the MFA device's `serial`, and `externalId` (that there was one).
	 */
	readonly facts: Readonly<Record<string, string>>;
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
	/** Resolves when a client has closed the connection of a request of `operation` that was left to hang. */
	waitForAbort(operation: Operation): Promise<void>;
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
	/** Lets access tokens run out; their sessions can still be renewed. */
	expireTokens(): void;
	/** Ends all sessions, as an administrator would: access and refresh tokens are refused. */
	revokeSessions(): void;
	/** Forgets all client registrations, as after their ninety days. */
	expireRegistrations(): void;
	/** What an MFA device shows now. A code is good for one request; the next comes when the clock has gone on by 30 seconds. */
	mfaCode(serial: string): string;
	/** A token of a job, as its issuer signs it. */
	jobToken(token?: JobToken): string;
	/** The variables that the runner of GitHub Actions gives to a job that may ask for tokens. */
	githubJob(token?: JobToken): Readonly<Record<string, string>>;
	/** What `GET /issuer/token` takes as a bearer token. */
	issuerAccess(token?: JobToken): string;
	/** The variables of a container that has the machine's role. */
	container(): Readonly<Record<string, string>>;
	/** Moves the cloud's clock against its client's, in milliseconds; further calls add up. */
	shiftClock(ms: number): void;
	/** Everything secret that was issued so far, for tests that look for leaks. */
	secrets(): string[];
	close(): Promise<void>;
}

/** Starts the cloud; it listens when the promise resolves. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
	const world = options.world ?? smallWorld();
	const clock = options.now ?? Date.now;
	let shift = 0;
	const now = (): number => clock() + shift;
	let url = "";
	const origin = (): string => url;
	const keys = new KeyStore(world);
	const oidc = new SsoOidc(world, now, origin);
	const portal = new SsoPortal(world, oidc, keys, now);
	const mfa = new MfaDevices(world, now);
	const sts = new Sts(world, keys, mfa, now, origin);
	const issuers = new Issuers(now);
	const metadata = new Metadata(world, keys, now);
	const federation = new StsFederation(world, keys, issuers, now);
	const root = new StsRoot(world, keys, now);
	const ecr = new Ecr(keys, now);
	const eks = new Eks(world, keys, now);
	const page = new ApprovalPage(oidc, now, origin);
	const script = new Script();
	const requests: LoggedRequest[] = [];
	/** Operations of which a hanging request was given up by its client. */
	const aborted = new Set<Operation>();
	const events = new EventEmitter().setMaxListeners(0);
	const stop = new AbortController();
	let approveAfter: number | undefined;

	oidc.onCode = (code) => {
		events.emit("code", code.userCode);
		if (approveAfter === undefined) return;
		const approve = (): void => {
			if (code.state === "pending") code.state = "approved";
		};
		delay(approveAfter, undefined, { signal: stop.signal }).then(approve, () => {});
	};
	const pending = (): DeviceCode[] =>
		[...oidc.codes.values()].filter((code) => code.state === "pending" && code.expiresAt > now());
	const settle = (userCode: string | undefined, state: "approved" | "denied"): void => {
		const codes = pending().filter((code) => userCode === undefined || code.userCode === userCode);
		if (codes.length === 0) throw new Error(`no pending device code ${userCode ?? ""}`);
		for (const code of codes) code.state = state;
	};

	const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const receivedAt = now();
		const exchange = await readExchange(request);
		const log = (operation: LoggedRequest["operation"], status: number, error?: string): void => {
			const { requestId, facts, headers } = exchange;
			const entry: LoggedRequest = {
				operation,
				receivedAt,
				at: now(),
				status,
				error,
				requestId,
				userAgent: headers["user-agent"],
				grant: facts.grant,
				facts,
			};
			requests.push(entry);
			events.emit("request", entry);
		};
		const answer = (operation: LoggedRequest["operation"], found: Answer, error?: string): void => {
			log(operation, found.status, error);
			send(response, exchange, found, new Date(now()));
		};

		const found = page.answer(exchange);
		if (found) return answer("page", found);
		const route = findRoute(exchange, { oidc, portal, sts, federation, root, issuers, metadata, ecr, eks });
		if (!route) return answer("unknown", unknownOperation(exchange), "UnknownOperationException");
		const behaviour = script.take(route.operation);
		if (behaviour.type === "hang") {
			response.once("close", () => {
				aborted.add(route.operation);
				events.emit("aborted");
			});
			return log(route.operation, 0);
		}
		if (behaviour.delayMs) await delay(behaviour.delayMs, undefined, { signal: stop.signal });
		if (behaviour.type === "drop") {
			log(route.operation, 0);
			request.socket.destroy();
			return;
		}
		const { answer: result, error } = perform(route, behaviour, exchange);
		if (behaviour.type === "drip") {
			log(route.operation, result.status, error);
			return drip(response, exchange, result, new Date(now()), behaviour.everyMs);
		}
		if (behaviour.type !== "cut") return answer(route.operation, result, error);
		log(route.operation, 0, error);
		sendHalf(response, exchange, result, new Date(now()));
	};

	const server = createServer((request, response) => {
		handle(request, response).catch(() => response.destroy());
	});
	server.listen(options.port ?? 0, "127.0.0.1");
	await once(server, "listening");
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

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
		async waitForAbort(operation) {
			while (!aborted.has(operation)) await once(events, "aborted", { signal: stop.signal });
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
		expireTokens: () => oidc.expireTokens(),
		revokeSessions: () => oidc.revokeAll(),
		expireRegistrations: () => oidc.expireRegistrations(),
		mfaCode: (serial) => mfa.code(serial),
		jobToken: (token) => issuers.issue(token),
		githubJob: (token) => ({
			GITHUB_ACTIONS: "true",
			ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/actions/id-token?api-version=2.0`,
			ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuers.job(token),
		}),
		issuerAccess: (token) => issuers.job(token),
		container: () => ({
			AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/container/credentials`,
			AWS_CONTAINER_AUTHORIZATION_TOKEN: metadata.access,
		}),
		shiftClock(ms) {
			shift += ms;
		},
		secrets: () => [
			...oidc.secrets(),
			...keys.secrets(),
			...mfa.secrets(),
			...ecr.secrets(),
			...issuers.secrets(),
			...metadata.secrets(),
		],
		async close() {
			stop.abort();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** What the service says, or what the script has it say. */
function perform(
	{ operation, run }: Route,
	behaviour: Exclude<Behaviour, { type: "hang" | "drop" }>,
	exchange: Exchange,
): { answer: Answer; error?: string } {
	if (behaviour.type === "raw") {
		const { status = 200, contentType = "application/json", body } = behaviour;
		return { answer: { status, headers: { "content-type": contentType }, body } };
	}
	try {
		if (behaviour.type === "error") {
			const { status, name, message = name, headers } = behaviour;
			throw new ServiceError(status, name, message, headers);
		}
		if (behaviour.type !== "endless") return { answer: run() };
		exchange.url.searchParams.delete("next_token");
		const page = run();
		const nextToken = behaviour.token ?? exchange.requestId;
		return { answer: { ...page, body: JSON.stringify({ ...JSON.parse(page.body), nextToken }) } };
	} catch (error) {
		const refusal =
			error instanceof ServiceError ? error : new ServiceError(500, "InternalServerException", String(error));
		return { answer: refusalAnswer(operation, refusal, exchange), error: refusal.code };
	}
}

const unknownOperation = ({ method, url }: Exchange): Answer => ({
	status: 404,
	headers: { "x-amzn-errortype": "UnknownOperationException" },
	body: JSON.stringify({ message: `no operation ${method} ${url.pathname}` }),
});
