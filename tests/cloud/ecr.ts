/** Elastic Container Registry: authorization tokens. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
import { randomBytes } from "node:crypto";
import { type Answer, type Exchange, parseBody, ServiceError } from "./exchange.ts";
import type { KeyStore } from "./keys.ts";
import { dnsSuffix } from "./partitions.ts";
import { mayDo } from "./principals.ts";
import { verifySignature } from "./sigv4.ts";

const TOKEN_SECONDS = 12 * 3600;
const CONTENT_TYPE = "application/x-amz-json-1.1";

export class Ecr {
	readonly #keys: KeyStore;
	readonly #now: () => number;
	readonly #passwords = new Map<string, number>();

	constructor(keys: KeyStore, now: () => number) {
		this.#keys = keys;
		this.#now = now;
	}

	getAuthorizationToken(exchange: Exchange): Answer {
		if (exchange.headers["content-type"] !== CONTENT_TYPE) {
			throw new ServiceError(400, "SerializationException", `content type must be ${CONTENT_TYPE}`);
		}
		const { registryIds } = parseBody(exchange, "SerializationException");
		const signer = verifySignature(exchange, this.#keys, this.#now(), "ecr");
		const { assignment, arn, region } = signer;
		if (!mayDo(signer, "ecr:GetAuthorizationToken")) {
			throw new ServiceError(
				400,
				"AccessDeniedException",
				`User: ${arn} is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action`,
			);
		}
		const registries =
			Array.isArray(registryIds) && registryIds.length > 0 ? registryIds.map(String) : [assignment.accountId];
		const strange = registries.find((id) => !/^\d{12}$/.test(id));
		if (strange !== undefined) {
			throw new ServiceError(400, "InvalidParameterException", `Invalid parameter at 'registryIds': '${strange}'`);
		}
		const password = randomBytes(300).toString("base64");
		const expiresAt = Math.floor(this.#now() / 1000) + TOKEN_SECONDS;
		this.#passwords.set(password, expiresAt * 1000);
		return {
			status: 200,
			headers: { "content-type": CONTENT_TYPE },
			body: JSON.stringify({
				authorizationData: registries.map((id) => ({
					authorizationToken: Buffer.from(`AWS:${password}`).toString("base64"),
					expiresAt,
					proxyEndpoint: `https://${id}.dkr.ecr.${region}.${dnsSuffix(region)}`,
				})),
			}),
		};
	}

	/** Whether a password is one that this registry would take now. */
	accepts(password: string): boolean {
		return (this.#passwords.get(password) ?? 0) > this.#now();
	}

	/** Every secret that was issued, for tests that look for leaks. */
	secrets(): string[] {
		return [...this.#passwords.keys()].flatMap((password) => [
			password,
			Buffer.from(`AWS:${password}`).toString("base64"),
		]);
	}
}
