/** The access portal does not accept a session that looked good here. */
import type { ServiceDetails } from "../../errors.ts";
import { RejectedCredentials } from "../../rejected-credentials.ts";
import { signInCommand } from "../../sign-in-command.ts";
import type { SsoSession } from "../credentials.ts";

/**
 * Thrown by every call to the access portal that is answered with 401: the session was revoked, ended on the server, or was
 * issued by another region.
 */
export class SessionRejectedError extends RejectedCredentials {
	/** @param options.signIn the words of the command that signs in again */
	constructor(
		session: SsoSession,
		service: ServiceDetails,
		options: { readonly signIn?: readonly string[] | undefined; readonly cause?: unknown } = {},
	) {
		super(session, {
			code: "expired",
			message: "the access portal does not accept the session",
			reason: `it has ended or was revoked, or \`region\` (${session.region}) is not the region of the Identity Center instance`,
			remedy: {
				say: "check `region` of the provider, then sign in again",
				run: options.signIn ?? signInCommand({}, { force: true }),
			},
			service,
			cause: options.cause,
		});
		this.name = "SessionRejectedError";
	}
}
