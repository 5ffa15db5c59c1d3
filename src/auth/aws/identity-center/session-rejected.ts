/** The access portal does not accept a session that looked good here. */
import type { SsoSession } from "../../credentials.ts";
import { AuthError, type ServiceDetails } from "../../errors.ts";

/**
 * Thrown by every call to the access portal that is answered with 401. The session was revoked, ended on the server, or was
 * issued by another region. The login machine catches it once, runs the provider's `authenticate` again with
 * `Run.rejected` set to `session`, and goes on; the second time it is shown.
 */
export class SessionRejectedError extends AuthError {
	readonly session: SsoSession;

	/** @param options.remedy the command that signs in again */
	constructor(
		session: SsoSession,
		service: ServiceDetails,
		options: { readonly remedy?: string | undefined; readonly cause?: unknown } = {},
	) {
		super({
			code: "expired",
			message: "the access portal does not accept the session",
			reason: `it has ended or was revoked, or \`region\` (${session.region}) is not the region of the Identity Center instance`,
			remedy: `check \`region\` of the provider, then sign in again: ${options.remedy ?? "atmos-auth login --force"}`,
			service,
			cause: options.cause,
		});
		this.name = "SessionRejectedError";
		this.session = session;
	}
}
