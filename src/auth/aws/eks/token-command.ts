/** The command that kubectl's plugin runs for a cluster of EKS. */

const WORDS = ["aws", "eks", "token"] as const;
const CLUSTER = "--cluster-name";

/** @returns the words after the program's own */
export function tokenCommand(cluster: string, region: string): readonly string[] {
	return [...WORDS, CLUSTER, cluster, "--region", region];
}

/** True for the arguments of a plugin that this program or Atmos has written. */
export function isTokenCommand(args: readonly unknown[]): boolean {
	const at = args.indexOf(WORDS[0]);
	return at >= 0 && WORDS.every((word, index) => args[at + index] === word) && args.includes(CLUSTER);
}
