/**
 * What a service answered is checked before it is used: types are those of the documentation only if the server
 * wants it so. Every function here throws the same AuthError, which names the field and never its value.
 */
import { AuthError } from "../errors.ts";
import { sanitize } from "../sanitize.ts";

/** Longest access token, refresh token or client secret that is taken; AWS's have a few kilobytes. */
const MAX_SECRET = 64 * 1024;

/** @throws AuthError `service`: `operation` gave an answer without a usable `field` */
export function badAnswer(operation: string, field: string, problem: string): AuthError {
	return new AuthError({
		code: "service",
		message: `${operation} gave an answer that cannot be used`,
		reason: `its ${field} ${problem}`,
		remedy: "Try again; if it stays so, check the endpoint and the proxy in between",
		service: { operation },
	});
}

/**
 * A text that goes back to the service, in a header or in JSON: as it came, and printable ASCII throughout, since
 * anything else could not have been meant.
 */
export function secretText(operation: string, field: string, value: unknown): string {
	if (typeof value !== "string" || value === "") throw badAnswer(operation, field, "is missing");
	if (value.length > MAX_SECRET) throw badAnswer(operation, field, "is far too long");
	if (!/^[\x21-\x7e]+$/.test(value)) throw badAnswer(operation, field, "has characters that do not belong there");
	return value;
}

/** A text that is shown to a person. @returns it sanitized */
export function shownText(operation: string, field: string, value: unknown, longest: number): string {
	const text = typeof value === "string" ? sanitize(value.slice(0, longest * 4)) : "";
	if (text === "") throw badAnswer(operation, field, "is missing");
	if (text.length > longest) throw badAnswer(operation, field, "is far too long");
	return text;
}

/**
 * A number of seconds.
 *
 * @param limits.fallback used for what is no number
 * @returns seconds between `limits.least` and `limits.most`
 */
export function seconds(
	value: unknown,
	limits: { readonly least: number; readonly most: number; readonly fallback: number },
): number {
	const given = typeof value === "number" && Number.isFinite(value) ? value : limits.fallback;
	return Math.min(Math.max(given, limits.least), limits.most);
}

/** The same for a lifetime: one that is over before it began was not meant, and falls back too. */
export function lifetime(value: unknown, limits: { readonly most: number; readonly fallback: number }): number {
	return seconds(typeof value === "number" && value <= 0 ? undefined : value, { least: 1, ...limits });
}
