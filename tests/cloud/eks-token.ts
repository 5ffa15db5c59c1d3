/** A cluster's side of a bearer token. */
import { type Exchange, ServiceError } from "./exchange.ts";
import type { Signer } from "./sigv4.ts";
import { VERSION } from "./sts-form.ts";

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

/**
 * What EKS does with a bearer token: takes the presigned URL out of it and asks STS whose it is.
 * https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
 *
 * @param token `k8s-aws-v1.` and the URL in base64url
 * @param cluster the name that must have been signed
 * @param origin the cloud's own, which does for a host of STS
 * @param signer what STS says of a request
 * @returns whose keys signed it
 * @throws ServiceError when EKS would answer 401
 */
export function verifyToken(
	token: string,
	cluster: string,
	origin: string,
	signer: (exchange: Exchange) => Signer,
): Signer {
	const refuse = (why: string): ServiceError => new ServiceError(401, "Unauthorized", why);
	const encoded = token.startsWith(TOKEN_PREFIX) ? token.slice(TOKEN_PREFIX.length) : "";
	// Go's RawURLEncoding: no padding, nothing of the other alphabet.
	if (!/^[\w-]+$/.test(encoded)) throw refuse("not a k8s-aws-v1 token");
	const text = Buffer.from(encoded, "base64url").toString("utf8");
	if (!URL.canParse(text)) throw refuse("there is no URL in the token");
	const url = new URL(text);
	const real = url.protocol === "https:" && /^sts(?:\.[a-z\d-]+)?\.amazonaws\.com(?:\.cn)?$/.test(url.host);
	if (!real && url.origin !== origin) throw refuse(`unexpected host ${url.host}`);
	if (url.pathname !== "/") throw refuse("unexpected path");
	const query = url.searchParams;
	const strange = [...query.keys()].find((name) => !TOKEN_PARAMETERS.includes(name));
	if (strange !== undefined) throw refuse(`unexpected parameter ${strange}`);
	if (query.get("Action") !== "GetCallerIdentity" || query.get("Version") !== VERSION) throw refuse("wrong action");
	const expires = query.get("X-Amz-Expires");
	if (!/^\d+$/.test(expires ?? "") || Number(expires) > 900) throw refuse("X-Amz-Expires is missing or out of range");
	if (query.get("X-Amz-SignedHeaders") !== "host;x-k8s-aws-id") throw refuse("the cluster's name is not signed");
	const headers = { host: url.host, "x-k8s-aws-id": cluster };
	return signer({ method: "GET", url, headers, body: "", requestId: "eks", facts: {} });
}
