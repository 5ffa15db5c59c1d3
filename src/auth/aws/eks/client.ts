/** The one call to EKS. A module of its own, so that the client is loaded when it is called and holds nothing else. */
import { DescribeClusterCommand, type DescribeClusterCommandOutput, EKSClient } from "@aws-sdk/client-eks";
import type { AwsClientConfig } from "../clients.ts";

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html */
export function eksClient(config: AwsClientConfig): {
	describeCluster(name: string, abortSignal: AbortSignal): Promise<DescribeClusterCommandOutput>;
} {
	const client = new EKSClient(config);
	return {
		describeCluster: (name, abortSignal) => client.send(new DescribeClusterCommand({ name }), { abortSignal }),
	};
}
