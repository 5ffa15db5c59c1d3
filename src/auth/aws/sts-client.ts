/** The calls to STS. A module of its own, so that the client is loaded when it is called. */
import {
	AssumeRoleCommand,
	type AssumeRoleCommandInput,
	type AssumeRoleCommandOutput,
	AssumeRoleWithSAMLCommand,
	type AssumeRoleWithSAMLCommandInput,
	type AssumeRoleWithSAMLCommandOutput,
	AssumeRoleWithWebIdentityCommand,
	type AssumeRoleWithWebIdentityCommandInput,
	type AssumeRoleWithWebIdentityCommandOutput,
	AssumeRootCommand,
	type AssumeRootCommandInput,
	type AssumeRootCommandOutput,
	GetCallerIdentityCommand,
	type GetCallerIdentityCommandInput,
	type GetCallerIdentityCommandOutput,
	GetSessionTokenCommand,
	type GetSessionTokenCommandInput,
	type GetSessionTokenCommandOutput,
	STSClient,
} from "@aws-sdk/client-sts";
import type { AwsClientConfig } from "./clients.ts";

export function stsClient(config: AwsClientConfig): {
	assumeRole(input: AssumeRoleCommandInput, abortSignal: AbortSignal): Promise<AssumeRoleCommandOutput>;
	getCallerIdentity(
		input: GetCallerIdentityCommandInput,
		abortSignal: AbortSignal,
	): Promise<GetCallerIdentityCommandOutput>;
	assumeRoleWithSaml(
		input: AssumeRoleWithSAMLCommandInput,
		abortSignal: AbortSignal,
	): Promise<AssumeRoleWithSAMLCommandOutput>;
	assumeRoleWithWebIdentity(
		input: AssumeRoleWithWebIdentityCommandInput,
		abortSignal: AbortSignal,
	): Promise<AssumeRoleWithWebIdentityCommandOutput>;
	assumeRoot(input: AssumeRootCommandInput, abortSignal: AbortSignal): Promise<AssumeRootCommandOutput>;
	getSessionToken(input: GetSessionTokenCommandInput, abortSignal: AbortSignal): Promise<GetSessionTokenCommandOutput>;
} {
	const client = new STSClient(config);
	return {
		assumeRole: (input, abortSignal) => client.send(new AssumeRoleCommand(input), { abortSignal }),
		getCallerIdentity: (input, abortSignal) => client.send(new GetCallerIdentityCommand(input), { abortSignal }),
		assumeRoleWithSaml: (input, abortSignal) => client.send(new AssumeRoleWithSAMLCommand(input), { abortSignal }),
		assumeRoleWithWebIdentity: (input, abortSignal) =>
			client.send(new AssumeRoleWithWebIdentityCommand(input), { abortSignal }),
		assumeRoot: (input, abortSignal) => client.send(new AssumeRootCommand(input), { abortSignal }),
		getSessionToken: (input, abortSignal) => client.send(new GetSessionTokenCommand(input), { abortSignal }),
	};
}
