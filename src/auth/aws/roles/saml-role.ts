/** Which of the roles that a SAML assertion offers is taken. */
import type { Identity } from "../../config/model.ts";
import { byDistance } from "../../config/suggest.ts";
import { AuthError } from "../../errors.ts";
import { reaches } from "../../interaction.ts";
import type { Run } from "../../kinds.ts";
import { PersonNeededError } from "../../person-needed.ts";
import { sanitize } from "../../system/sanitize.ts";
import { accountIn, nameIn } from "../arn.ts";
import type { SamlAssertion, SamlRole } from "../credentials.ts";
import type { Config } from "./assume-role-schema.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html */
export const ROLE_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/Role";

/** Roles shown where the wanted one is not among them. */
const SHOWN = 12;

/**
 * Exactly the one that is configured: ARNs differ in case, and one may be a part of another. Where none is, or several
 * providers vouch for it, a person chooses.
 *
 * @throws AuthError `denied` for a role that is not offered; PersonNeededError where nobody can choose
 */
export async function samlRole(
	identity: Identity<Config>,
	{ roles }: Pick<SamlAssertion, "roles">,
	run: Pick<Run, "interaction" | "signal">,
): Promise<SamlRole> {
	const { assume_role: wanted, saml_provider: provider } = identity.config.principal;
	const ofRole = roles.filter(({ roleArn }) => wanted === undefined || roleArn === wanted);
	const found = ofRole.filter(({ principalArn }) => provider === undefined || principalArn === provider);
	const [first] = found;
	if (first === undefined)
		throw ofRole[0] === undefined ? notOffered(identity, roles) : otherProvider(identity, ofRole);
	if (found.length === 1) return first;
	if (!reaches(run.interaction, "choice")) throw undecided(identity, found);
	const question =
		wanted === undefined
			? `Which role for "${sanitize(identity.name)}"?`
			: `By which provider is ${nameIn(wanted)} assumed?`;
	const options = found.map((role, index) => ({ value: String(index), label: label(role, found) }));
	run.interaction.status(wanted === undefined ? "waiting for a role" : "waiting for a provider");
	const answer = await run.interaction.ask({ type: "choice", question, options }, run.signal);
	const chosen = found[Number(answer)];
	if (chosen === undefined) throw undecided(identity, found);
	return chosen;
}

const providerName = ({ principalArn }: SamlRole): string => sanitize(nameIn(principalArn));

/** `Deployer in 123456789012`, with its provider where the same role is offered by another. */
function label(role: SamlRole, among: readonly SamlRole[]): string {
	const text = `${sanitize(nameIn(role.roleArn))} in ${accountIn(role.roleArn) ?? sanitize(role.roleArn)}`;
	const isTwice = among.some((other) => other !== role && other.roleArn === role.roleArn);
	return isTwice ? `${text} (${providerName(role)})` : text;
}

function notOffered(identity: Identity<Config>, roles: readonly SamlRole[]): AuthError {
	const name = sanitize(identity.name);
	const { assume_role: wanted = "" } = identity.config.principal;
	const arns = [...new Set(roles.map(({ roleArn }) => sanitize(roleArn)))];
	if (arns[0] === undefined) {
		return new AuthError({
			code: "denied",
			message: "the sign-in offers no role of AWS",
			reason: `the attribute ${ROLE_ATTRIBUTE} of the SAML assertion names none`,
			remedy: "ask an administrator of the identity provider to assign you a role",
		});
	}
	const near = wanted === "" ? arns : byDistance(wanted, arns);
	const more = near.length - SHOWN;
	return new AuthError({
		code: "denied",
		message: `the sign-in does not offer ${sanitize(wanted)}`,
		reason: `the attribute ${ROLE_ATTRIBUTE} of the SAML assertion has other roles`,
		details: [...near.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])],
		candidates: near,
		remedy: `set \`principal.assume_role\` of "${name}" to one of them, or ask an administrator of the identity provider to assign you ${sanitize(nameIn(wanted))}`,
	});
}

function otherProvider(identity: Identity<Config>, offered: readonly SamlRole[]): AuthError {
	const arns = [...new Set(offered.map(({ principalArn }) => sanitize(principalArn)))];
	const { saml_provider: provider = "" } = identity.config.principal;
	return new AuthError({
		code: "denied",
		message: `the sign-in offers the role by another provider than ${sanitize(provider)}`,
		details: arns,
		candidates: arns,
		remedy: `set \`principal.saml_provider\` of "${sanitize(identity.name)}" to one of them, or remove it`,
	});
}

function undecided(identity: Identity<Config>, found: readonly SamlRole[]): PersonNeededError {
	const name = sanitize(identity.name);
	const isOneRole = new Set(found.map(({ roleArn }) => roleArn)).size === 1;
	const candidates = [
		...new Set(found.map(({ roleArn, principalArn }) => sanitize(isOneRole ? principalArn : roleArn))),
	];
	return new PersonNeededError({
		message: isOneRole
			? `the sign-in offers the role of "${name}" by ${candidates.length} providers, and nobody can choose here`
			: `the sign-in offers ${candidates.length} roles for "${name}", and nobody can choose here`,
		details: candidates,
		candidates,
		remedy: isOneRole
			? `set \`principal.saml_provider\` of "${name}" to one of them`
			: `set \`principal.assume_role\` of "${name}" to one of them`,
	});
}
