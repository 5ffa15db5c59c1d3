/** A project with a certificate, and a loopback cloud whose trust anchor knows the authority of it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AnywhereProfile, TrustAnchor } from "../../../cloud/anywhere.ts";
import { profileArn, trustAnchorArn } from "../../../cloud/anywhere.ts";
import { type IamRole, roleArn } from "../../../cloud/iam.ts";
import { smallWorld, type World } from "../../../cloud/world.ts";
import { authority, type CertificateOptions, type Issued } from "../../../helpers/pki.ts";
import { scene } from "../chains.ts";

const ACCOUNT = "123456789012";
const REGION = "eu-central-1";

export const ANCHOR = trustAnchorArn({
	accountId: ACCOUNT,
	region: REGION,
	id: "11111111-aaaa-4bbb-8ccc-dddddddddddd",
});
export const PROFILE = profileArn({ accountId: ACCOUNT, region: REGION, id: "22222222-aaaa-4bbb-8ccc-dddddddddddd" });

export const DEPLOYER: IamRole = {
	accountId: ACCOUNT,
	path: "/ci/",
	name: "CiDeployer",
	maxSessionSeconds: 4 * 3600,
	trust: { principals: ["rolesanywhere.amazonaws.com"], commonName: "ci.acme.example" },
};
export const ROLE = roleArn(DEPLOYER);
/** Trusts the other. */
export const FURTHER: IamRole = { accountId: "999999999999", name: "Further", trust: { principals: [ROLE] } };

export const ARNS = `trust_anchor_arn: "${ANCHOR}", profile_arn: "${PROFILE}", role_arn: "${ROLE}"`;
export const FILES = "certificate: certificate.pem, private_key: key.pem";

/** An identity `it`. @param more further keys of its `spec` */
export const identity = (more = FILES, arns = ARNS): string =>
	`auth:\n  realm: test\n  identities:\n    it: {kind: aws/roles-anywhere, spec: {${arns}, ${more}}}\n`;

/** A provider `ca`, and identities over it. */
export const provider = (identities: string, more = FILES): string =>
	`auth:\n  realm: test\n  providers:\n    ca: {kind: aws/roles-anywhere, spec: {${ARNS}, ${more}}}\n  identities:\n${identities}`;

export interface Changes {
	readonly anchor?: Partial<TrustAnchor>;
	readonly profile?: Partial<AnywhereProfile>;
	readonly role?: Partial<IamRole>;
	readonly certificate?: CertificateOptions;
	/** Issues the certificate in place of the root: what stands between. */
	readonly by?: (root: Issued) => Issued;
	readonly world?: Partial<World>;
}

/** @param text an atmos.yaml; `certificate.pem` and `key.pem` lie beside it */
export async function anywhere(text: string, changes: Changes = {}) {
	const root = authority();
	const issuer = changes.by?.(root) ?? root;
	const own = issuer.issue(changes.certificate);
	const role = { ...DEPLOYER, ...changes.role };
	const set = await scene(text, {
		trustAnchors: [
			{
				accountId: ACCOUNT,
				region: REGION,
				id: ANCHOR.split("/")[1] as string,
				certificates: root.pem,
				...changes.anchor,
			},
		],
		profiles: [
			{
				accountId: ACCOUNT,
				region: REGION,
				id: PROFILE.split("/")[1] as string,
				roles: [roleArn(role)],
				...changes.profile,
			},
		],
		roles: [...(smallWorld().roles ?? []), role, FURTHER],
		...changes.world,
	});
	const put = (path: string, content: string | Buffer, mode = 0o600): string => {
		const full = path.startsWith("/") ? path : join(set.ctx.cwd, path);
		mkdirSync(dirname(full), { recursive: true });
		writeFileSync(full, content, { mode });
		return full;
	};
	put("certificate.pem", own.pem, 0o644);
	put("key.pem", own.keyPem);
	return {
		...set,
		root,
		issuer,
		own,
		put,
		/** What the cloud found out about the requests for sessions. */
		sessions: () => set.facts("rolesanywhere:CreateSession"),
		warnings: () => set.ctx.logged.filter(({ level }) => level === "warn").map(({ message }) => message),
	};
}
