/**
 * Checks Signature Version 4 with X.509 on its own terms: the canonical request is computed here, from what arrived, and the
 * certificate's chain is followed to a trust anchor.
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-sign-process.html
 */
import { createHash, verify, X509Certificate } from "node:crypto";
import { type Exchange, ServiceError } from "./exchange.ts";

/** How far a request's date may be from the service's clock. */
const SKEW_MS = 5 * 60_000;

/** Content octets of OIDs in hex: sha256WithRSAEncryption and stronger, ecdsa-with-SHA256 and stronger. */
const STRONG = [
	"2a864886f70d01010b",
	"2a864886f70d01010c",
	"2a864886f70d01010d",
	"2a8648ce3d040302",
	"2a8648ce3d040303",
	"2a8648ce3d040304",
];

export interface Presented {
	readonly certificate: X509Certificate;
	readonly between: readonly X509Certificate[];
	/** In decimal. */
	readonly serial: string;
	readonly region: string;
}

const denied = (message: string): ServiceError => new ServiceError(403, "AccessDeniedException", message);
const untrusted = (why: string): ServiceError => denied(`Untrusted certificate. ${why}`);

const AUTHORIZATION =
	/^(AWS4-X509-(RSA|ECDSA)-SHA256) Credential=(\d+)\/(\d{8})\/([a-z0-9-]+)\/rolesanywhere\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]+)$/;

/** @throws ServiceError for a signature that is not that of the certificate, or not of this request */
export function verifyX509Signature(exchange: Exchange, now: number): Presented {
	const { headers } = exchange;
	const match = AUTHORIZATION.exec(headers.authorization ?? "");
	if (!match) throw new ServiceError(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
	const [, algorithm = "", kind, serial = "", day = "", region = "", signedHeaders = "", signature = ""] = match;
	const certificate = parse(headers["x-amz-x509"]);
	const chain = headers["x-amz-x509-chain"];
	const between = chain === undefined ? [] : chain.split(",").map(parse);
	const date = headers["x-amz-date"] ?? "";
	checkDate(date, day, now);
	if (BigInt(`0x${certificate.serialNumber}`).toString() !== serial) {
		throw denied("The serial number of the credential does not match the certificate.");
	}
	const signed = signedHeaders.split(";");
	if (signed.join() !== [...new Set(signed)].sort().join()) throw denied("SignedHeaders is not in order");
	const loose = ["host", "content-type", ...Object.keys(headers).filter((name) => name.startsWith("x-amz-"))].find(
		(name) => !signed.includes(name),
	);
	if (loose !== undefined) throw denied(`'${loose}' must be a 'SignedHeader' in the AWS Authorization.`);
	const hash = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
	const toSign = [
		algorithm,
		date,
		`${day}/${region}/rolesanywhere/aws4_request`,
		hash(canonicalRequest(exchange, signed, hash(exchange.body))),
	].join("\n");
	const type = certificate.publicKey.asymmetricKeyType;
	const isRight =
		type === (kind === "RSA" ? "rsa" : "ec") &&
		verify("sha256", Buffer.from(toSign), certificate.publicKey, Buffer.from(signature, "hex"));
	if (!isRight) throw denied("The request signature does not match the certificate.");
	return { certificate, between, serial, region };
}

function parse(base64: string | undefined): X509Certificate {
	if (base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
		throw new ServiceError(400, "ValidationException", "The certificate is not base64 of DER.");
	}
	const der = Buffer.from(base64, "base64");
	try {
		const certificate = new X509Certificate(der);
		if (certificate.raw.equals(der)) return certificate;
	} catch {
		// Answered below.
	}
	throw new ServiceError(400, "ValidationException", "The certificate cannot be parsed.");
}

function checkDate(date: string, day: string, now: number): void {
	const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
	const time = Date.parse(iso);
	if (iso === date || Number.isNaN(time) || !date.startsWith(day)) throw denied("Date in Credential scope is invalid.");
	if (time < now - SKEW_MS) throw denied(`Signature expired: ${date} is too old.`);
	if (time > now + SKEW_MS) throw denied(`Signature not yet current: ${date} is in the future.`);
}

function canonicalRequest({ method, url, headers }: Exchange, signed: readonly string[], bodyHash: string): string {
	const percent = (text: string): string =>
		[...Buffer.from(text, "utf8")]
			.map((byte) => {
				const letter = String.fromCharCode(byte);
				return /[A-Za-z0-9._~-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
			})
			.join("");
	const query = [...url.searchParams].map(([name, value]) => `${percent(name)}=${percent(value)}`).sort();
	const lines = signed.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}\n`);
	return [method, url.pathname, query.join("&"), lines.join(""), signed.join(";"), bodyHash].join("\n");
}

/**
 * @param authorities the trust anchor's certificates
 * @throws ServiceError for a certificate that does not lead to one of them, or that is none of an end entity
 */
export function verifyChain(
	{ certificate, between }: Pick<Presented, "certificate" | "between">,
	authorities: readonly X509Certificate[],
	now: number,
): void {
	if (certificate.ca || !isForSignatures(certificate)) throw untrusted("Insufficient certificate");
	const isCurrent = (each: X509Certificate): boolean =>
		Date.parse(each.validFrom) <= now && now <= Date.parse(each.validTo);
	if (!STRONG.includes(algorithmOf(certificate))) throw untrusted("Signature algorithm is not supported");
	let at = certificate;
	for (const next of [...between, undefined]) {
		if (!isCurrent(at)) throw untrusted("Certificate is expired or not yet valid");
		const anchor = authorities.find((each) => at.checkIssued(each) && at.verify(each.publicKey));
		if (anchor !== undefined) {
			if (!anchor.ca || !isCurrent(anchor)) break;
			return;
		}
		// In order: each is the issuer of the one before.
		if (next === undefined || !next.ca || !at.checkIssued(next) || !at.verify(next.publicKey)) break;
		at = next;
	}
	throw untrusted("Insufficient certificate");
}

/** keyUsage (2.5.29.15): critical or not, a BIT STRING with digitalSignature as its first bit. */
function isForSignatures({ raw }: X509Certificate): boolean {
	const hex = raw.toString("hex");
	const usage = /0603551d0f(?:0101ff)?04..03..0.(..)/.exec(hex)?.[1];
	return usage !== undefined && (Number.parseInt(usage, 16) & 0x80) !== 0;
}

/** The algorithm stands once more behind what is signed: SEQUENCE { OID }, before the signature's BIT STRING. */
function algorithmOf({ raw }: X509Certificate): string {
	const hex = raw.toString("hex");
	const all = [...hex.matchAll(/30(?:0a06082a8648ce3d0403..|0d06092a864886f70d0101..0500)/g)];
	const last = all.at(-1)?.[0] ?? "";
	return last.startsWith("300a") ? last.slice(8) : last.slice(8, -4);
}
