/** Whether whoever has signed in is the person who was expected. */
import { checkPerson } from "../../expected-person.ts";
import type { Received } from "./assertion.ts";
import { profileFolder, removeProfile } from "./profile.ts";
import type { Attempt } from "./sign-in.ts";

/**
 * What the browser remembers would sign in the wrong person again, without a question: nobody is signed in any more in its profile
 * then.
 *
 * @returns false where somebody else is to sign in
 * @throws AuthError `cancelled` or `denied`, see `checkPerson`
 */
export async function isExpected({ provider, run }: Attempt, { names }: Received): Promise<boolean> {
	const [first, ...others] = names;
	const wanted = provider.config.spec?.user;
	if (first === undefined && wanted === undefined) return true;
	const forget = (): Promise<unknown> => removeProfile(run.ctx, profileFolder(run.ctx, provider), run.signal);
	try {
		const who = [first ?? "somebody without a name", ...others] as const;
		if ((await checkPerson({ of: "provider", entry: provider, names: who, wanted }, run)) === "expected") return true;
	} catch (error) {
		run.signal.throwIfAborted();
		await forget();
		throw error;
	}
	await forget();
	return false;
}
