/** Reads PKCS#12 (RFC 7292), which Node does not. Loaded only for such a file. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import forge from "node-forge";
import type { Secret } from "../../credentials.ts";
import { WrongPassword } from "./pem.ts";
import { type Found, unusable } from "./source.ts";

export interface Unpacked {
	readonly key: KeyObject;
	readonly certificates: readonly X509Certificate[];
}

const { oids } = forge.pki;
const KEY_BAGS: readonly string[] = [oids.pkcs8ShroudedKeyBag as string, oids.keyBag as string];

/**
 * @param password undefined for a file without one
 * @throws WrongPassword; AuthError `config` for a file that is damaged, or does not hold one key and its certificate
 */
export function unpack(found: Found, password: Secret | undefined): Unpacked {
	const structure = parse(found);
	const bags = open(found, structure, password).safeContents.flatMap(({ safeBags }) => safeBags as readonly Bag[]);
	const keys = bags.filter(({ type }) => KEY_BAGS.includes(type));
	const [bag] = keys;
	if (bag === undefined || keys.length > 1) {
		throw unusable(found, {
			problem: keys.length === 0 ? "has no private key" : `has ${keys.length} private keys`,
			remedy: "export the certificate with its private key, and no others, as PKCS#12",
		});
	}
	try {
		const certificates = bags
			.filter(({ type }) => type === oids.certBag)
			.map((each) => new X509Certificate(derOf(certificateOf(each))));
		return { key: createPrivateKey({ key: derOf(keyOf(bag)), format: "der", type: "pkcs8" }), certificates };
	} catch {
		throw damaged(found);
	}
}

/** The library has both for what it understands, which is RSA alone, and the bare structure for all else. */
type Bag = Pick<forge.pkcs12.Bag, "type" | "key" | "cert" | "asn1">;

function certificateOf({ cert, asn1 }: Bag): forge.asn1.Asn1 {
	return cert ? forge.pki.certificateToAsn1(cert) : asn1;
}

/** What is not understood is PKCS#8 already. */
function keyOf({ key, asn1 }: Bag): forge.asn1.Asn1 {
	return key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key)) : asn1;
}

const derOf = (value: forge.asn1.Asn1): Buffer => Buffer.from(forge.asn1.toDer(value).getBytes(), "latin1");

function parse(found: Found): forge.asn1.Asn1 {
	try {
		return forge.asn1.fromDer(forge.util.createBuffer(found.bytes.toString("latin1")));
	} catch {
		throw damaged(found);
	}
}

function open(found: Found, structure: forge.asn1.Asn1, password: Secret | undefined): forge.pkcs12.Pkcs12Pfx {
	// No password and an empty one are two things to some programs: RFC 7292, appendix B.
	const candidates = password === undefined ? ["", undefined] : [password.reveal()];
	let failure: unknown;
	for (const candidate of candidates) {
		try {
			return decode(structure, candidate);
		} catch (error) {
			failure = error;
		}
	}
	if (/password|MAC could not be verified|decrypt/i.test(String((failure as Error).message))) throw new WrongPassword();
	throw damaged(found);
}

/**
 * The password is two strings of bytes: BMP for the MAC and the older ciphers, UTF-8 for the newer (RFC 8018, appendix B). The
 * library has one for both, so what it could not decrypt is decrypted again, without the MAC that it has verified.
 */
function decode(structure: forge.asn1.Asn1, password: string | undefined): forge.pkcs12.Pkcs12Pfx {
	try {
		return forge.pkcs12.pkcs12FromAsn1(structure, false, password);
	} catch (error) {
		const isVerified = /decrypt/i.test(String((error as Error).message));
		const utf8 = forge.util.encodeUtf8(password ?? "");
		if (!isVerified || utf8 === password || !Array.isArray(structure.value)) throw error;
		return forge.pkcs12.pkcs12FromAsn1({ ...structure, value: structure.value.slice(0, 2) }, false, utf8);
	}
}

function damaged(found: Found) {
	return unusable(found, {
		problem: "is not a PKCS#12 file that can be read",
		reason: "it is damaged, of another format, or encrypted with a cipher that is not supported",
		remedy: "export it again, with AES-256 and SHA-256",
	});
}
