/**
 * The names of private ECR registries, in every partition and form.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html and
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html (dual-stack and FIPS)
 */

import { dnsSuffix } from "../partitions.ts";

/**
 * @param options.fips the form for FIPS 140 endpoints
 * @param options.dualStack the form that also answers over IPv6
 * @returns the registry's host, which is what Docker's config is keyed by
 */
export function ecrHost(
	accountId: string,
	region: string,
	options: { readonly fips?: boolean; readonly dualStack?: boolean } = {},
): string {
	const fips = options.fips ? "-fips" : "";
	if (options.dualStack) {
		const suffix = region.startsWith("cn-") ? "on.amazonwebservices.com.cn" : "on.aws";
		return `${accountId}.dkr-ecr${fips}.${region}.${suffix}`;
	}
	return `${accountId}.dkr.ecr${fips}.${region}.${dnsSuffix(region)}`;
}

const HOST =
	/^(?<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?<region>[a-z]{2,}(?:-[a-z]+)+-\d+)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk|c2s\.ic\.gov|on\.aws|on\.amazonwebservices\.com\.cn)$/;

/**
 * Reads a registry's name as people write it, with or without `https://`, a path or a slash at the end.
 *
 * @returns undefined for anything that is no private ECR registry
 */
export function parseEcrHost(
	text: string,
): { readonly host: string; readonly accountId: string; readonly region: string } | undefined {
	const host = text
		.trim()
		.replace(/^https?:\/\//, "")
		.replace(/\/.*$/s, "")
		.toLowerCase();
	const groups = HOST.exec(host)?.groups;
	return groups?.account && groups.region ? { host, accountId: groups.account, region: groups.region } : undefined;
}
