/** A link as a QR code in half blocks: two modules in the height of one row. */
import { encode } from "uqr";

export interface Qr {
	/** Each of `width` characters: ` `, `▀`, `▄` or `█`, where a block is a light module. */
	readonly rows: readonly string[];
	readonly width: number;
}

/**
 * Light modules are drawn, not dark ones: a terminal's background is dark more often than not, and a camera needs the
 * light border around the code.
 *
 * @param border light modules around the code; the standard asks for 4, cameras are content with 1
 */
export function qrOf(text: string, border: number): Qr {
	const { data, size } = encode(text, { ecc: "L", border, boostEcc: false });
	const isLight = (x: number, y: number): boolean => data[y]?.[x] === false;
	const rows: string[] = [];
	for (let y = 0; y < size; y += 2) {
		let row = "";
		for (let x = 0; x < size; x++) {
			const top = isLight(x, y);
			const bottom = isLight(x, y + 1);
			row += top ? (bottom ? "█" : "▀") : bottom ? "▄" : " ";
		}
		rows.push(row);
	}
	return { rows, width: size };
}

/** The code with the widest border that fits, if any does. Sizes in columns and rows. */
export function fittingQr(text: string, width: number, height: number): Qr | undefined {
	for (const border of [2, 1]) {
		const qr = qrOf(text, border);
		if (qr.width <= width && qr.rows.length <= height) return qr;
	}
	return undefined;
}
