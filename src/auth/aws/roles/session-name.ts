/** What a session of a role is called: it stands in its ARN, and in CloudTrail. */

/**
 * As in the Go program, so that a trust policy that asks for a name (`sts:RoleSessionName`) takes both: what AWS does not allow
 * becomes a dash, and so does the underscore, which it would.
 *
 * @returns at most 64 characters
 */
export function sessionName(wanted: string): string {
	const clean = wanted
		.replace(/[^A-Za-z0-9+=,.@-]/gu, "-")
		.slice(0, 64)
		.replace(/-+$/, "");
	return clean || "atmos-session";
}
