/** Where the keys of AWS identities are kept, whatever their kind: see `files.ts`. */
import type { EnvironmentChange, Place, Store } from "../kinds.ts";
import type { AwsCredentials } from "./credentials.ts";
import { awsFiles, listAwsSessions, loadAwsCredentials, saveAwsCredentials } from "./files.ts";

export const awsStore: Store<AwsCredentials> = {
	load: ({ ctx, realm, root, key }, purpose) =>
		loadAwsCredentials(ctx, realm, root.key, key, (facts) => facts.purpose === purpose, root),
	save: ({ ctx, realm, root, key }, credentials) => saveAwsCredentials(ctx, realm, root.key, key, credentials, root),
	async remove(place) {
		const { removeAwsCredentials } = await import("./remove-keys.ts");
		return removeAwsCredentials(place);
	},
	list: (root, ctx, realm) => listAwsSessions(ctx, realm, root.key, root),
};

/**
 * Keys and settings that the AWS SDKs and Terraform take before a profile.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
const FOREIGN: readonly string[] = [
	"AWS_ACCESS_KEY_ID",
	"AWS_SECRET_ACCESS_KEY",
	"AWS_SESSION_TOKEN",
	"AWS_SECURITY_TOKEN",
	"AWS_CREDENTIAL_EXPIRATION",
	"AWS_DEFAULT_PROFILE",
	"AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_ROLE_ARN",
	"AWS_ROLE_SESSION_NAME",
	"AWS_CONTAINER_CREDENTIALS_FULL_URI",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/** What Atmos sets, too: the profile in our own files, and nothing else that could lead to other keys. */
export function awsEnvironment(region: string | undefined, { ctx, realm, root, key }: Place): EnvironmentChange {
	const { credentials, config } = awsFiles(ctx, realm, root.key, root);
	const leading = { AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_CONFIG_FILE: config, AWS_PROFILE: key };
	return {
		set: {
			...leading,
			AWS_SDK_LOAD_CONFIG: "1",
			AWS_EC2_METADATA_DISABLED: "true",
			...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
		},
		unset: FOREIGN,
		fixed: Object.keys(leading),
	};
}
