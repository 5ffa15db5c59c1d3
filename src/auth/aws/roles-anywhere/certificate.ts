/** What a certificate says of itself (RFC 5280), as far as it decides over a sign-in, and in words that may be shown. */
import type { X509Certificate } from "node:crypto";
import { sanitize } from "../../system/sanitize.ts";
import { BIT_STRING, type Element, elementsOf, OBJECT_ID, OCTET_STRING, SEQUENCE } from "./der.ts";

/** 2.5.29.15 */
const KEY_USAGE = "551d0f";
/** MD5 and SHA-1 with RSA, DSA and ECDSA: Roles Anywhere takes SHA-256 or stronger. */
const WEAK: readonly string[] = [
	"2a864886f70d010104",
	"2a864886f70d010105",
	"2a8648ce380403",
	"2a8648ce3d0401",
	"2b0e03021d",
];
/** [0] EXPLICIT, the version; [3] EXPLICIT, the extensions. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

const part = (from: readonly Element[], tag: number): Element | undefined => from.find((each) => each.tag === tag);

/** @returns the parts of what is signed, and the algorithm's OID in hex */
function partsOf(certificate: X509Certificate): { readonly signed: Element[]; readonly algorithm: string } {
	const [outer] = elementsOf(certificate.raw);
	const [tbs, algorithm] = elementsOf(outer?.content ?? Buffer.alloc(0));
	const oid = part(elementsOf(algorithm?.content ?? Buffer.alloc(0)), OBJECT_ID);
	return { signed: elementsOf(tbs?.content ?? Buffer.alloc(0)), algorithm: oid?.content.toString("hex") ?? "" };
}

/** @returns 1, 2 or 3 */
export function versionOf(certificate: X509Certificate): number {
	const [number] = elementsOf(part(partsOf(certificate).signed, VERSION)?.content ?? Buffer.alloc(0));
	return (number?.content[0] ?? 0) + 1;
}

export function isWeaklySigned(certificate: X509Certificate): boolean {
	return WEAK.includes(partsOf(certificate).algorithm);
}

/** @returns whether its key may sign; undefined where it does not say what its key is for */
export function maySign(certificate: X509Certificate): boolean | undefined {
	const [list] = elementsOf(part(partsOf(certificate).signed, EXTENSIONS)?.content ?? Buffer.alloc(0));
	if (list?.tag !== SEQUENCE) return undefined;
	for (const { content } of elementsOf(list.content)) {
		const extension = elementsOf(content);
		if (part(extension, OBJECT_ID)?.content.toString("hex") !== KEY_USAGE) continue;
		const bits = part(elementsOf(part(extension, OCTET_STRING)?.content ?? Buffer.alloc(0)), BIT_STRING);
		// The first byte counts the bits that are not used; digitalSignature is bit 0, the highest of the next.
		return ((bits?.content[1] ?? 0) & 0x80) !== 0;
	}
	return undefined;
}

/** As Roles Anywhere wants it in a credential. */
export const serialOf = ({ serialNumber }: X509Certificate): string => BigInt(`0x${serialNumber}`).toString(10);

/** A name's parts on a line: `CN=ci.acme.example, O=Acme`, the common name first. */
function nameOf(distinguished: string | undefined): string {
	const parts = (distinguished ?? "").split("\n").filter((each) => each !== "");
	const first = parts.filter((each) => each.startsWith("CN="));
	return sanitize([...first, ...parts.filter((each) => !first.includes(each))].join(", ")) || "without a name";
}

export const subjectOf = (certificate: X509Certificate): string => nameOf(certificate.subject);
export const issuerOf = (certificate: X509Certificate): string => nameOf(certificate.issuer);

/** @returns the common name that policies see; undefined where the subject has none */
export function commonNameOf({ subject }: X509Certificate): string | undefined {
	const found = /^CN=(.+)$/m.exec(subject ?? "")?.[1];
	return found === undefined ? undefined : sanitize(found);
}

/** Milliseconds since the epoch. */
export const validityOf = ({
	validFrom,
	validTo,
}: X509Certificate): { readonly from: number; readonly to: number } => ({
	from: Date.parse(validFrom),
	to: Date.parse(validTo),
});

/** @returns a time in UTC, to the minute */
export const timeText = (time: number): string =>
	Number.isFinite(time) ? `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC` : "an unknown time";

/** @returns lines that tell one certificate from another, for an error's details */
export function describeCertificate(certificate: X509Certificate): string[] {
	const { from, to } = validityOf(certificate);
	return [
		`certificate: ${subjectOf(certificate)}, serial number ${serialOf(certificate)}`,
		`issued by ${issuerOf(certificate)}, valid from ${timeText(from)} to ${timeText(to)}`,
	];
}
