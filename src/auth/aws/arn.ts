/** Parts of ARNs. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */

/** A role's, in any partition, with or without a path. */
export const ROLE_ARN = /^arn:aws[a-z0-9-]*:iam::\d{12}:role\/(?:[!-~]+\/)?[\w+=,.@-]{1,64}$/;

/** @returns the account's ID in the ARN of something of IAM's or STS's; undefined where there is none */
export function accountIn(arn: string | undefined): string | undefined {
	return /^arn:[^:]*:(?:iam|sts)::(\d{12}):/.exec(arn ?? "")?.[1];
}

/** @returns the last part of an ARN's path: a role's name */
export function nameIn(arn: string): string {
	return arn.slice(arn.lastIndexOf("/") + 1);
}
