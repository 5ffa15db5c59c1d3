/** Sessions for those whom an identity provider vouches for: requests without a signature. */
import { type Answer, type Exchange, ServiceError } from "./exchange.ts";
import { type IamRole, oidcProviderArn, roleArn, trustsFederated } from "./iam.ts";
import type { Issuers } from "./issuers.ts";
import type { KeyStore, TemporaryKeys } from "./keys.ts";
import { type Principal, roleSession } from "./principals.ts";
import { AWS_SAML, readAssertion } from "./saml.ts";
import {
	assumedXml,
	type Constraint,
	checkForm,
	checkRoleArn,
	credentialsXml,
	queryForm,
	validationError,
	xmlAnswer,
} from "./sts-form.ts";
import { readToken } from "./web-identity.ts";
import type { World } from "./world.ts";

const HOUR = 3600;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html */
const WITH_SAML = {
	RoleArn: { required: true, min: 20, max: 2048 },
	PrincipalArn: { required: true, min: 20, max: 2048 },
	SAMLAssertion: { required: true, min: 4, max: 100_000 },
	DurationSeconds: { type: "number", min: 900, max: 43_200 },
} as const satisfies Record<string, Constraint>;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
const WITH_WEB_IDENTITY = {
	RoleArn: { required: true, min: 20, max: 2048 },
	RoleSessionName: { required: true, min: 2, max: 64, pattern: "[\\w+=,.@-]*" },
	WebIdentityToken: { required: true, min: 4, max: 20_000 },
	DurationSeconds: { type: "number", min: 900, max: 43_200 },
} as const satisfies Record<string, Constraint>;

export class StsFederation {
	readonly #world: World;
	readonly #keys: KeyStore;
	readonly #issuers: Issuers;
	readonly #now: () => number;

	constructor(world: World, keys: KeyStore, issuers: Issuers, now: () => number) {
		this.#world = world;
		this.#keys = keys;
		this.#issuers = issuers;
		this.#now = now;
	}

	assumeRoleWithSaml(exchange: Exchange): Answer {
		const form = queryForm(exchange);
		noteSignature(exchange);
		const parameters = checkForm(form, WITH_SAML);
		const { RoleArn: arn = "", PrincipalArn: principal = "", SAMLAssertion: given = "" } = parameters;
		const { DurationSeconds: duration } = parameters;
		Object.assign(exchange.facts, { role: arn, provider: principal, ...(duration === undefined ? {} : { duration }) });
		checkRoleArn(arn);
		const provider = this.#world.samlProviders?.find((each) => each.arn === principal);
		const assertion = readAssertion(given, provider, this.#now());
		const { subject, sessionName, issuer } = assertion;
		Object.assign(exchange.facts, { subject, session: sessionName });
		const role = this.#role(arn);
		const isOffered = assertion.roles.some(
			(pair) => pair.length === 2 && pair.includes(arn) && pair.includes(principal),
		);
		const said = { aud: AWS_SAML, sub: subject, iss: issuer };
		if (role === undefined || !isOffered || !trustsFederated(role, principal, said)) {
			throw new ServiceError(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML");
		}
		const left =
			assertion.sessionEnd === undefined ? HOUR * 12 : Math.floor((assertion.sessionEnd - this.#now()) / 1000);
		const { keys, assumed } = this.#issue(role, sessionName, Math.min(secondsOf(role, duration), left));
		return xmlAnswer(
			exchange,
			"AssumeRoleWithSAML",
			`${assumedXml(assumed)}${credentialsXml(keys)}<Subject>${subject}</Subject><SubjectType>${assertion.subjectType}</SubjectType><Issuer>${issuer}</Issuer><Audience>${AWS_SAML}</Audience>`,
		);
	}

	assumeRoleWithWebIdentity(exchange: Exchange): Answer {
		const form = queryForm(exchange);
		noteSignature(exchange);
		const parameters = checkForm(form, WITH_WEB_IDENTITY);
		const { RoleArn: arn = "", RoleSessionName: session = "", WebIdentityToken: token = "" } = parameters;
		const { DurationSeconds: duration } = parameters;
		Object.assign(exchange.facts, { role: arn, session, ...(duration === undefined ? {} : { duration }) });
		checkRoleArn(arn);
		const account = arn.split(":")[4];
		const providers = (this.#world.oidcProviders ?? []).filter(({ accountId }) => accountId === account);
		const { issuer, subject, audience, provider } = readToken(token, providers, this.#issuers, this.#now());
		const [meant = ""] = audience.filter((each) => provider.clientIds.includes(each));
		Object.assign(exchange.facts, { issuer, subject, audience: meant });
		const role = this.#role(arn);
		const said = { aud: meant, sub: subject, iss: issuer };
		if (role === undefined || !trustsFederated(role, oidcProviderArn(provider), said)) {
			throw new ServiceError(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
		}
		const { keys, assumed } = this.#issue(role, session, secondsOf(role, duration));
		return xmlAnswer(
			exchange,
			"AssumeRoleWithWebIdentity",
			`${assumedXml(assumed)}${credentialsXml(keys)}<SubjectFromWebIdentityToken>${subject}</SubjectFromWebIdentityToken><Provider>${oidcProviderArn(provider)}</Provider><Audience>${meant}</Audience>`,
		);
	}

	#role(arn: string): IamRole | undefined {
		return this.#world.roles?.find((candidate) => roleArn(candidate) === arn);
	}

	#issue(
		role: IamRole,
		session: string,
		seconds: number,
	): { readonly keys: TemporaryKeys; readonly assumed: Principal } {
		const arn = roleArn(role);
		// The answer's date has whole seconds.
		const expiresAt = (Math.floor(this.#now() / 1000) + seconds) * 1000;
		const keys = this.#keys.issue(() => {
			const found = this.#role(arn);
			return found && roleSession(found, session);
		}, expiresAt);
		return { keys, assumed: roleSession(role, session) };
	}
}

/** Whoever signs tells who they are, which is nobody's business here; the service does not look at it. */
function noteSignature({ headers, url, facts }: Exchange): void {
	if (headers.authorization !== undefined || url.searchParams.has("X-Amz-Signature")) facts.signed = "yes";
}

/** @throws ServiceError for more than the role allows */
function secondsOf({ maxSessionSeconds = HOUR }: IamRole, duration: string | undefined): number {
	const seconds = Number(duration ?? HOUR);
	if (seconds <= maxSessionSeconds) return seconds;
	throw validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
}
