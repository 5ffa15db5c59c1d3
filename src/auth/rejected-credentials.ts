/** A service turned down credentials that looked good here. */
import type { Credentials } from "./credentials.ts";
import { AuthError, type AuthErrorOptions } from "./errors.ts";

/**
 * Thrown by a step whose base is no good: revoked, ended on the server, or made for something else. The login has the step
 * that gave them run once more, with `Run.rejected` set to them, and then this one; the second time it is shown.
 */
export class RejectedCredentials extends AuthError {
	readonly rejected: Credentials;

	constructor(rejected: Credentials, options: AuthErrorOptions) {
		super(options);
		this.name = "RejectedCredentials";
		this.rejected = rejected;
	}
}
