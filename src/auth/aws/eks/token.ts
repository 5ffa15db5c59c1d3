/**
 * The bearer token of an EKS cluster: a presigned request to STS that tells who the caller is. No network, no SDK client:
 * kubectl asks for one all the time.
 * https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
 */
import { Hash } from "@smithy/hash-node";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Environment } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import type { ClusterToken } from "../../kubernetes/exec-credential.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { dnsSuffix } from "../partitions.ts";

/** STS takes the URL for fifteen minutes whatever it says; one is left for the way (aws-iam-authenticator#160). */
const TOKEN_MS = 14 * 60_000;
/** Has to be there and in range, or EKS answers 401. Seconds. */
const X_AMZ_EXPIRES = 60;

/**
 * @param options.cluster the cluster's name, which is signed
 * @param options.now milliseconds since the epoch
 * @returns a token for fourteen minutes, or until the credentials end
 */
export async function eksToken(options: {
	readonly credentials: AwsCredentials;
	readonly cluster: string;
	readonly region: string;
	readonly env: Environment;
	readonly now: number;
}): Promise<ClusterToken> {
	const { credentials, cluster, region, env, now } = options;
	const endpoint = new URL(endpointFor(env, "sts") ?? `https://sts.${region}.${dnsSuffix(region)}`);
	const signer = new SignatureV4({
		service: "sts",
		region,
		sha256: Hash.bind(null, "sha256") as never,
		credentials: {
			accessKeyId: credentials.accessKeyId,
			secretAccessKey: credentials.secretAccessKey.reveal(),
			...(credentials.sessionToken ? { sessionToken: credentials.sessionToken.reveal() } : {}),
		},
	});
	const signed = await signer.presign(
		new HttpRequest({
			method: "GET",
			protocol: endpoint.protocol,
			hostname: endpoint.hostname,
			...(endpoint.port ? { port: Number(endpoint.port) } : {}),
			path: "/",
			query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
			headers: { host: endpoint.host, "x-k8s-aws-id": cluster },
		}),
		{ expiresIn: X_AMZ_EXPIRES, signingDate: new Date(now) },
	);
	const query = Object.entries(signed.query ?? {})
		.map(([name, value]) => `${encode(name)}=${encode(String(value))}`)
		.join("&");
	const url = `${endpoint.protocol}//${endpoint.host}/?${query}`;
	return {
		token: new Secret(`k8s-aws-v1.${Buffer.from(url).toString("base64url")}`),
		expiresAt: Math.min(now + TOKEN_MS, credentials.expiresAt ?? Number.POSITIVE_INFINITY),
	};
}

/** RFC 3986, as SigV4 wants it. */
const encode = (text: string): string =>
	encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
