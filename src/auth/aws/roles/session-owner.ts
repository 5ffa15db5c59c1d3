/** Whether a session of an access portal that was just approved is that of the person who was expected. */
import type { Provider } from "../../config/model.ts";
import { AuthError, isAbort } from "../../errors.ts";
import { checkPerson } from "../../expected-person.ts";
import type { Run } from "../../kinds.ts";
import { RejectedCredentials } from "../../rejected-credentials.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { SsoSession } from "../credentials.ts";
import { kind } from "../identity-center/kind.ts";
import type { Config } from "../identity-center/schema.ts";

/**
 * The session of the wrong person is ended: the next run would use it, and would not ask again.
 *
 * @throws RejectedCredentials where somebody else is to sign in; AuthError `cancelled` or `denied`, see `checkPerson`
 */
export async function assertOwner(provider: Provider, session: SsoSession, person: string, run: Run): Promise<void> {
	const { spec } = provider.config as Config;
	const signedIn = { of: "provider", entry: provider, names: [person], wanted: spec?.user, session } as const;
	try {
		if ((await checkPerson(signedIn, run)) === "expected") return;
	} catch (error) {
		run.signal.throwIfAborted();
		await endSession(provider, session, run);
		throw error;
	}
	await endSession(provider, session, run);
	const say = "sign out in the browser, or choose another browser or profile under `spec.browser`, then sign in again";
	throw new RejectedCredentials(session, {
		code: "denied",
		message: `"${sanitize(provider.name)}" was signed in to as ${sanitize(person)} once more`,
		reason: "the browser is still signed in to the access portal as the same person",
		remedy: { say, run: signInCommand(run.ctx) },
	});
}

const ended = new WeakSet<SsoSession>();

/** Once for each: by the time the next identity has heard the answer, another person's session may be in its place. */
async function endSession(provider: Provider, session: SsoSession, run: Run): Promise<void> {
	if (ended.has(session)) return;
	ended.add(session);
	try {
		await kind.revoke?.(provider, run);
	} catch (error) {
		if (isAbort(error) || !(error instanceof AuthError)) throw error;
		run.ctx.log.debug("the session could not be ended", { reason: error.message });
	}
}
