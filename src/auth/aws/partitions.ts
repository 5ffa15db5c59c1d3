/** What differs between the partitions of AWS. */

interface Partition {
	/** What it is called in ARNs. */
	readonly name: string;
	/** DNS suffix of its services. */
	readonly suffix: string;
	/** The same of addresses for IPv4 and IPv6 alike, where it has them. */
	readonly dualStack?: string;
	/** Domain on which users sign in to the console and to tools; a region of it goes before. */
	readonly signIn: string;
}

const USUAL: Partition = {
	name: "aws",
	suffix: "amazonaws.com",
	dualStack: "api.aws",
	signIn: "signin.aws.amazon.com",
};

/** By the region's beginning; the partition table of the AWS SDKs, and their endpoint rules for `signin`. */
const PARTITIONS: readonly (readonly [prefix: string, partition: Partition])[] = [
	[
		"cn-",
		{
			name: "aws-cn",
			suffix: "amazonaws.com.cn",
			dualStack: "api.amazonwebservices.com.cn",
			signIn: "signin.amazonaws.cn",
		},
	],
	["us-gov-", { ...USUAL, name: "aws-us-gov", signIn: "signin.amazonaws-us-gov.com" }],
	["us-isob-", { name: "aws-iso-b", suffix: "sc2s.sgov.gov", signIn: "signin.sc2shome.sgov.gov" }],
	["us-isof-", { name: "aws-iso-f", suffix: "csp.hci.ic.gov", signIn: "signin.csphome.hci.ic.gov" }],
	["eu-isoe-", { name: "aws-iso-e", suffix: "cloud.adc-e.uk", signIn: "signin.csphome.adc-e.uk" }],
	["us-iso-", { name: "aws-iso", suffix: "c2s.ic.gov", signIn: "signin.c2shome.ic.gov" }],
	[
		"eusc-",
		{
			name: "aws-eusc",
			suffix: "amazonaws.eu",
			dualStack: "api.amazonwebservices.eu",
			signIn: "signin.amazonaws-eusc.eu",
		},
	],
];

function partitionIn(region: string): Partition {
	return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? USUAL;
}

/** @returns what a region's partition is called in ARNs */
export const partitionOf = (region: string): string => partitionIn(region).name;

/** @returns the DNS suffix of a region's partition */
export const dnsSuffix = (region: string): string => partitionIn(region).suffix;

/** @returns the DNS suffix of a region's partition for IPv4 and IPv6 alike; the usual one where there is none */
export function dualStackSuffix(region: string): string {
	const { dualStack, suffix } = partitionIn(region);
	return dualStack ?? suffix;
}

/** @returns the host on which users of a region sign in to the console and to tools: `eu-west-1.signin.aws.amazon.com` */
export const signInHost = (region: string): string => `${region}.${partitionIn(region).signIn}`;

/** `oidc.us-east-2.amazonaws.com`, `portal.sso.us-east-2.amazonaws.com`, `api.ecr.…`, `eks.…`: the region in a host. */
export function regionOf(host: string): string | undefined {
	const signIn = /^([a-z]{2,4}(?:-[a-z]+)+-\d+)\.signin\./.exec(host)?.[1];
	if (signIn !== undefined) return signIn;
	return /^[a-z.-]+?\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.(?:amazonaws\.|api\.aws|on\.aws)/.exec(host)?.[1] ?? guessed(host);
}

/** A region that is not even shaped like one, still in the place of one. */
function guessed(host: string): string | undefined {
	return /^(?:oidc|portal\.sso|sts|eks|api\.ecr|rolesanywhere)\.([a-z0-9-]+)\.(?:amazonaws\.com|api\.aws)/.exec(
		host,
	)?.[1];
}

/** @returns a name that has an address wherever there is a network, by the domain of one that was not found */
export function referenceHost(host: string): string {
	return host.endsWith(".amazonaws.com.cn") ? "sts.cn-north-1.amazonaws.com.cn" : "sts.amazonaws.com";
}
