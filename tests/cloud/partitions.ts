/** Partitions of AWS by region. https://docs.aws.amazon.com/general/latest/gr/rande.html */

/** @returns the partition as ARNs have it */
export function partition(region: string): string {
	if (region.startsWith("cn-")) return "aws-cn";
	if (region.startsWith("us-gov-")) return "aws-us-gov";
	return "aws";
}

/** @returns the end of the names of the region's hosts */
export const dnsSuffix = (region: string): string =>
	partition(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
