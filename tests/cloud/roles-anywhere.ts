/** IAM Roles Anywhere: keys of a role, for a certificate. https://docs.aws.amazon.com/rolesanywhere/latest/userguide/ */
import { X509Certificate } from "node:crypto";
import { profileArn, trustAnchorArn } from "./anywhere.ts";
import { type Answer, type Exchange, json, parseBody, ServiceError } from "./exchange.ts";
import { type IamRole, roleArn } from "./iam.ts";
import type { KeyStore } from "./keys.ts";
import { roleSession } from "./principals.ts";
import type { World } from "./world.ts";
import { verifyChain, verifyX509Signature } from "./x509-signature.ts";

const SERVICE = "rolesanywhere.amazonaws.com";
const ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
const HOUR = 3600;

const invalid = (message: string): ServiceError => new ServiceError(400, "ValidationException", message);
const denied = (message: string): ServiceError => new ServiceError(403, "AccessDeniedException", message);
const missing = (message: string): ServiceError => new ServiceError(404, "ResourceNotFoundException", message);

export class RolesAnywhere {
	readonly #world: World;
	readonly #keys: KeyStore;
	readonly #now: () => number;

	constructor(world: World, keys: KeyStore, now: () => number) {
		this.#world = world;
		this.#keys = keys;
		this.#now = now;
	}

	/** https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html */
	createSession(exchange: Exchange): Answer {
		const now = this.#now();
		const presented = verifyX509Signature(exchange, now);
		const body = parseBody(exchange, "ValidationException");
		const read = (name: string): string => {
			const value = exchange.url.searchParams.get(name) ?? body[name];
			if (typeof value !== "string" || value === "") throw invalid(`${name} is required`);
			return value;
		};
		const [wantedRole, wantedProfile, wantedAnchor] = [read("roleArn"), read("profileArn"), read("trustAnchorArn")];
		const { durationSeconds, roleSessionName } = body;
		Object.assign(exchange.facts, {
			region: presented.region,
			serial: presented.serial,
			chain: String(presented.between.length),
			role: wantedRole,
			...(durationSeconds === undefined ? {} : { duration: String(durationSeconds) }),
			...(roleSessionName === undefined ? {} : { session: String(roleSessionName) }),
		});
		const anchor = this.#world.trustAnchors?.find((each) => trustAnchorArn(each) === wantedAnchor);
		if (anchor === undefined) throw missing("TrustAnchor not found");
		const profile = this.#world.profiles?.find((each) => profileArn(each) === wantedProfile);
		if (profile === undefined) throw missing("Profile not found");
		for (const { region } of [anchor, profile]) {
			if (region !== presented.region) throw invalid("The region of the request is not that of its resources");
		}
		if (anchor.disabled) throw denied("Trust anchor is disabled");
		if (profile.disabled) throw denied("Profile is disabled");
		const authorities = Array.from(
			anchor.certificates.matchAll(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs),
			([pem]) => new X509Certificate(pem),
		);
		verifyChain(presented, authorities, now);
		if (anchor.revoked?.includes(presented.serial)) throw denied("Certificate revoked");
		const longest = profile.durationSeconds ?? HOUR;
		const seconds = durationSeconds ?? longest;
		if (typeof seconds !== "number" || !Number.isInteger(seconds) || seconds < 900 || seconds > 43_200) {
			throw invalid("durationSeconds must be between 900 and 43200");
		}
		if (roleSessionName !== undefined) {
			if (!profile.acceptsSessionNames) throw invalid("The profile does not accept a role session name");
			if (typeof roleSessionName !== "string" || !/^[\w+=,.@-]{2,64}$/.test(roleSessionName)) {
				throw invalid("roleSessionName is not valid");
			}
		}
		const { subject } = presented.certificate;
		const commonName = /^CN=(.+)$/m.exec(subject)?.[1] ?? "";
		const find = (): IamRole | undefined => this.#world.roles?.find((each) => roleArn(each) === wantedRole);
		const role = find();
		if (role === undefined || !profile.roles.includes(wantedRole) || !trusts(role, commonName)) {
			throw denied(`Unable to assume role for ${wantedRole}`);
		}
		if (Number(durationSeconds ?? 0) > longest || seconds > (role.maxSessionSeconds ?? HOUR)) {
			throw invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role or profile");
		}
		// The serial number in hex, if nobody has named it.
		const session = String(roleSessionName ?? presented.certificate.serialNumber.toLowerCase());
		const keys = this.#keys.issue(
			() => {
				const found = find();
				return found && roleSession(found, session);
			},
			(Math.floor(now / 1000) + seconds) * 1000,
		);
		const { arn, userId } = roleSession(role, session);
		exchange.facts.principal = arn;
		const answer = {
			credentialSet: [
				{
					assumedRoleUser: { arn, assumedRoleId: userId },
					credentials: {
						accessKeyId: keys.accessKeyId,
						secretAccessKey: keys.secretAccessKey,
						sessionToken: keys.sessionToken,
						expiration: new Date(keys.expiresAt).toISOString().replace(".000", ""),
					},
					packedPolicySize: 10,
					roleArn: wantedRole,
					sourceIdentity: `CN=${commonName}`,
				},
			],
			subjectArn: `arn:aws:rolesanywhere:${presented.region}:${anchor.accountId}:subject/${presented.serial}`,
		};
		return json(answer, 201);
	}
}

function trusts({ trust }: IamRole, commonName: string): boolean {
	const actions = trust.serviceActions ?? ACTIONS;
	return (
		trust.principals.includes(SERVICE) &&
		ACTIONS.every((action) => actions.includes(action)) &&
		(trust.commonName === undefined || trust.commonName === commonName)
	);
}
