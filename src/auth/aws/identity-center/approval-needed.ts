/** Somebody would have to approve a sign-in, and nobody can be asked. */
import type { AuthContext } from "../../context.ts";
import type { AuthError } from "../../errors.ts";
import { PersonNeededError } from "../../person-needed.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";

export class ApprovalNeededError extends PersonNeededError {
	/** @param refused why the session that there was could not be refreshed, where it was tried */
	constructor(ctx: AuthContext, provider: string, refused: AuthError | undefined) {
		super({
			message: `"${sanitize(provider)}" needs approval in a browser, and this session is not interactive`,
			reason:
				refused === undefined
					? "there is no valid session on this machine"
					: `the session could not be refreshed: ${refused.message}`,
			remedy: { say: "sign in once from a terminal", run: signInCommand(ctx) },
			service: refused?.service,
			details: [
				"in CI, give the job its own identity (OpenID Connect) instead of a person's session",
				"with --device-code, the code is printed and waited for here anyway",
			],
		});
		this.name = "ApprovalNeededError";
	}
}
