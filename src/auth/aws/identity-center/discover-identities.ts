/** `auto_provision_identities`: every role of every account becomes an identity of later runs. */
import type { Provider } from "../../config/model.ts";
import { AuthError } from "../../errors.ts";
import type { DiscoveryProgress } from "../../interaction.ts";
import type { Run } from "../../kinds.ts";
import { limitsOf } from "../../net/limits.ts";
import { sanitize } from "../../system/sanitize.ts";
import { withSilenceLimit, withTimeLimit } from "../../system/time-limit.ts";
import type { SsoSession } from "../credentials.ts";
import { endpointOf } from "../entry-spec.ts";
import { discover } from "./discover.ts";
import { writeDiscovered } from "./discovered-identities.ts";
import type { Config } from "./schema.ts";
import { createSsoPortal } from "./sso-portal.ts";

/** Names of identities that went away, of those that are told. */
const SHOWN = 5;

/**
 * Finds the roles and writes them in one go. Accounts whose roles could not be listed after all retries are reported, and
 * keep what was known of them. Nothing is written unless everything else was answered as it should be.
 *
 * @throws SessionRejectedError, or the AuthError of the list of accounts, of the time that is over, or of the file
 */
export async function discoverIdentities(provider: Provider<Config>, session: SsoSession, run: Run): Promise<void> {
	const { ctx, interaction } = run;
	interaction.status("listing accounts and roles");
	const portal = await createSsoPortal(ctx, session, endpointOf(provider.config));
	let last: DiscoveryProgress = { accountsDone: 0, identities: [], failedAccounts: [] };
	const found = await limited(
		provider,
		run,
		() => last,
		(signal, heard) =>
			discover(ctx, portal, signal, (progress) => {
				heard();
				last = progress;
				interaction.progress(progress);
			}),
	);
	for (const { account, message } of found.failed) {
		ctx.log.warn("the roles of an account could not be listed", { account: account.name, id: account.id, message });
	}
	const { names, gone } = await writeDiscovered(ctx, provider, found);
	if (gone.length > 0) {
		interaction.progress({ ...last, gone: { total: gone.length, names: gone.slice(0, SHOWN) } });
	}
	if (names.length === 0) {
		ctx.log.warn(
			`the access portal lists no ${found.accounts === 0 ? "account" : "role"} for you${gone.length === 0 ? "" : `: all ${gone.length} stored identities of "${sanitize(provider.name)}" were removed`}`,
			{ remedy: "ask an administrator of IAM Identity Center for access" },
		);
	}
}

/** Discovery may take its time as long as it finds something, but not for ever. */
function limited<Result>(
	provider: Provider,
	run: Run,
	progress: () => DiscoveryProgress,
	work: (signal: AbortSignal, heard: () => void) => Promise<Result>,
): Promise<Result> {
	const { clock } = run.ctx;
	const { discoveryMs, discoveryTotalMs } = limitsOf(run.ctx);
	const tooSlow = (what: string) => (): AuthError => {
		const { accountsDone, accountsTotal } = progress();
		return new AuthError({
			code: "network",
			message: `discovering identities ${what}`,
			reason: `${accountsDone}${accountsTotal === undefined ? "" : ` of ${accountsTotal}`} accounts were listed by then; the identities found earlier are kept`,
			remedy: { run: ["atmos-auth", "login", "--provider", sanitize(provider.name)] },
		});
	};
	return withTimeLimit(
		{
			clock,
			ms: discoveryTotalMs,
			signal: run.signal,
			error: tooSlow(`took longer than ${discoveryTotalMs / 60_000} min`),
		},
		(signal) =>
			withSilenceLimit(
				{ clock, ms: discoveryMs, signal, error: tooSlow(`found nothing new for ${discoveryMs / 1000} s`) },
				(quiet, { heard }) => work(quiet, heard),
			),
	);
}
