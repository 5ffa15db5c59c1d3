/** Takes the place of `wrap-ansi` in the bundle: text that fits is returned as it is, the rest goes to the full module. */
import { narrowWidth } from "./narrow-width.js";

let full;

export default function wrapAnsi(input, columns, options) {
	const text = String(input);
	if (options?.trim === false && !text.includes("\t") && !text.includes("\r")) {
		const fits = text.split("\n").every((line) => {
			const width = narrowWidth(line);
			return width !== undefined && width <= columns;
		});
		if (fits) return text;
	}
	full ??= require("original:wrap-ansi").default;
	return full(text, columns, options);
}
