/**
 * The hosts of IAM Identity Center that people meet in a browser, by partition: access portals, and the pages that all
 * portals share. Patterns of portals as in the AWS CLI (`awscli/customizations/sso/resolve.py`) and in the user guide of
 * IAM Identity Center; those of China, GovCloud and the European Sovereign Cloud are from AWS's own pages on them.
 */
import { bareHost } from "../net/hosts.ts";

interface Partition {
	/** Regions of the partition begin so. The first partition that fits is taken. */
	readonly regions: RegExp;
	/** Portals with a host of their own. The group `id` is the instance, `region` is where it stands. */
	readonly portals: readonly RegExp[];
	/** Hosts that all portals share: which one is meant stands in the path, `/ssoins-…` or `/directory/…`. */
	readonly shared: readonly RegExp[];
	/** Where codes are typed in, one page for each region. */
	readonly devicePage: (region: string) => readonly string[];
	/** Where people sign in before they approve. Nobody but AWS has pages there. */
	readonly signIn: RegExp;
}

const ANY_REGION = "[a-z]{2,5}(?:-[a-z]+)+-\\d+";
// Two groups of one name are an error in a regular expression of Node 22: only where the region is read is there a group.
const REGION = `(?<region>${ANY_REGION})`;
const ID = "(?<id>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)";
const host = (...alternatives: string[]): RegExp => new RegExp(`^(?:${alternatives.join("|")})$`);

const COMMERCIAL_PORTALS: readonly RegExp[] = [
	host(`${ID}\\.awsapps\\.com`),
	host(`${ID}\\.portal\\.${REGION}\\.app\\.aws`),
	host(`${ID}\\.${REGION}\\.portal\\.amazonaws\\.com`),
];
const commercialDevicePage = (region: string): readonly string[] => [
	`device.sso.${region}.amazonaws.com`,
	`oidc.${region}.amazonaws.com`,
	`oidc.${region}.api.aws`,
];

const PARTITIONS: readonly Partition[] = [
	{
		regions: /^cn-/,
		portals: [
			host(`${ID}\\.awsapps\\.cn`),
			host(`${ID}\\.portal\\.${REGION}\\.app\\.amazonwebservices\\.com\\.cn`),
			host(`${ID}\\.${REGION}\\.portal\\.amazonaws\\.com\\.cn`),
		],
		shared: [host("identitycenter\\.amazonaws\\.com\\.cn")],
		devicePage: (region) => [
			`device.sso.${region}.amazonaws.com.cn`,
			`oidc.${region}.amazonaws.com.cn`,
			`oidc.${region}.api.amazonwebservices.com.cn`,
		],
		signIn: host(`(?:${ANY_REGION}\\.)?signin\\.(?:amazonaws\\.cn|aws\\.cn)`),
	},
	{
		regions: /^us-gov-/,
		portals: COMMERCIAL_PORTALS,
		shared: [
			host("start\\.us-gov-home\\.awsapps\\.com", `start\\.${ANY_REGION}\\.us-gov-home\\.awsapps\\.com`),
			host("identitycenter\\.us-gov\\.amazonaws\\.com"),
		],
		devicePage: commercialDevicePage,
		signIn: host(`(?:${ANY_REGION}\\.)?signin\\.(?:amazonaws-us-gov\\.com|aws-us-gov)`, `${ANY_REGION}\\.signin\\.aws`),
	},
	{
		regions: /^eusc-/,
		portals: [
			host(`${ID}\\.${REGION}\\.portal\\.amazonaws\\.eu`),
			host(`${ID}\\.portal\\.${REGION}\\.(?:api|app)\\.amazonwebservices\\.eu`),
		],
		shared: [host("identitycenter\\.amazonaws\\.eu")],
		devicePage: (region) => [
			`device.sso.${region}.amazonaws.eu`,
			`oidc.${region}.amazonaws.eu`,
			`oidc.${region}.api.amazonwebservices.eu`,
		],
		signIn: host(`(?:${ANY_REGION}\\.)?signin\\.(?:amazonaws-eusc\\.eu|amazonaws\\.eu)`),
	},
	{
		regions: /^/,
		portals: COMMERCIAL_PORTALS,
		shared: [host("identitycenter\\.amazonaws\\.com")],
		devicePage: commercialDevicePage,
		signIn: host(`(?:${ANY_REGION}\\.)?signin\\.aws`, `(?:${ANY_REGION}\\.)?signin\\.aws\\.amazon\\.com`),
	},
];

const partitionOf = (region: string): Partition => PARTITIONS.find(({ regions }) => regions.test(region)) as Partition;

/** An access portal, as far as its address tells it from others. */
export interface PortalAddress {
	/** In lower case, without the brackets of IPv6. */
	readonly host: string;
	/**
	 * What AWS calls the instance: `ssoins-…` or `d-…`, or the name that its owner chose. Undefined for an own domain, and for
	 * a shared host without an instance in the path.
	 */
	readonly instance?: string | undefined;
	/** True where other portals have the same host. */
	readonly shared: boolean;
	/** Where the portal stands, if its host says so. */
	readonly region?: string | undefined;
}

/** @returns what is to be read from the address of a portal, whatever its partition */
export function portalAddress(url: URL): PortalAddress {
	const name = bareHost(url.hostname);
	// First: they look like portals of their own.
	if (PARTITIONS.some(({ shared }) => shared.some((pattern) => pattern.test(name)))) {
		const instance = /\/(?:directory\/([\w-]+)|(ssoins-[\w-]+))(?=\/|$)/.exec(url.pathname);
		return { host: name, instance: instance?.[1] ?? instance?.[2], shared: true };
	}
	for (const { portals } of PARTITIONS) {
		for (const pattern of portals) {
			const groups = pattern.exec(name)?.groups;
			if (groups) return { host: name, instance: groups.id, shared: false, region: groups.region };
		}
	}
	return { host: name, shared: false };
}

/**
 * Two addresses are of one portal if they have the same host, or if they are different ones of the same instance: the
 * sign-in service answers with its older address whatever was asked for (fwdcloudsec/granted#960).
 */
export function isSamePortal(a: PortalAddress, b: PortalAddress): boolean {
	if (a.host === b.host && !a.shared) return true;
	if (a.instance === undefined || a.instance !== b.instance) return false;
	// A name that somebody chose (`acme`) is theirs only among the hosts of its kind.
	return (a.shared && b.shared) || a.instance.startsWith("ssoins-");
}

/** True for the pages of AWS on which codes of this region are typed in, and for those of its partition's sign-in. */
export function isSignInPage(host: string, region: string): boolean {
	const { devicePage, signIn } = partitionOf(region);
	const name = bareHost(host);
	return devicePage(region).includes(name) || signIn.test(name);
}
