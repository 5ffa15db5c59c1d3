/** A step would have to ask somebody, and nobody can be asked. */
import { AuthError, type AuthErrorOptions } from "./errors.ts";

/** Commands that never ask have their own words for it. */
export class PersonNeededError extends AuthError {
	constructor(options: Omit<AuthErrorOptions, "code">) {
		super({ code: "usage", ...options });
		this.name = "PersonNeededError";
	}
}
