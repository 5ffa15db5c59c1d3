/** Security Token Service: who a signature belongs to, and temporary keys. https://docs.aws.amazon.com/STS/latest/APIReference/ */
import { verifyToken } from "./eks-token.ts";
import { type Answer, type Exchange, ServiceError } from "./exchange.ts";
import { type IamRole, type IamUser, roleArn, userArn } from "./iam.ts";
import type { KeyStore, SigningKeys, TemporaryKeys } from "./keys.ts";
import type { MfaDevices } from "./mfa.ts";
import { mayDo, type Principal, roleSession, userPrincipal } from "./principals.ts";
import { type Signer, verifySignature } from "./sigv4.ts";
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
import type { World } from "./world.ts";

const HOUR = 3600;

const MFA: Readonly<Record<"SerialNumber" | "TokenCode", Constraint>> = {
	SerialNumber: { min: 9, max: 256, pattern: "[\\w+=/:,.@-]*" },
	TokenCode: { min: 6, max: 6, pattern: "[\\d]*" },
};
/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const ASSUME_ROLE = {
	RoleArn: { required: true, min: 20, max: 2048 },
	RoleSessionName: { required: true, min: 2, max: 64, pattern: "[\\w+=,.@-]*" },
	ExternalId: { min: 2, max: 1224, pattern: "[\\w+=,.@:\\/-]*" },
	DurationSeconds: { type: "number", min: 900, max: 43_200 },
	...MFA,
} as const satisfies Record<string, Constraint>;
/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
const GET_SESSION_TOKEN = {
	DurationSeconds: { type: "number", min: 900, max: 129_600 },
	...MFA,
} as const satisfies Record<string, Constraint>;

const accessDenied = (message: string): ServiceError => new ServiceError(403, "AccessDenied", message);

export class Sts {
	readonly #world: World;
	readonly #keys: KeyStore;
	readonly #mfa: MfaDevices;
	readonly #now: () => number;
	readonly #origin: () => string;

	constructor(world: World, keys: KeyStore, mfa: MfaDevices, now: () => number, origin: () => string) {
		this.#world = world;
		this.#keys = keys;
		this.#mfa = mfa;
		this.#now = now;
		this.#origin = origin;
	}

	/** No policy can forbid it. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
	getCallerIdentity(exchange: Exchange): Answer {
		queryForm(exchange);
		const { arn, userId, assignment } = this.#signer(exchange);
		return xmlAnswer(
			exchange,
			"GetCallerIdentity",
			`<Arn>${arn}</Arn><UserId>${userId}</UserId><Account>${assignment.accountId}</Account>`,
		);
	}

	assumeRole(exchange: Exchange): Answer {
		const form = queryForm(exchange);
		const caller = this.#signer(exchange);
		const parameters = checkForm(form, ASSUME_ROLE);
		const { RoleArn: arn = "", RoleSessionName: session = "", ExternalId: externalId } = parameters;
		const { DurationSeconds: duration, SerialNumber: serial, TokenCode: code } = parameters;
		Object.assign(exchange.facts, {
			role: arn,
			session,
			...(externalId === undefined ? {} : { externalId: "given" }),
			...(duration === undefined ? {} : { duration }),
			...(serial === undefined ? {} : { serial }),
		});
		checkRoleArn(arn);
		const mfa = this.#mfa.authenticate(this.#userOf(caller), serial, code) || caller.mfa;
		const find = (): IamRole | undefined => this.#world.roles?.find((candidate) => roleArn(candidate) === arn);
		const role = find();
		// One refusal for all: it does not tell whether there is such a role, nor what its trust policy wants.
		if (!role || !mayDo(caller, "sts:AssumeRole", role.name) || !trusts(role, caller, externalId, mfa)) {
			throw accessDenied(`User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`);
		}
		const seconds = Number(duration ?? HOUR);
		if (caller.kind === "role session" && seconds > HOUR) {
			throw validationError(
				"The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
			);
		}
		if (seconds > (role.maxSessionSeconds ?? HOUR)) {
			throw validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
		}
		// The session's own requests do not count as made with MFA.
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
		const keys = this.#issue(seconds, false, () => {
			const found = find();
			return found && roleSession(found, session);
		});
		const assumed = roleSession(role, session);
		return xmlAnswer(exchange, "AssumeRole", `${assumedXml(assumed)}${credentialsXml(keys)}`);
	}

	getSessionToken(exchange: Exchange): Answer {
		const form = queryForm(exchange);
		const caller = this.#signer(exchange);
		const { DurationSeconds: duration, SerialNumber: serial, TokenCode: code } = checkForm(form, GET_SESSION_TOKEN);
		Object.assign(exchange.facts, {
			...(duration === undefined ? {} : { duration }),
			...(serial === undefined ? {} : { serial }),
		});
		if (caller.sessionToken !== undefined) {
			throw accessDenied("Cannot call GetSessionToken with session credentials");
		}
		// Nobody needs a permission for it, but it can be denied.
		if (caller.assignment.denied?.includes("sts:GetSessionToken")) {
			throw accessDenied(
				`User: ${caller.arn} is not authorized to perform: sts:GetSessionToken on resource: ${caller.arn} with an explicit deny in an identity-based policy`,
			);
		}
		const mfa = this.#mfa.authenticate(this.#userOf(caller), serial, code);
		const keys = this.#issue(Number(duration ?? 12 * HOUR), mfa, () => {
			const user = this.#userOf(caller);
			return user && userPrincipal(user);
		});
		return xmlAnswer(exchange, "GetSessionToken", credentialsXml(keys));
	}

	/** @see verifyToken */
	verifyEksToken(token: string, cluster: string): Signer {
		return verifyToken(token, cluster, this.#origin(), (exchange) => this.#signer(exchange));
	}

	#signer(exchange: Exchange): Signer {
		return verifySignature(exchange, this.#keys, this.#now(), "sts");
	}

	/** @returns undefined for a role, and for a user that was deleted */
	#userOf({ iamArn }: SigningKeys): IamUser | undefined {
		return this.#world.users?.find((candidate) => userArn(candidate) === iamArn);
	}

	#issue(seconds: number, mfa: boolean, whose: () => Principal | undefined): TemporaryKeys {
		// The answer's date has whole seconds.
		return this.#keys.issue(whose, (Math.floor(this.#now() / 1000) + seconds) * 1000, mfa);
	}
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
function trusts({ trust }: IamRole, caller: SigningKeys, externalId: string | undefined, mfa: boolean): boolean {
	const names = [caller.arn, caller.iamArn, `arn:aws:iam::${caller.assignment.accountId}:root`];
	return (
		trust.principals.some((principal) => names.includes(principal)) &&
		(trust.externalId === undefined || trust.externalId === externalId) &&
		(!trust.requireMfa || mfa)
	);
}
