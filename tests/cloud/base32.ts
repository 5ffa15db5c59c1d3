/** The alphabet of IAM's IDs and of MFA seeds. https://www.rfc-editor.org/rfc/rfc4648#section-6 */
import { randomInt } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export const randomLetters = (length: number): string => Array.from({ length }, () => ALPHABET[randomInt(32)]).join("");

/** Whole groups of five bits; what is left at the end is dropped, as IDs and seeds are without padding. */
export const base32 = (bytes: Uint8Array): string =>
	(bits(bytes, 8).match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join("");

export function fromBase32(text: string): Buffer {
	const digits = [...text.replace(/=+$/, "").toUpperCase()].map((letter) => ALPHABET.indexOf(letter));
	if (digits.includes(-1)) throw new Error("not base32");
	return Buffer.from((bits(digits, 5).match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)));
}

const bits = (numbers: Iterable<number>, width: number): string =>
	Array.from(numbers, (number) => number.toString(2).padStart(width, "0")).join("");
