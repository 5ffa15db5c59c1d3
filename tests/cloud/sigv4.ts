/**
 * Checks Signature Version 4 on its own terms: the canonical request is computed here, from what arrived.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type Exchange, ServiceError } from "./exchange.ts";
import type { KeyStore, SigningKeys } from "./keys.ts";

/** How far a request's date may be from the service's clock. */
const SKEW_MS = 5 * 60_000;
/** STS takes a presigned GetCallerIdentity for so long, whatever `X-Amz-Expires` says. */
const PRESIGNED_MS = 15 * 60_000;

const hash = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text, "utf8").digest();

const encode = (text: string): string =>
	encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

interface Claims {
	readonly accessKeyId: string;
	readonly scope: readonly [date: string, region: string, service: string, terminator: string];
	readonly signedHeaders: readonly string[];
	readonly signature: string;
	/** `YYYYMMDDTHHMMSSZ` */
	readonly date: string;
	readonly sessionToken: string | undefined;
	readonly presigned: boolean;
}

/** Whose signature it is, and for which region it was made. */
export interface Signer extends SigningKeys {
	readonly region: string;
}

type Refusal = "missing" | "unknown" | "signature" | "expired";

/** Every kind of front end has its own names for the same refusals: AWS JSON, REST JSON and the query protocol of STS. */
const REFUSALS: Readonly<Record<"ecr" | "eks" | "sts", Readonly<Record<Refusal, readonly [number, string]>>>> = {
	ecr: {
		missing: [400, "MissingAuthenticationTokenException"],
		unknown: [400, "UnrecognizedClientException"],
		signature: [400, "InvalidSignatureException"],
		expired: [400, "ExpiredTokenException"],
	},
	eks: {
		missing: [403, "MissingAuthenticationTokenException"],
		unknown: [403, "UnrecognizedClientException"],
		signature: [403, "InvalidSignatureException"],
		expired: [403, "ExpiredTokenException"],
	},
	sts: {
		missing: [403, "MissingAuthenticationToken"],
		unknown: [403, "InvalidClientTokenId"],
		signature: [403, "SignatureDoesNotMatch"],
		expired: [403, "ExpiredToken"],
	},
};

const parseScope = (credential: string): Pick<Claims, "accessKeyId" | "scope"> => {
	const [accessKeyId = "", date = "", region = "", service = "", terminator = ""] = credential.split("/");
	return { accessKeyId, scope: [date, region, service, terminator] };
};

function readHeader(exchange: Exchange): Claims | undefined {
	const match = /^AWS4-HMAC-SHA256 Credential=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/.exec(
		exchange.headers.authorization ?? "",
	);
	if (!match) return undefined;
	const [, credential = "", signed = "", signature = ""] = match;
	return {
		...parseScope(credential),
		signedHeaders: signed.split(";"),
		signature,
		date: exchange.headers["x-amz-date"] ?? "",
		sessionToken: exchange.headers["x-amz-security-token"],
		presigned: false,
	};
}

