/** Takes the place of `string-width` in the bundle: the same answers, the full module only when it is needed. */
import { narrowWidth } from "./narrow-width.js";

let full;

export default function stringWidth(input, options) {
	if (typeof input !== "string" || input === "") return 0;
	if (options === undefined) {
		const width = narrowWidth(input);
		if (width !== undefined) return width;
	}
	full ??= require("original:string-width").default;
	return full(input, options);
}
