/** What differs between the partitions of AWS. */

/** Partitions by the region's beginning; the partition table of the AWS SDKs. */
const NAMES: readonly (readonly [prefix: string, name: string])[] = [
	["cn-", "aws-cn"],
	["us-gov-", "aws-us-gov"],
	["us-isob-", "aws-iso-b"],
	["us-isof-", "aws-iso-f"],
	["eu-isoe-", "aws-iso-e"],
	["us-iso-", "aws-iso"],
	["eusc-", "aws-eusc"],
];

/** @returns what a region's partition is called in ARNs */
export function partitionOf(region: string): string {
	return NAMES.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
}

/** DNS suffixes by the region's beginning; the partition table of the AWS SDKs. */
const SUFFIXES: readonly (readonly [prefix: string, suffix: string])[] = [
	["cn-", "amazonaws.com.cn"],
	["us-isob-", "sc2s.sgov.gov"],
	["us-isof-", "csp.hci.ic.gov"],
	["eu-isoe-", "cloud.adc-e.uk"],
	["us-iso-", "c2s.ic.gov"],
	["eusc-", "amazonaws.eu"],
];

/** @returns the DNS suffix of a region's partition */
export function dnsSuffix(region: string): string {
	return SUFFIXES.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "amazonaws.com";
}

/** Of the partitions that have them: suffixes of addresses for IPv4 and IPv6 alike. */
const DUAL_STACK: Readonly<Record<string, string>> = {
	"amazonaws.com": "api.aws",
	"amazonaws.com.cn": "api.amazonwebservices.com.cn",
	"amazonaws.eu": "api.amazonwebservices.eu",
};

/** @returns the DNS suffix of a region's partition for IPv4 and IPv6 alike; the usual one where there is none */
export function dualStackSuffix(region: string): string {
	const suffix = dnsSuffix(region);
	return DUAL_STACK[suffix] ?? suffix;
}

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

/** Sign-in hosts by the region's beginning; the endpoint rules of the AWS SDKs for `signin`. */
const SIGN_IN_HOSTS: readonly (readonly [prefix: string, domain: string])[] = [
	["cn-", "signin.amazonaws.cn"],
	["us-gov-", "signin.amazonaws-us-gov.com"],
	["us-isob-", "signin.sc2shome.sgov.gov"],
	["us-isof-", "signin.csphome.hci.ic.gov"],
	["eu-isoe-", "signin.csphome.adc-e.uk"],
	["us-iso-", "signin.c2shome.ic.gov"],
	["eusc-", "signin.amazonaws-eusc.eu"],
];

/** @returns the host on which users of a region sign in to the console and to tools: `eu-west-1.signin.aws.amazon.com` */
export function signInHost(region: string): string {
	const domain = SIGN_IN_HOSTS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "signin.aws.amazon.com";
	return `${region}.${domain}`;
}
