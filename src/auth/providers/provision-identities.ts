/** `auto_provision_identities`: every role of every account becomes an identity of later runs. */
import type { Provider } from "../config/model.ts";
import type { Config } from "../config/schema/aws-iam-identity-center.ts";
import type { SsoSession } from "../credentials.ts";
import type { Run } from "../kinds.ts";
import { createSsoPortal } from "../net/sso-portal.ts";
import { writeProvisioned } from "../storage/provisioned.ts";
import { endpointOf } from "./provider-spec.ts";
import { discover } from "./provision.ts";

/**
 * Finds the roles and writes them in one go. Accounts whose roles could not be listed after all retries are reported, and
 * keep what was known of them.
 *
 * @throws SessionRejectedError, or the AuthError of the list of accounts or of the file
 */
export async function provisionIdentities(provider: Provider<Config>, session: SsoSession, run: Run): Promise<void> {
	const { ctx, interaction, signal } = run;
	interaction.status("listing accounts and roles");
	const portal = await createSsoPortal(ctx, session, endpointOf(provider.config));
	const found = await discover(ctx, portal, signal, (progress) => interaction.provision(progress));
	for (const { account, message } of found.failed) {
		ctx.log.warn("roles of an account could not be listed", { account: account.name, id: account.id, message });
	}
	await writeProvisioned(ctx, provider, found);
}
