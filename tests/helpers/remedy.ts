import { type AuthError, remedyText } from "../../src/auth/errors.ts";

/** @returns what an error says to do, as a person reads it; an empty text where it says nothing */
export function remedyOf({ remedy }: Pick<AuthError, "remedy">): string {
	return remedy === undefined ? "" : remedyText(remedy);
}
