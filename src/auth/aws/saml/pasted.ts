/** What people paste for a response: the base64 of it, or the field of the form in which the browser posts it. */

/** Why a text cannot be one; half a sentence. */
export class PastedError extends Error {
	override readonly name = "PastedError";
}

/** Not even the names of a response's elements have room in less. */
const SHORTEST = 40;

const FIELD = /SAMLResponse["']?\s*[=:]\s*["']?/i;
/** The input of the form, as it stands in the page. */
const INPUT = /name=["']SAMLResponse["'][^>]*?value=["']([^"']+)["']/i;

/**
 * @returns the response's base64 without white space
 * @throws PastedError for a text that has none
 */
export function pastedResponse(text: string): string {
	if (text.trim() === "") throw new PastedError("nothing was entered");
	const input = INPUT.exec(text)?.[1];
	const field = FIELD.exec(text);
	const value = input ?? (field === null ? text : afterField(text.slice(field.index + field[0].length)));
	if (input === undefined && value.trimStart().startsWith("<")) {
		throw new PastedError("that is XML; the value itself is needed, in base64, as the browser posts it");
	}
	if (/SAMLRequest/i.test(value)) throw new PastedError("that is the request; the field SAMLResponse is needed");
	const response = decoded(value.replace(/\s/g, "")).replace(/\s/g, "");
	if (response.length < SHORTEST) throw new PastedError("that is no SAMLResponse, which is a long text of base64");
	return response;
}

/** Up to the next field, or the quote that ends it. */
const afterField = (text: string): string => /^[^&"']*/.exec(text)?.[0] ?? "";

/** As in a form (`application/x-www-form-urlencoded`); a `+` is base64's own where somebody has decoded it before. */
function decoded(value: string): string {
	if (!value.includes("%")) return value;
	try {
		return decodeURIComponent(value);
	} catch {
		throw new PastedError("its percent signs stand for nothing: it was cut, or changed on the way");
	}
}
