/** Elastic Container Registry: authorization tokens. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
import { randomBytes } from "node:crypto";
import { type Exchange, json, parseBody, ServiceError } from "./exchange.ts";
import type { KeyStore } from "./keys.ts";
import { verifySignature } from "./sigv4.ts";

const TOKEN_SECONDS = 12 * 3600;

export class Ecr {
	readonly #keys: KeyStore;
	readonly #now: () => number;
	readonly #passwords = new Set<string>();

	constructor(keys: KeyStore, now: () => number) {
		this.#keys = keys;
		this.#now = now;
	}

	getAuthorizationToken(exchange: Exchange) {
		parseBody(exchange, "SerializationException");
		const { assignment, arn } = verifySignature(exchange, this.#keys, this.#now(), { service: "ecr" });
		const region = /\/(\w+-[\w-]+-\d)\/ecr\//.exec(exchange.headers.authorization ?? "")?.[1] ?? "us-east-1";
		if (assignment.denied?.includes("ecr:GetAuthorizationToken")) {
			throw new ServiceError(
				400,
				"AccessDeniedException",
				`User: ${arn} is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action`,
			);
		}
		const password = randomBytes(300).toString("base64");
		this.#passwords.add(password);
		const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
		return json({
			authorizationData: [
				{
					authorizationToken: Buffer.from(`AWS:${password}`).toString("base64"),
					expiresAt: Math.floor(this.#now() / 1000) + TOKEN_SECONDS,
					proxyEndpoint: `https://${assignment.accountId}.dkr.ecr.${region}.${suffix}`,
				},
			],
		});
	}

	/** Whether a password is one that this registry would take. */
	accepts(password: string): boolean {
		return this.#passwords.has(password);
	}

	secrets(): string[] {
		return [...this.#passwords].flatMap((password) => [password, Buffer.from(`AWS:${password}`).toString("base64")]);
	}
}
