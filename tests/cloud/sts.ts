/** Security Token Service: who a signature belongs to. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
import { type Answer, type Exchange, ServiceError } from "./exchange.ts";
import type { IssuedKeys, KeyStore } from "./keys.ts";
import { verifySignature } from "./sigv4.ts";

const VERSION = "2011-06-15";
const TOKEN_PREFIX = "k8s-aws-v1.";
/** All that the authenticator of a cluster lets such a URL have. */
const TOKEN_PARAMETERS = [
	"Action",
	"Version",
	"X-Amz-Algorithm",
	"X-Amz-Credential",
	"X-Amz-Date",
	"X-Amz-Expires",
	"X-Amz-Security-Token",
	"X-Amz-Signature",
	"X-Amz-SignedHeaders",
	"X-Amz-User-Agent",
	"x-id",
];

export class Sts {
	readonly #keys: KeyStore;
	readonly #now: () => number;
	readonly #origin: () => string;

	constructor(keys: KeyStore, now: () => number, origin: () => string) {
		this.#keys = keys;
		this.#now = now;
		this.#origin = origin;
	}

	getCallerIdentity(exchange: Exchange): Answer {
		const form = exchange.method === "POST" ? new URLSearchParams(exchange.body) : exchange.url.searchParams;
		if (form.get("Version") !== VERSION) {
			throw new ServiceError(
				400,
				"InvalidAction",
				`Could not find operation GetCallerIdentity for version ${form.get("Version") ?? "NO_VERSION_SPECIFIED"}`,
			);
		}
		const keys = verifySignature(exchange, this.#keys, this.#now(), "sts");
		return {
			status: 200,
			headers: { "content-type": "text/xml" },
			body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/${VERSION}/"><GetCallerIdentityResult><Arn>${keys.arn}</Arn><UserId>${keys.roleId}:${keys.arn.split("/").at(-1)}</UserId><Account>${keys.assignment.accountId}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>${exchange.requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
		};
	}

	/**
	 * What EKS does with a bearer token: takes the presigned URL out of it and asks STS whose it is.
	 * https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
	 *
	 * @param token `k8s-aws-v1.` and the URL in base64url
	 * @param cluster the name that must have been signed
	 * @returns whose keys signed it
	 * @throws ServiceError when EKS would answer 401
	 */
	verifyEksToken(token: string, cluster: string): IssuedKeys {
		const refuse = (why: string): ServiceError => new ServiceError(401, "Unauthorized", why);
		const encoded = token.startsWith(TOKEN_PREFIX) ? token.slice(TOKEN_PREFIX.length) : "";
		// Go's RawURLEncoding: no padding, nothing of the other alphabet.
		if (!/^[\w-]+$/.test(encoded)) throw refuse("not a k8s-aws-v1 token");
		const text = Buffer.from(encoded, "base64url").toString("utf8");
		if (!URL.canParse(text)) throw refuse("there is no URL in the token");
		const url = new URL(text);
		const real = url.protocol === "https:" && /^sts(?:\.[a-z\d-]+)?\.amazonaws\.com(?:\.cn)?$/.test(url.host);
		if (!real && url.origin !== this.#origin()) throw refuse(`unexpected host ${url.host}`);
		if (url.pathname !== "/") throw refuse("unexpected path");
		const query = url.searchParams;
		const strange = [...query.keys()].find((name) => !TOKEN_PARAMETERS.includes(name));
		if (strange !== undefined) throw refuse(`unexpected parameter ${strange}`);
		if (query.get("Action") !== "GetCallerIdentity" || query.get("Version") !== VERSION) throw refuse("wrong action");
		const expires = query.get("X-Amz-Expires");
		if (!/^\d+$/.test(expires ?? "") || Number(expires) > 900) throw refuse("X-Amz-Expires is missing or out of range");
		if (query.get("X-Amz-SignedHeaders") !== "host;x-k8s-aws-id") throw refuse("the cluster's name is not signed");
		const headers = { host: url.host, "x-k8s-aws-id": cluster };
		const exchange = { method: "GET", url, headers, body: "", requestId: "eks", facts: {} };
		return verifySignature(exchange, this.#keys, this.#now(), "sts");
	}
}
