/** Trust anchors and profiles of IAM Roles Anywhere, as a test or the demo describes them. */

export interface TrustAnchor {
	readonly accountId: string;
	readonly region: string;
	readonly id: string;
	/** Certificates of authorities, in PEM. */
	readonly certificates: string;
	readonly disabled?: boolean;
	/** Serial numbers, in decimal, of its certificate revocation list. */
	readonly revoked?: readonly string[];
}

export interface AnywhereProfile {
	readonly accountId: string;
	readonly region: string;
	readonly id: string;
	/** ARNs. */
	readonly roles: readonly string[];
	readonly disabled?: boolean;
	/** The longest session, and the one that nothing is said of: 3600 if left out. */
	readonly durationSeconds?: number;
	readonly acceptsSessionNames?: boolean;
}

type Named = Pick<TrustAnchor, "accountId" | "region" | "id">;

export const trustAnchorArn = ({ accountId, region, id }: Named): string =>
	`arn:aws:rolesanywhere:${region}:${accountId}:trust-anchor/${id}`;

export const profileArn = ({ accountId, region, id }: Named): string =>
	`arn:aws:rolesanywhere:${region}:${accountId}:profile/${id}`;
