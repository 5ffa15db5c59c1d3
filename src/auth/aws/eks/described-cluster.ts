/** What EKS says of a cluster, checked before anything of it is written: kubectl sends tokens to that address. */
import { X509Certificate } from "node:crypto";
import { isLoopback } from "../../net/hosts.ts";

export interface DescribedCluster {
	readonly arn: string;
	readonly endpoint: string;
	/** PEM in base64. */
	readonly certificateAuthority: string;
}

/** EKS's own are about 80 characters. */
const MAX_ENDPOINT = 300;
/** One certificate is about 1.5 KB in this form. */
const MAX_AUTHORITY = 64 * 1024;

const ARN = /^arn:[a-z-]+:eks:(?<region>[a-z0-9-]+):\d{12}:cluster\/(?<name>[0-9A-Za-z][\w-]{0,99})$/;
/** Scheme, host and port, and nothing that needs quoting anywhere. */
const ADDRESS = /^https?:\/\/(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?\/?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * @param asked the cluster that the description was asked for
 * @param local whether the service itself was on loopback: only then may the cluster be, without TLS
 * @returns what is wrong with a description; undefined if nothing is
 */
export function unusable(
	{ arn, endpoint, certificateAuthority }: DescribedCluster,
	asked: { readonly name: string; readonly region: string },
	local: boolean,
): string | undefined {
	const { region, name } = ARN.exec(arn)?.groups ?? {};
	if (name === undefined) return "it has no cluster ARN";
	if (name !== asked.name || region !== asked.region) return "it describes another cluster";
	if (endpoint === "") return "it has no endpoint";
	if (endpoint.length > MAX_ENDPOINT) return `its endpoint is longer than ${MAX_ENDPOINT} characters`;
	if (!URL.canParse(endpoint)) return "its endpoint is not a URL";
	const { protocol, hostname } = new URL(endpoint);
	if (protocol !== "https:" && !(local && protocol === "http:" && isLoopback(hostname)))
		return "its endpoint does not use https";
	if (!ADDRESS.test(endpoint)) return "its endpoint is more than a host and port";
	if (certificateAuthority === "") return "it has no certificate authority";
	if (certificateAuthority.length > MAX_AUTHORITY) return "its certificate authority is too long";
	return isPem(certificateAuthority) ? undefined : "its certificate authority is not a certificate (PEM in base64)";
}

function isPem(base64: string): boolean {
	if (!BASE64.test(base64)) return false;
	const text = Buffer.from(base64, "base64").toString("latin1");
	const certificates = text.match(CERTIFICATE) ?? [];
	// A private key or anything else beside them has no business there.
	if (certificates.length === 0 || text.replace(CERTIFICATE, "").trim() !== "") return false;
	try {
		for (const certificate of certificates) new X509Certificate(certificate);
		return true;
	} catch {
		return false;
	}
}
