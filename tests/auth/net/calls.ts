/** One call of one service, against a cloud of its own. */
import { GetRoleCredentialsCommand, SSOClient } from "@aws-sdk/client-sso";
import { onTestFinished } from "vitest";
import { type AwsCall, callAws } from "../../../src/auth/aws/call.ts";
import { awsClientConfig } from "../../../src/auth/aws/clients.ts";
import type { AuthContext } from "../../../src/auth/context.ts";
import type { AuthError } from "../../../src/auth/errors.ts";
import { type Cloud, startCloud } from "../../cloud/cloud.ts";
import type { Behaviour } from "../../cloud/script.ts";
import { testContext } from "../../helpers/context.ts";

export const OPERATION = "sso:GetRoleCredentials";

export async function cloud(): Promise<Cloud> {
	const started = await startCloud();
	onTestFinished(() => started.close());
	return started;
}

type Options = Partial<Pick<AwsCall, "attempts" | "signal" | "onRetry">>;

export async function call(aws: Cloud, ctx: AuthContext = testContext(), options: Options = {}): Promise<unknown> {
	const client = new SSOClient(
		await awsClientConfig(ctx, "sso", { region: "us-east-1", endpoint: aws.url, maxAttempts: 1 }),
	);
	const command = new GetRoleCredentialsCommand({ accessToken: "t", accountId: "123456789012", roleName: "R" });
	const signal = options.signal ?? new AbortController().signal;
	return callAws({ ctx, operation: OPERATION, attempts: 1, ...options, signal }, (abortSignal) =>
		client.send(command, { abortSignal }),
	);
}

export async function failure(promise: Promise<unknown>): Promise<AuthError> {
	return promise.then(
		() => {
			throw new Error("it should have failed");
		},
		(error) => error,
	);
}

export const error = (status: number, name: string, message = "It is so.", headers = {}): Behaviour => ({
	type: "error",
	status,
	name,
	message,
	headers,
});
