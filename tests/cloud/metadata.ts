/** What a container or an instance asks of the machine that it runs on. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html */
import { randomBytes } from "node:crypto";
import { type Answer, type Exchange, json, ServiceError } from "./exchange.ts";
import type { KeyStore } from "./keys.ts";
import { roleSession } from "./principals.ts";
import type { World } from "./world.ts";

const HOUR = 3_600_000;

export class Metadata {
	readonly #world: World;
	readonly #keys: KeyStore;
	readonly #now: () => number;
	readonly #sessions = new Set<string>();
	/** What a container shows to be given keys. */
	readonly access = randomBytes(24).toString("base64url");

	constructor(world: World, keys: KeyStore, now: () => number) {
		this.#world = world;
		this.#keys = keys;
		this.#now = now;
	}

	/** Version 2: everything else wants a session's token. */
	startSession({ headers }: Exchange): Answer {
		const seconds = Number(headers["x-aws-ec2-metadata-token-ttl-seconds"]);
		if (!(seconds >= 1 && seconds <= 21_600)) throw new ServiceError(400, "BadRequest", "a time to live is needed");
		const token = randomBytes(40).toString("base64");
		this.#sessions.add(token);
		return { status: 200, headers: { "content-type": "text/plain" }, body: token };
	}

	roles(exchange: Exchange): Answer {
		this.#checkSession(exchange);
		const { machineRole } = this.#world;
		if (machineRole === undefined) throw new ServiceError(404, "NotFound", "no role");
		return { status: 200, headers: { "content-type": "text/plain" }, body: machineRole };
	}

	instanceKeys(exchange: Exchange): Answer {
		this.#checkSession(exchange);
		return json({ Code: "Success", Type: "AWS-HMAC", ...this.#issue(exchange.url.pathname.split("/").at(-1)) });
	}

	/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html */
	containerKeys({ headers }: Exchange): Answer {
		if (headers.authorization !== this.access) throw new ServiceError(401, "Unauthorized", "no access");
		return json(this.#issue(this.#world.machineRole));
	}

	secrets(): string[] {
		return [...this.#sessions, this.access];
	}

	#checkSession({ headers }: Exchange): void {
		if (this.#sessions.has(headers["x-aws-ec2-metadata-token"] ?? "")) return;
		throw new ServiceError(401, "Unauthorized", "no session");
	}

	#issue(name: string | undefined) {
		const role = this.#world.roles?.find((each) => each.name === name && name === this.#world.machineRole);
		if (role === undefined) throw new ServiceError(404, "NotFound", "no role");
		const expiresAt = this.#now() + 6 * HOUR;
		const keys = this.#keys.issue(() => roleSession(role, "i-0123456789abcdef0"), expiresAt);
		return {
			AccessKeyId: keys.accessKeyId,
			SecretAccessKey: keys.secretAccessKey,
			Token: keys.sessionToken,
			Expiration: new Date(expiresAt).toISOString().replace(/\.\d+/, ""),
		};
	}
}
