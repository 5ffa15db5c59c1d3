/** From the name of an account to its id, among the accounts that a session may use. */

import { byDistance } from "../../config/suggest.ts";
import { AuthError } from "../../errors.ts";
import { reaches } from "../../interaction.ts";
import type { Run } from "../../kinds.ts";
import { sanitize } from "../../system/sanitize.ts";
import { type Account, allPages, type SsoPortal } from "../identity-center/sso-portal.ts";

/** Names shown when the wanted one is not there. */
const SHOWN = 8;

/**
 * The result is not kept: an account that was renamed, and whose old name now means another one, must never be entered by
 * way of yesterday's answer.
 *
 * @param name matched exactly, then without regard to case
 * @throws AuthError `config` when there is none or, where nobody can choose, when there are several
 */
export async function findAccount(
	portal: SsoPortal,
	name: string,
	identity: string,
	run: Pick<Run, "signal" | "interaction">,
): Promise<Account> {
	const { signal, interaction } = run;
	interaction.status(`looking up account ${sanitize(name)}`);
	const accounts = await allPages((next) => portal.accounts(next, signal));
	const exact = accounts.filter((account) => account.name === name);
	const folded = name.toLowerCase();
	const found = exact.length > 0 ? exact : accounts.filter((account) => account.name.toLowerCase() === folded);
	if (found[0] === undefined) throw unknownAccount(name, accounts);
	if (found.length === 1) return found[0];
	if (!reaches(interaction, "choice")) throw ambiguous(name, identity, found);
	const options = found.map((account) => ({ value: account.id, label: `${account.id} (${account.name})` }));
	const question = `Which of the ${found.length} accounts named "${sanitize(name)}"?`;
	const id = await interaction.ask({ type: "choice", question, options }, signal);
	const chosen = found.find((account) => account.id === id);
	if (chosen === undefined) throw ambiguous(name, identity, found);
	return chosen;
}

function ambiguous(name: string, identity: string, found: readonly Account[]): AuthError {
	return new AuthError({
		code: "config",
		message: `${found.length} accounts are named "${sanitize(name)}"`,
		details: found.map((account) => `${account.id} (${account.name})`),
		remedy: `set \`principal.account.id\` of "${sanitize(identity)}" to one of them`,
	});
}

function unknownAccount(name: string, accounts: readonly Account[]): AuthError {
	const ids = new Map(accounts.map((account) => [account.name, account.id]));
	const near = byDistance(name, [...ids.keys()]);
	const shown = near.slice(0, SHOWN).map((each) => `${each} (${ids.get(each)})`);
	const more = near.length - shown.length;
	return new AuthError({
		code: "config",
		message: `you have no access to an account named "${sanitize(name)}"`,
		reason: accounts.length === 0 ? "you do not have access to any account" : undefined,
		details: more > 0 ? [...shown, `and ${more} more`] : shown,
		remedy:
			near[0] === undefined
				? "ask an administrator of IAM Identity Center for access"
				: `set \`principal.account.name\` to the right one, for example ${near[0]}`,
		service: { operation: "sso:ListAccounts" },
	});
}
