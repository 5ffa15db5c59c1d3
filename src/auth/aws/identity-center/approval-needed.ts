/** Somebody would have to approve a sign-in, and nobody can be asked. */
import type { AuthContext } from "../../context.ts";
import { AuthError } from "../../errors.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";

/** Commands that never ask have their own words for it. */
export class ApprovalNeededError extends AuthError {
	/** @param refused why the session that there was could not be refreshed, where it was tried */
	constructor(ctx: AuthContext, provider: string, refused: AuthError | undefined) {
		super({
			code: "usage",
			message: `${sanitize(provider)} needs an approval in a browser, and this session is not interactive`,
			reason:
				refused === undefined
					? "there is no session on this machine that is still good"
					: `the session could not be refreshed: ${refused.message}`,
			remedy: `Sign in once from a terminal: ${signInCommand(ctx)}`,
			service: refused?.service,
			details: [
				"In CI, give the job an identity of its own (OpenID Connect) instead of a person's session",
				"With --device-code the code is printed and waited for here all the same",
			],
		});
		this.name = "ApprovalNeededError";
	}
}
