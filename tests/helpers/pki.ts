/**
 * A certificate authority for tests: keys by node:crypto, certificates written in DER here (RFC 5280), so that no key is in
 * the repository and any certificate can be made, the wrong ones too.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

const DAY_MS = 86_400_000;

const tlv = (tag: number, ...parts: readonly Buffer[]): Buffer => {
	const content = Buffer.concat(parts);
	const size = content.length;
	const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
	return Buffer.concat([Buffer.from([tag, ...length]), content]);
};
const seq = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, "hex"));
const octets = (content: Buffer): Buffer => tlv(0x04, content);
const bits = (content: Buffer, unused = 0): Buffer => tlv(0x03, Buffer.from([unused]), content);
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

const integer = (value: bigint): Buffer => {
	const hex = value.toString(16);
	const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
	return tlv(0x02, (bytes[0] as number) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
};

const name = (parts: Readonly<Record<string, string>>): Buffer => {
	const oids: Readonly<Record<string, string>> = { C: "550406", O: "55040a", OU: "55040b", CN: "550403" };
	return seq(
		...Object.entries(parts).map(([key, value]) =>
			tlv(0x31, seq(oid(oids[key] as string), tlv(0x0c, Buffer.from(value, "utf8")))),
		),
	);
};

/** GeneralizedTime, which knows every century. */
const time = (ms: number): Buffer =>
	tlv(0x18, Buffer.from(new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, ""), "latin1"));

export type KeyType = "rsa" | "prime256v1" | "secp384r1" | "secp521r1" | "secp256k1" | "ed25519";

/** RSA keys take a while to find: each test file uses a few again. */
const pool: KeyObject[] = [];
let taken = 0;

/** @returns a new private key; of RSA, one that no other certificate of the last seven has */
export function privateKey(type: KeyType = "prime256v1"): KeyObject {
	if (type === "ed25519") return generateKeyPairSync("ed25519").privateKey;
	if (type !== "rsa") return generateKeyPairSync("ec", { namedCurve: type }).privateKey;
	const found = pool[taken % 8] ?? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
	pool[taken % 8] = found;
	taken++;
	return found;
}

export interface CertificateOptions {
	readonly subject?: Readonly<Record<string, string>>;
	readonly key?: KeyObject | KeyType;
	readonly ca?: boolean;
	/** Milliseconds since the epoch; from yesterday to next month, if left out. */
	readonly from?: number;
	readonly to?: number;
	readonly serial?: bigint;
	/** `digitalSignature` for end entities, `keyCertSign` for authorities, if left out; `none` leaves the extension out. */
	readonly usage?: "digitalSignature" | "keyEncipherment" | "keyCertSign" | "none";
	/** Without extensions. */
	readonly version?: 1 | 3;
	readonly digest?: "sha1" | "sha256";
}

export interface Issued {
	readonly pem: string;
	readonly der: Buffer;
	/** In decimal. */
	readonly serial: string;
	readonly key: KeyObject;
	/** PKCS#8. */
	readonly keyPem: string;
	readonly subject: Readonly<Record<string, string>>;
	issue(options?: CertificateOptions): Issued;
}

/** @returns the certificate of an authority that nobody but itself vouches for */
export function authority(options: CertificateOptions = {}): Issued {
	return make({ subject: { CN: "Acme Root CA", O: "Acme" }, ca: true, ...options });
}

function make(options: CertificateOptions, issuer?: Pick<Issued, "key" | "subject">): Issued {
	const { ca = false, version = 3, digest = "sha256" } = options;
	const key = typeof options.key === "object" ? options.key : privateKey(options.key);
	const subject = options.subject ?? { CN: "ci.acme.example", O: "Acme" };
	const signer = issuer ?? { key, subject };
	const now = Date.now();
	const serial = options.serial ?? BigInt(`0x4${randomBytes(15).toString("hex")}1`);
	const usage = options.usage ?? (ca ? "keyCertSign" : "digitalSignature");
	// Bit 0, 2 and 5 of RFC 5280, section 4.2.1.3.
	const USAGES = { digitalSignature: [0x80, 7], keyEncipherment: [0x20, 5], keyCertSign: [0x04, 2] } as const;
	const extensions = [
		seq(oid("551d13"), TRUE, octets(ca ? seq(TRUE) : seq())),
		...(usage === "none"
			? []
			: [seq(oid("551d0f"), TRUE, octets(bits(Buffer.from([USAGES[usage][0]]), USAGES[usage][1])))]),
	];
	const isRsa = signer.key.asymmetricKeyType === "rsa";
	const algorithm = isRsa
		? seq(oid(digest === "sha1" ? "2a864886f70d010105" : "2a864886f70d01010b"), Buffer.from([0x05, 0x00]))
		: seq(oid(digest === "sha1" ? "2a8648ce3d0401" : "2a8648ce3d040302"));
	const spki = createPublicKey(key).export({ type: "spki", format: "der" });
	const tbs = seq(
		...(version === 3 ? [tlv(0xa0, integer(2n))] : []),
		integer(serial),
		algorithm,
		name(signer.subject),
		seq(time(options.from ?? now - DAY_MS), time(options.to ?? now + 30 * DAY_MS)),
		name(subject),
		spki,
		...(version === 3 ? [tlv(0xa3, seq(...extensions))] : []),
	);
	const der = seq(tbs, algorithm, bits(sign(digest, tbs, signer.key)));
	const self: Issued = {
		der,
		pem: pemOf("CERTIFICATE", der),
		serial: serial.toString(),
		key,
		keyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
		subject,
		issue: (more = {}) => make(more, { key, subject }),
	};
	return self;
}

export function pemOf(label: string, der: Buffer): string {
	const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
	return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
