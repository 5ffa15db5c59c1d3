/** Takes the place of `cli-truncate` in the bundle: text that fits is returned as it is, the rest goes to the full module. */
import { narrowWidth } from "./narrow-width.js";

let full;

export default function cliTruncate(input, columns, options) {
	const width = narrowWidth(input);
	if (width !== undefined && width <= columns) return input;
	full ??= require("original:cli-truncate").default;
	return full(input, columns, options);
}
