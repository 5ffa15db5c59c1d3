/** Who may sign a request, as IAM and STS name them. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
import { createHash } from "node:crypto";
import { base32 } from "./base32.ts";
import { type IamRole, type IamUser, roleArn, userArn } from "./iam.ts";
import type { Assignment, Portal } from "./world.ts";

/** Where a principal's policies are from: an assignment, or what does for a user or a role of IAM. */
export interface Grant {
	readonly accountId: string;
	/** The name of the permission set, of the role or of the user. */
	readonly role: string;
	readonly allowed?: readonly string[] | undefined;
	readonly denied?: readonly string[] | undefined;
}

export interface Principal {
	readonly kind: "user" | "role session" | "root session";
	/** `arn:aws:iam::…:user/…`, or `arn:aws:sts::…:assumed-role/ROLE/SESSION`. */
	readonly arn: string;
	/** `AIDA…`, or `AROA…:SESSION`. */
	readonly userId: string;
	/** The ARN of the user or the role itself, which is what trust policies name. */
	readonly iamArn: string;
	readonly assignment: Grant;
}

export function userPrincipal(user: IamUser): Principal {
	const arn = userArn(user);
	return {
		kind: "user",
		arn,
		userId: uniqueId("AIDA", arn),
		iamArn: arn,
		assignment: grantOf(user),
	};
}

/** The session that AssumeRole opens. */
export const roleSession = (role: IamRole, session: string): Principal => sessionOf(role, session, grantOf(role));

const grantOf = ({ accountId, name, allowed, denied }: IamUser | IamRole): Grant => ({
	accountId,
	role: name,
	allowed,
	denied,
});

/** The session that the portal opens: of the role that every permission set has in every account. */
export const permissionSetSession = (assignment: Assignment, portal: Pick<Portal, "region" | "user">): Principal =>
	sessionOf(reservedRole(assignment, portal.region), portal.user, assignment);

/**
 * @param region Identity Center's own
 * @returns the ARN of a permission set's role, for trust policies
 */
export const permissionSetRoleArn = (assignment: Pick<Assignment, "accountId" | "role">, region: string): string =>
	roleArn(reservedRole(assignment, region));

/**
 * Named after the permission set and a digest; the path has the region, if it is not us-east-1.
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
const reservedRole = ({ accountId, role }: Pick<Assignment, "accountId" | "role">, region: string) => ({
	accountId,
	path: `/aws-reserved/sso.amazonaws.com/${region === "us-east-1" ? "" : `${region}/`}`,
	name: `AWSReservedSSO_${role}_${createHash("sha256").update(`${accountId}/${role}`).digest("hex").slice(0, 16)}`,
});

function sessionOf(role: Pick<IamRole, "accountId" | "path" | "name">, session: string, assignment: Grant): Principal {
	const iamArn = roleArn(role);
	return {
		kind: "role session",
		// A role's path is not part of its sessions' ARNs.
		arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${session}`,
		userId: `${uniqueId("AROA", iamArn)}:${session}`,
		iamArn,
		assignment,
	};
}

const uniqueId = (prefix: string, arn: string): string =>
	prefix + base32(createHash("sha256").update(arn).digest()).slice(0, 17);

/** @param resource its name; a list may have the action for it alone */
export function mayDo({ assignment: { allowed, denied = [] } }: Principal, action: string, resource?: string): boolean {
	const named = (entry: string): boolean => entry === action || entry === `${action}/${resource}`;
	return (allowed?.some(named) ?? true) && !denied.some(named);
}
