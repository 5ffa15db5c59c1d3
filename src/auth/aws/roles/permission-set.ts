/** A permission set of IAM Identity Center in one account: short-lived keys of the role that it makes there. */
import type { Identity } from "../../config/model.ts";
import { byDistance } from "../../config/suggest.ts";
import { defineIdentity } from "../../define.ts";
import { AuthError } from "../../errors.ts";
import type { Run } from "../../kinds.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf, regionOf } from "../entry-spec.ts";
import { SessionRejectedError } from "../identity-center/session-rejected.ts";
import type { Account, SsoPortal } from "../identity-center/sso-portal.ts";
import { awsEnvironment, awsStore } from "../store.ts";
import type { Config } from "./permission-set-schema.ts";

export const kind = defineIdentity<Config, "sso", "aws">({
	kind: "aws/permission-set",
	takes: ["sso"],
	gives: "aws",

	refusal(identity) {
		const name = sanitize(identity.name);
		return new AuthError({
			code: "config",
			message: `"${name}" needs an IAM Identity Center session`,
			reason: "a permission set can only be reached through a provider of kind aws/iam-identity-center",
			remedy: `set \`via.provider\` of "${name}" to a provider of that kind`,
		});
	},

	purpose(identity, _root, ctx) {
		const { name: role, account, region } = identity.config.principal;
		// What a name leads to is known only by asking; it is then kept with the credentials.
		const where = account.id === undefined ? { accountName: account.name } : { accountId: account.id };
		const endpoint = endpointFor(ctx.env, "sso", endpointOf(identity.config));
		return { kind: identity.kind, role, ...where, region, endpoint };
	},

	async authenticate(identity, session, root, run) {
		const { createSsoPortal } = await import("../identity-center/sso-portal.ts");
		const endpoint = endpointOf(identity.config) ?? endpointOf(root.provider?.config);
		const portal = await createSsoPortal(run.ctx, session, endpoint);
		const account = await accountOf(identity, portal, run);
		const credentials: AwsCredentials = {
			...(await roleCredentials(identity, account, portal, run)),
			role: identity.config.principal.name,
			region: identity.config.principal.region ?? session.region,
			accountId: account.id,
			...(account.name === account.id ? {} : { accountName: account.name }),
		};
		// It costs a round trip, and at other times it has not changed.
		if (session.origin !== "device" && session.origin !== "browser") return credentials;
		const { personOf } = await import("./session-person.ts");
		const person = await personOf(credentials, { ctx: run.ctx, signal: run.signal, endpoint });
		if (person === undefined || root.provider === undefined) return credentials;
		const { assertOwner } = await import("./session-owner.ts");
		await assertOwner(root.provider, session, person, run);
		return { ...credentials, person };
	},

	store: awsStore,
	environment: ({ config }, credentials, place) =>
		awsEnvironment(credentials?.region ?? config.principal.region ?? regionOf(place.root.provider?.config), place),
});

/** The id decides where both are given, as in the Go program; the name is then for display. */
async function accountOf(identity: Identity<Config>, portal: SsoPortal, run: Run): Promise<Account> {
	const { id, name } = identity.config.principal.account;
	if (id !== undefined) return { id, name: name === undefined ? id : sanitize(name) };
	const { findAccount } = await import("./find-account.ts");
	return findAccount(portal, name ?? "", identity.name, run);
}

async function roleCredentials(
	identity: Identity<Config>,
	account: Account,
	portal: SsoPortal,
	run: Run,
): Promise<AwsCredentials> {
	const role = identity.config.principal.name;
	run.interaction.status(`requesting ${sanitize(role)} in ${account.name}`);
	try {
		return await portal.roleCredentials(account.id, role, run.signal);
	} catch (error) {
		// 403 "No access" where nothing is assigned, 404 or 400 for names that cannot be.
		const status = error instanceof AuthError ? error.service?.status : undefined;
		if (!(error instanceof AuthError) || (status !== 403 && status !== 404)) throw error;
		throw await noSuchRole(error, identity, account, portal, run);
	}
}

async function noSuchRole(
	error: AuthError,
	identity: Identity<Config>,
	account: Account,
	portal: SsoPortal,
	run: Run,
): Promise<AuthError> {
	const role = identity.config.principal.name;
	run.interaction.status(`listing the roles in ${account.name}`);
	let roles: readonly string[] | undefined;
	try {
		const { allPages } = await import("../identity-center/sso-portal.ts");
		roles = byDistance(role, await allPages((next) => portal.roles(account.id, next, run.signal)));
	} catch (listing) {
		run.signal.throwIfAborted();
		if (listing instanceof SessionRejectedError) throw listing;
		// 403 here too means that there is no role at all in this account.
		if (listing instanceof AuthError && listing.service?.status === 403) roles = [];
	}
	const place = account.name === account.id ? account.id : `${account.name} (${account.id})`;
	const common = { code: "denied", service: error.service, cause: error.cause } as const;
	if (roles?.includes(sanitize(role))) {
		return new AuthError({
			...common,
			message: `${sanitize(role)} in account ${place} was refused, although it is assigned to you`,
			reason: "the assignment may be stale, or still being provisioned",
			remedy: {
				say: "wait a few minutes, or ask an administrator of IAM Identity Center to reassign it; then sign in again",
				run: signInCommand(run.ctx),
			},
		});
	}
	const nearest = roles?.[0];
	return new AuthError({
		...common,
		message: `you have no role ${sanitize(role)} in account ${place}`,
		reason:
			roles === undefined
				? "you are signed in, but this permission set is not assigned to you in that account"
				: nearest === undefined
					? "you are signed in, but no permission set is assigned to you in that account"
					: "you are signed in, and have these roles in that account",
		details: roles ?? [],
		remedy:
			nearest === undefined
				? `check \`principal\` of "${sanitize(identity.name)}", or ask an administrator of IAM Identity Center to assign it to you`
				: `set \`principal.name\` of "${sanitize(identity.name)}" to one of them, for example ${nearest}`,
	});
}
