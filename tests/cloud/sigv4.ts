/**
 * Checks Signature Version 4 on its own terms: the canonical request is computed here, from what arrived.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type Exchange, ServiceError } from "./exchange.ts";
import type { IssuedKeys, KeyStore } from "./keys.ts";

/** How far a request's date may be from the service's clock. */
const SKEW_MS = 5 * 60_000;

const hash = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text, "utf8").digest();

const encode = (text: string): string =>
	encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

interface Claims {
	readonly accessKeyId: string;
	readonly scope: readonly [date: string, region: string, service: string, terminator: string];
	readonly signedHeaders: readonly string[];
	readonly signature: string;
	readonly date: string;
	readonly sessionToken: string | undefined;
}

const refuse = (code: string, message: string): ServiceError => new ServiceError(403, code, message);

function readHeader(exchange: Exchange): Claims {
	const header = exchange.headers.authorization ?? "";
	const match =
		/^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
			header,
		);
	if (!match) throw refuse("MissingAuthenticationTokenException", "Missing Authentication Token");
	const [, accessKeyId = "", date = "", region = "", service = "", terminator = "", signed = "", signature = ""] =
		match;
	return {
		accessKeyId,
		scope: [date, region, service, terminator],
		signedHeaders: signed.split(";"),
		signature,
		date: exchange.headers["x-amz-date"] ?? "",
		sessionToken: exchange.headers["x-amz-security-token"],
	};
}

function readQuery(exchange: Exchange): Claims {
	const query = exchange.url.searchParams;
	const [accessKeyId = "", date = "", region = "", service = "", terminator = ""] = (
		query.get("X-Amz-Credential") ?? ""
	).split("/");
	if (query.get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256" || !query.get("X-Amz-Expires")) {
		throw refuse("MissingAuthenticationToken", "Request is missing Authentication Token");
	}
	return {
		accessKeyId,
		scope: [date, region, service, terminator],
		signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").split(";"),
		signature: query.get("X-Amz-Signature") ?? "",
		date: query.get("X-Amz-Date") ?? "",
		sessionToken: query.get("X-Amz-Security-Token") ?? undefined,
	};
}

const toTime = (date: string): number =>
	Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

/**
 * @param exchange what arrived
 * @param keys the keys that the cloud has issued
 * @param expected the service and, where it matters, the region that must be in the scope
 * @returns whose keys signed it
 * @throws ServiceError as the real services put it
 */
export function verifySignature(
	exchange: Exchange,
	keys: KeyStore,
	now: number,
	expected: { readonly service: string; readonly region?: string },
): IssuedKeys {
	const inQuery = exchange.url.searchParams.has("X-Amz-Signature");
	const claims = inQuery ? readQuery(exchange) : readHeader(exchange);
	const issued = keys.find(claims.accessKeyId);
	if (!issued) throw refuse("UnrecognizedClientException", "The security token included in the request is invalid.");
	if (claims.sessionToken !== issued.sessionToken) {
		throw refuse("UnrecognizedClientException", "The security token included in the request is invalid");
	}
	const [day, region, service, terminator] = claims.scope;
	if (
		service !== expected.service ||
		terminator !== "aws4_request" ||
		(expected.region && region !== expected.region)
	) {
		throw refuse("InvalidSignatureException", `Credential should be scoped to correct service: '${expected.service}'.`);
	}
	const time = toTime(claims.date);
	if (!claims.date.startsWith(day) || Number.isNaN(time))
		throw refuse("InvalidSignatureException", "Date is not valid");
	const life = inQuery ? 15 * 60_000 : SKEW_MS;
	if (time > now + SKEW_MS || time < now - life) {
		throw refuse("InvalidSignatureException", `Signature expired: ${claims.date} is now earlier than the allowed time`);
	}
	if (!claims.signedHeaders.includes("host"))
		throw refuse("InvalidSignatureException", "'Host' must be a signed header");

	const query = [...exchange.url.searchParams]
		.filter(([name]) => name !== "X-Amz-Signature")
		.map(([name, value]) => `${encode(name)}=${encode(value)}`)
		.sort();
	const canonical = [
		exchange.method,
		exchange.url.pathname,
		query.join("&"),
		...claims.signedHeaders.map((name) => `${name}:${(exchange.headers[name] ?? "").trim().replace(/ +/g, " ")}`),
		"",
		claims.signedHeaders.join(";"),
		hash(exchange.body),
	].join("\n");
	const toSign = ["AWS4-HMAC-SHA256", claims.date, claims.scope.join("/"), hash(canonical)].join("\n");
	const key = hmac(hmac(hmac(hmac(`AWS4${issued.secretAccessKey}`, day), region), service), "aws4_request");
	const signature = hmac(key, toSign).toString("hex");
	if (
		signature.length !== claims.signature.length ||
		!timingSafeEqual(Buffer.from(signature), Buffer.from(claims.signature))
	) {
		throw refuse(
			"SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.",
		);
	}
	if (issued.expiresAt <= now)
		throw refuse("ExpiredTokenException", "The security token included in the request is expired");
	return issued;
}
