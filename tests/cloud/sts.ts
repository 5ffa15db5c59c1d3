/** Security Token Service: who a signature belongs to. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
import { type Answer, type Exchange, ServiceError } from "./exchange.ts";
import type { IssuedKeys, KeyStore } from "./keys.ts";
import { verifySignature } from "./sigv4.ts";

export class Sts {
	readonly #keys: KeyStore;
	readonly #now: () => number;

	constructor(keys: KeyStore, now: () => number) {
		this.#keys = keys;
		this.#now = now;
	}

	getCallerIdentity(exchange: Exchange): Answer {
		const keys = verifySignature(exchange, this.#keys, this.#now(), { service: "sts" });
		return {
			status: 200,
			headers: { "content-type": "text/xml" },
			body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${keys.arn}</Arn><UserId>AROAEXAMPLE:ada</UserId><Account>${keys.assignment.accountId}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>${exchange.requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
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
		if (!token.startsWith("k8s-aws-v1.") || token.includes("=")) throw refuse("not a k8s-aws-v1 token");
		const url = new URL(Buffer.from(token.slice("k8s-aws-v1.".length), "base64url").toString("utf8"));
		const query = url.searchParams;
		if (query.get("Action") !== "GetCallerIdentity" || query.get("Version") !== "2011-06-15")
			throw refuse("wrong action");
		const expires = Number(query.get("X-Amz-Expires"));
		if (!(expires >= 0 && expires <= 900)) throw refuse("X-Amz-Expires is missing or out of range");
		if (query.get("X-Amz-SignedHeaders") !== "host;x-k8s-aws-id") throw refuse("the cluster's name is not signed");
		return verifySignature(
			{
				method: "GET",
				url,
				headers: { host: url.host, "x-k8s-aws-id": cluster },
				body: "",
				requestId: "eks",
			},
			this.#keys,
			this.#now(),
			{ service: "sts" },
		);
	}
}
