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
			message: `"${sanitize(provider)}" needs approval in a browser, and this session is not interactive`,
			reason:
				refused === undefined
					? "there is no valid session on this machine"
					: `the session could not be refreshed: ${refused.message}`,
			remedy: `sign in once from a terminal: ${signInCommand(ctx)}`,
			service: refused?.service,
			details: [
				"in CI, give the job its own identity (OpenID Connect) instead of a person's session",
				"with --device-code, the code is printed and waited for here anyway",
			],
		});
		this.name = "ApprovalNeededError";
	}
}
