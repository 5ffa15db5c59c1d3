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
import type { AwsCredentials } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { dnsSuffix } from "../partitions.ts";

/** STS takes the URL for fifteen minutes whatever it says; one is left for the way (aws-iam-authenticator#160). */
const TOKEN_MS = 14 * 60_000;
/** Has to be there and in range, or EKS answers 401. Seconds. */
const X_AMZ_EXPIRES = 60;

export interface EksToken {
	readonly token: Secret;
	/** Milliseconds since the epoch: fourteen minutes from now, or when the credentials end. */
	readonly expiresAt: number;
}

/**
 * @param options.cluster the cluster's name, which is signed
 * @param options.now milliseconds since the epoch
 */
export async function eksToken(options: {
	readonly credentials: AwsCredentials;
	readonly cluster: string;
	readonly region: string;
	readonly env: Environment;
	readonly now: number;
}): Promise<EksToken> {
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

/**
 * What kubectl reads: an ExecCredential in the version that it asked for through `KUBERNETES_EXEC_INFO`.
 * https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
 */
export function execCredential(token: EksToken, execInfo: string | undefined): string {
	return JSON.stringify({
		kind: "ExecCredential",
		apiVersion: askedVersion(execInfo),
		spec: {},
		status: {
			expirationTimestamp: `${new Date(token.expiresAt).toISOString().slice(0, 19)}Z`,
			token: token.token.reveal(),
		},
	});
}

const V1BETA1 = "client.authentication.k8s.io/v1beta1";

function askedVersion(execInfo: string | undefined): string {
	try {
		const { apiVersion } = JSON.parse(execInfo ?? "{}") as { apiVersion?: unknown };
		return apiVersion === "client.authentication.k8s.io/v1" ? apiVersion : V1BETA1;
	} catch {
		return V1BETA1;
	}
}
