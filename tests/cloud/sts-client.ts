/** What the tests of STS send, by the real clients, and what they are told. */
import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import {
	AssumeRoleCommand,
	type AssumeRoleCommandInput,
	type AssumeRoleCommandOutput,
	type Credentials,
	GetCallerIdentityCommand,
	GetSessionTokenCommand,
	type GetSessionTokenCommandInput,
	STSClient,
} from "@aws-sdk/client-sts";
import type { Setup } from "./client.ts";
import { type IamRole, type IamUser, iamUser } from "./iam.ts";

export const DEVICE = "arn:aws:iam::123456789012:mfa/ada";
/** The user of `smallWorld`, with keys and codes that a test can name. */
export const ADA: IamUser = iamUser({
	accountId: "123456789012",
	name: "ada",
	mfa: { serial: DEVICE, seed: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" },
});
export const ADA_ARN = "arn:aws:iam::123456789012:user/ada";
/** The roles of `smallWorld`. */
export const DEPLOYER = "arn:aws:iam::123456789012:role/Deployer";
export const PRODUCTION = "arn:aws:iam::999999999999:role/teams/platform/ProductionDeployer";
export const BREAK_GLASS = "arn:aws:iam::123456789012:role/BreakGlass";

export interface Keys {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string;
}

interface Given {
	readonly Credentials?: Credentials | undefined;
}

export const keysOf = ({ Credentials: given }: Given): Keys => ({
	accessKeyId: given?.AccessKeyId ?? "",
	secretAccessKey: given?.SecretAccessKey ?? "",
	sessionToken: given?.SessionToken ?? "",
});

/** An error of the SDK, as far as it is the service's. */
export const refusal = (name: string, message: string) => ({
	name,
	message,
	$metadata: { httpStatusCode: name === "ValidationError" ? 400 : 403 },
});
export const notAuthorized = (caller: string, role: string) =>
	refusal("AccessDenied", `User: ${caller} is not authorized to perform: sts:AssumeRole on resource: ${role}`);
export const violation = (what: string) => refusal("ValidationError", `1 validation error detected: ${what}`);
export const INVALID_KEYS = refusal("InvalidClientTokenId", "The security token included in the request is invalid.");
export const EXPIRED = refusal("ExpiredToken", "The security token included in the request is expired");

export function stsCalls({ cloud, clock }: Setup) {
	const config = ({ accessKeyId, secretAccessKey, sessionToken }: Keys) => ({
		region: "us-east-2",
		endpoint: cloud.url,
		credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
		maxAttempts: 1,
		// The clients sign by the cloud's clock.
		systemClockOffset: clock.now() - Date.now(),
	});
	const sts = (keys: Keys): STSClient => new STSClient(config(keys));
	return {
		config,
		whoAmI: (keys: Keys) => sts(keys).send(new GetCallerIdentityCommand({})),
		/** Of `DEPLOYER`, unless told otherwise. */
		assume: (keys: Keys, changes: Partial<AssumeRoleCommandInput> = {}): Promise<AssumeRoleCommandOutput> =>
			sts(keys).send(new AssumeRoleCommand({ RoleArn: DEPLOYER, RoleSessionName: "test", ...changes })),
		sessionToken: (keys: Keys, input: GetSessionTokenCommandInput = {}) =>
			sts(keys).send(new GetSessionTokenCommand(input)),
		describeCluster: (keys: Keys, name: string) =>
			new EKSClient(config(keys)).send(new DescribeClusterCommand({ name })),
		/** The parameters of MFA, with what the device shows now. */
		withCode: () => ({ SerialNumber: DEVICE, TokenCode: cloud.mfaCode(DEVICE) }),
		secondsLeft: ({ Credentials: given }: Given): number => ((given?.Expiration?.getTime() ?? 0) - clock.now()) / 1000,
		changeUser(changes: Partial<IamUser>): void {
			cloud.world.users = [{ ...ADA, ...changes }];
		},
		changeRole(name: string, changes: Partial<IamRole>): void {
			cloud.world.roles = (cloud.world.roles ?? []).map((role) =>
				role.name === name ? { ...role, ...changes } : role,
			);
		},
	};
}
