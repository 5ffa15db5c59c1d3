/** What the page of a sign-in on another device shows to be pasted: base64 of `state=…&code=…`. */
import { Secret } from "../../credentials.ts";

export type Pasted = { readonly code: Secret } | { readonly problem: string };

const INCOMPLETE = "that is not all of it: copy the whole code from the page";

/**
 * @param text as it was typed or pasted: line breaks and blanks of a terminal are left out
 * @param state of the request whose answer it is to be
 * @returns the authorization code, or what is wrong, for whoever pasted it
 */
export function readPasted(text: string, state: string): Pasted {
	const word = text.replace(/\s+/g, "");
	if (word === "") return { problem: "nothing was entered" };
	if (/^https?:/i.test(word)) return { problem: "that is an address: copy the code that the page shows" };
	if (!/^[\w+/-]+={0,2}$/.test(word)) return { problem: INCOMPLETE };
	// Base64url too.
	const found = new URLSearchParams(Buffer.from(word, "base64").toString("utf8"));
	const [code, given] = [found.get("code"), found.get("state")];
	if (given !== null && given !== state) {
		// One that is cut off is this sign-in's all the same.
		const isCut = given !== "" && state.startsWith(given) && code === null;
		return { problem: isCut ? INCOMPLETE : "that code is of another sign-in: use the page of this one" };
	}
	if (given === null || !code) return { problem: INCOMPLETE };
	return { code: new Secret(code) };
}
