/** As much of DER (ITU-T X.690) as it takes to find what Node does not tell of a certificate. */

export interface Element {
	/** Class, form and number: the first byte. */
	readonly tag: number;
	readonly content: Buffer;
}

export const SEQUENCE = 0x30;
export const OBJECT_ID = 0x06;
export const OCTET_STRING = 0x04;
export const BIT_STRING = 0x03;

/** @returns the elements that stand one after the other; none from where something is not DER */
export function elementsOf(bytes: Buffer): Element[] {
	const found: Element[] = [];
	for (let at = 0; at + 2 <= bytes.length; ) {
		const tag = bytes[at] as number;
		const first = bytes[at + 1] as number;
		const octets = first < 0x80 ? 0 : first & 0x7f;
		if (octets > 4 || first === 0x80 || at + 2 + octets > bytes.length) break;
		const start = at + 2 + octets;
		const length = octets === 0 ? first : bytes.readUIntBE(at + 2, octets);
		if (start + length > bytes.length) break;
		found.push({ tag, content: bytes.subarray(start, start + length) });
		at = start + length;
	}
	return found;
}
