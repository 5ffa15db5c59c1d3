/** What differs between the partitions of AWS. */

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