function readQuery(exchange: Exchange): Claims | undefined {
	const query = exchange.url.searchParams;
	const expires = Number(query.get("X-Amz-Expires") ?? "none");
	if (query.get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256" || !(expires >= 0 && expires <= 7 * 86_400)) return undefined;
	return {
		...parseScope(query.get("X-Amz-Credential") ?? ""),
		signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").split(";"),
		signature: query.get("X-Amz-Signature") ?? "",
		date: query.get("X-Amz-Date") ?? "",
		sessionToken: query.get("X-Amz-Security-Token") ?? undefined,
		presigned: true,
	};
}

const toTime = (date: string): number =>
	Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
const stamp = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");

/**
 * @param exchange what arrived
 * @param keys the keys that the cloud takes
 * @param now the cloud's time in milliseconds
 * @param service whose credential scope the signature must have; it also decides how a refusal is named
 * @returns whose keys signed it, for which region
 * @throws ServiceError as the real service puts it
 */
export function verifySignature(
	exchange: Exchange,
	keys: KeyStore,
	now: number,
	service: "ecr" | "eks" | "sts",
): Signer {
	const refuse = (refusal: Refusal, message: string): ServiceError =>
		new ServiceError(...REFUSALS[service][refusal], message);
	const claims = exchange.url.searchParams.has("X-Amz-Signature") ? readQuery(exchange) : readHeader(exchange);
	if (!claims) throw refuse("missing", "Request is missing Authentication Token");
	const issued = keys.find(claims.accessKeyId);
	if (!issued || claims.sessionToken !== issued.sessionToken) {
		throw refuse("unknown", "The security token included in the request is invalid.");
	}
	const [day, region, scoped, terminator] = claims.scope;
	if (scoped !== service || terminator !== "aws4_request" || region === "") {
		throw refuse("signature", `Credential should be scoped to correct service: '${service}'.`);
	}
	checkDate(claims, day, now, (message) => refuse("signature", message));
	checkSignedHeaders(exchange, claims, (message) => refuse("signature", message));
	const key = hmac(hmac(hmac(hmac(`AWS4${issued.secretAccessKey}`, day), region), scoped), "aws4_request");
	const toSign = ["AWS4-HMAC-SHA256", claims.date, claims.scope.join("/"), hash(canonicalRequest(exchange, claims))];
	const expected = Buffer.from(hmac(key, toSign.join("\n")).toString("hex"));
	const got = Buffer.from(claims.signature);
	if (got.length !== expected.length || !timingSafeEqual(got, expected)) {
		throw refuse(
			"signature",
			"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
		);
	}
	if (issued.expiresAt <= now) throw refuse("expired", "The security token included in the request is expired");
	exchange.facts.principal = issued.arn;
	exchange.facts.region = region;
	return { ...issued, region };
}

function checkDate(claims: Claims, day: string, now: number, refuse: (message: string) => ServiceError): void {
	const time = toTime(claims.date);
	if (Number.isNaN(time) || !claims.date.startsWith(`${day}T`)) {
		throw refuse("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP");
	}
	const life = claims.presigned ? PRESIGNED_MS : SKEW_MS;
	if (time < now - life) {
		throw refuse(
			`Signature expired: ${claims.date} is now earlier than ${stamp(now - life)} (${stamp(now)} - ${life / 60_000} min.)`,
		);
	}
	if (time > now + SKEW_MS) {
		throw refuse(
			`Signature not yet current: ${claims.date} is still later than ${stamp(now + SKEW_MS)} (${stamp(now)} + 5 min.)`,
		);
	}
}

/** `Host` and all that begins with `x-amz-` have to be signed, or a proxy could change them. */
function checkSignedHeaders(exchange: Exchange, claims: Claims, refuse: (message: string) => ServiceError): void {
	const signed = claims.signedHeaders;
	if (signed.join(";") !== [...new Set(signed)].sort().join(";")) throw refuse("SignedHeaders is not in order");
	const loose = ["host", ...Object.keys(exchange.headers).filter((name) => name.startsWith("x-amz-"))].find(
		(name) => !signed.includes(name),
	);
	if (loose !== undefined) throw refuse(`'${loose}' must be a 'SignedHeader' in the AWS Authorization.`);
	const absent = signed.find((name) => exchange.headers[name] === undefined);
	if (absent !== undefined) throw refuse(`'${absent}' is signed and was not sent.`);
	const promised = exchange.headers["x-amz-content-sha256"];
	if (promised !== undefined && promised !== hash(exchange.body)) {
		throw refuse("The value for the x-amz-content-sha256 header does not match the body.");
	}
}

const byNameThenValue = ([a, x]: readonly [string, string], [b, y]: readonly [string, string]): number =>
	a === b ? (x < y ? -1 : Number(x > y)) : a < b ? -1 : 1;

function canonicalRequest(exchange: Exchange, claims: Claims): string {
	const query = [...exchange.url.searchParams]
		.filter(([name]) => name !== "X-Amz-Signature")
		.map(([name, value]): [string, string] => [encode(name), encode(value)])
		.sort(byNameThenValue)
		.map((pair) => pair.join("="))
		.join("&");
	return [
		exchange.method,
		// Every service but S3 has the path, which is encoded already, encoded once more.
		exchange.url.pathname.split("/").map(encode).join("/"),
		query,
		...claims.signedHeaders.map((name) => `${name}:${(exchange.headers[name] ?? "").trim().replace(/ +/g, " ")}`),
		"",
		claims.signedHeaders.join(";"),
		hash(exchange.body),
	].join("\n");
}
