/** The calls to STS. A module of its own, so that the client is loaded when it is called. */
import {
	AssumeRoleCommand,
	type AssumeRoleCommandInput,
	type AssumeRoleCommandOutput,
	GetCallerIdentityCommand,
	type GetCallerIdentityCommandOutput,
	GetSessionTokenCommand,
	type GetSessionTokenCommandInput,
	type GetSessionTokenCommandOutput,
	STSClient,
} from "@aws-sdk/client-sts";
import type { AwsClientConfig } from "./clients.ts";

export function stsClient(config: AwsClientConfig): {
	assumeRole(input: AssumeRoleCommandInput, abortSignal: AbortSignal): Promise<AssumeRoleCommandOutput>;
	getSessionToken(input: GetSessionTokenCommandInput, abortSignal: AbortSignal): Promise<GetSessionTokenCommandOutput>;
	getCallerIdentity(abortSignal: AbortSignal): Promise<GetCallerIdentityCommandOutput>;
} {
	const client = new STSClient(config);
	return {
		assumeRole: (input, abortSignal) => client.send(new AssumeRoleCommand(input), { abortSignal }),
		getSessionToken: (input, abortSignal) => client.send(new GetSessionTokenCommand(input), { abortSignal }),
		getCallerIdentity: (abortSignal) => client.send(new GetCallerIdentityCommand({}), { abortSignal }),
	};
}
