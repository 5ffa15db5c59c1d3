/**
 * Signs a request with a certificate's private key: Signature Version 4 with X.509.
 *
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-sign-process.html
 */
import { createHash, sign } from "node:crypto";
import { serialOf } from "./certificate.ts";
import type { Identified } from "./identify.ts";

export interface Unsigned {
	readonly url: URL;
	readonly body: string;
	/** In whose scope the signature is. */
	readonly region: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
}

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** RFC 3986 §2.3: all but the unreserved characters. */
const encode = (text: string): string =>
	encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

/** @returns the headers to send beside `host`, names in lower case */
export function signedHeaders(request: Unsigned, { key, leaf, chain }: Identified): Readonly<Record<string, string>> {
	const { url, body, region, at } = request;
	const date = new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");
	const headers: Record<string, string> = {
		"content-type": "application/json",
		"x-amz-date": date,
		"x-amz-x509": leaf.raw.toString("base64"),
	};
	if (chain.length > 0) headers["x-amz-x509-chain"] = chain.map(({ raw }) => raw.toString("base64")).join(",");
	const signed = Object.entries({ ...headers, host: url.host }).sort(([a], [b]) => (a < b ? -1 : 1));
	const names = signed.map(([name]) => name).join(";");
	const canonical = [
		"POST",
		// Every service but S3 has the path, which is encoded already, encoded once more.
		url.pathname.split("/").map(encode).join("/"),
		canonicalQuery(url),
		...signed.map(([name, value]) => `${name}:${value}`),
		"",
		names,
		sha256(body),
	].join("\n");
	const algorithm = key.asymmetricKeyType === "rsa" ? "AWS4-X509-RSA-SHA256" : "AWS4-X509-ECDSA-SHA256";
	const scope = `${date.slice(0, 8)}/${region}/rolesanywhere/aws4_request`;
	const toSign = [algorithm, date, scope, sha256(canonical)].join("\n");
	// PKCS #1 v1.5 for RSA and DER for ECDSA, which are Node's own defaults.
	const signature = sign("sha256", Buffer.from(toSign, "utf8"), key).toString("hex");
	const credential = `${serialOf(leaf)}/${scope}`;
	headers.authorization = `${algorithm} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
	return headers;
}

function canonicalQuery(url: URL): string {
	return [...url.searchParams]
		.map(([name, value]): readonly [string, string] => [encode(name), encode(value)])
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map((pair) => pair.join("="))
		.join("&");
}
