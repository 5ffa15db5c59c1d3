/** JSON as Go's encoder writes it, for files that both programs write. */

/** @returns the value, indented by two spaces; what HTML and JavaScript would trip over is escaped, as it is there */
export function goJson(value: unknown): string {
	const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
	return JSON.stringify(value, undefined, 2).replace(/[<>&\u2028\u2029]/g, escaped);
}
