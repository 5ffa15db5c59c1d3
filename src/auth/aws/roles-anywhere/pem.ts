/** Reads certificates and private keys in PEM (RFC 7468, RFC 1421 for the older form with a password). */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { Secret } from "../../credentials.ts";
import type { AuthError } from "../../errors.ts";
import { convert, type Found, unusable } from "./source.ts";

interface Block {
	/** `CERTIFICATE`, `PRIVATE KEY`, … */
	readonly label: string;
	/** Of a private key, a secret: it goes into one before it leaves this file. */
	readonly text: string;
}

function blocksOf(bytes: Buffer): Block[] {
	const blocks = bytes
		.toString("latin1")
		.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*(?:-(?!----)[^-]*)*-----END \1-----/g);
	return Array.from(blocks, ([text, label = ""]) => ({ label, text }));
}

const isCertificate = ({ label }: Block): boolean => /^(?:X509 |TRUSTED )?CERTIFICATE$/.test(label);
const isPrivateKey = ({ label }: Block): boolean => /(?:^| )PRIVATE KEY$/.test(label);

/**
 * @returns all certificates of a file, in its order; one in DER is a file of one
 * @throws AuthError `config` for a file without any, and for one that is damaged
 */
export function certificatesIn(found: Found): X509Certificate[] {
	const blocks = blocksOf(found.bytes);
	const certificates = blocks.filter(isCertificate);
	const isDer = blocks.length === 0 && found.bytes[0] === 0x30;
	if (certificates.length === 0 && !isDer) throw noCertificate(found, blocks);
	try {
		if (isDer) return [new X509Certificate(found.bytes)];
		return certificates.map(({ text }) => new X509Certificate(text));
	} catch (cause) {
		throw unusable(found, {
			problem: "has a certificate that cannot be read",
			reason: "it is damaged, or no X.509 certificate",
			remedy: "get the certificate from its issuer again",
			cause,
		});
	}
}

function noCertificate(found: Found, blocks: readonly Block[]): AuthError {
	return unusable(found, {
		problem: "has no certificate",
		reason: blocks.some(isPrivateKey) ? "it is a private key" : 'there is no "-----BEGIN CERTIFICATE-----" in it',
		remedy: convert(found, ["x509", "-inform", "der", "-in", found.place, "-out", "certificate.pem"]),
	});
}

/** The only private key of a file, not yet read. */
export interface SealedKey {
	readonly text: Secret;
	readonly isEncrypted: boolean;
}

/** @throws AuthError `config` for a file with none, or with several */
export function privateKeyIn(found: Found): SealedKey {
	const blocks = blocksOf(found.bytes);
	const keys = blocks.filter(isPrivateKey);
	const [key] = keys;
	if (key !== undefined && keys.length === 1) {
		const isEncrypted = key.label.startsWith("ENCRYPTED ") || /^Proc-Type: *4, *ENCRYPTED/m.test(key.text);
		return { text: new Secret(key.text), isEncrypted };
	}
	throw unusable(found, {
		problem: keys.length === 0 ? "has no private key" : `has ${keys.length} private keys`,
		reason:
			keys.length > 1
				? "it is not clear which one belongs to the certificate"
				: blocks.some(isCertificate)
					? "it is a certificate"
					: 'there is no "-----BEGIN … PRIVATE KEY-----" in it',
		remedy:
			keys.length > 1
				? "keep the certificate's private key in a file of its own"
				: convert(found, ["pkey", "-in", found.place, "-out", "key.pem"]),
	});
}

/** The password does not open it. */
export class WrongPassword extends Error {}

/**
 * @param password undefined for a key that is not encrypted
 * @throws WrongPassword; AuthError `config` for a key that cannot be read
 */
export function openKey(found: Found, { text, isEncrypted }: SealedKey, password: Secret | undefined): KeyObject {
	try {
		return createPrivateKey({
			key: text.reveal(),
			...(isEncrypted && password !== undefined ? { passphrase: password.reveal() } : {}),
		});
	} catch {
		// OpenSSL's error says no more than this, and under many names.
		if (isEncrypted) throw new WrongPassword();
		throw unusable(found, {
			problem: "has a private key that cannot be read",
			reason: "it is damaged, or of a form that OpenSSL does not know",
			remedy: "export the key again, as PKCS#8 in PEM",
		});
	}
}
