/** The one call to ECR. A module of its own, so that the client is loaded when it is called and holds nothing else. */
import { ECRClient, GetAuthorizationTokenCommand, type GetAuthorizationTokenCommandOutput } from "@aws-sdk/client-ecr";
import type { AwsClientConfig } from "../clients.ts";

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
export function ecrClient(config: AwsClientConfig): {
	getAuthorizationToken(abortSignal: AbortSignal): Promise<GetAuthorizationTokenCommandOutput>;
} {
	const client = new ECRClient(config);
	return {
		getAuthorizationToken: (abortSignal) => client.send(new GetAuthorizationTokenCommand({}), { abortSignal }),
	};
}
