/**
 * Where the AWS CLI and SDKs look for access keys, in their order. The SDK's own chain reads the process's environment and
 * waits for a metadata service in its own way; here everything comes through the context, with its limits.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
import type { Identity } from "../../config/model.ts";
import { Secret } from "../../credentials.ts";
import { AuthError } from "../../errors.ts";
import type { Run } from "../../kinds.ts";
import { tokenOfFile } from "../../oidc/sources.ts";
import { parseTime } from "../../storage/times.ts";
import { sanitize } from "../../system/sanitize.ts";
import { ROLE_ARN } from "../arn.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointOf } from "../entry-spec.ts";
import { webIdentityOf } from "../oidc/web-identity.ts";
import { sessionName } from "../roles/session-name.ts";
import { DEFAULT_REGION } from "../sts.ts";
import { containerKeys, instanceKeys } from "./metadata.ts";
import { type Profile, readProfile } from "./profile.ts";
import type { AwsConfig } from "./schema.ts";

/** Keys, or why there are none: "AWS_ACCESS_KEY_ID is not set". */
export type Looked = AwsCredentials | string;

/** @throws AuthError `config` with all that was looked at; whatever a source that is there and broken says */
export async function ambientKeys(identity: Identity<AwsConfig>, run: Run): Promise<AwsCredentials> {
	const { ctx, signal, interaction } = run;
	interaction.status("looking for this machine's own credentials");
	const profile = readProfile(ctx);
	const region =
		identity.config.principal.region ?? (ctx.env.AWS_REGION || ctx.env.AWS_DEFAULT_REGION || profile.region);
	const places: readonly (() => Looked | Promise<Looked>)[] = [
		() => variableKeys(run),
		() => webIdentityKeys(run, region, endpointOf(identity.config)),
		() => profileKeys(profile),
		() => containerKeys(run),
		() => instanceKeys(run),
	];
	const missing: string[] = [];
	for (const place of places) {
		const found = await place();
		signal.throwIfAborted();
		if (typeof found !== "string") return { ...found, region };
		missing.push(found);
	}
	throw new AuthError({
		code: "config",
		message: "this machine has no AWS credentials of its own",
		reason: `"${sanitize(identity.name)}" takes what the AWS CLI would take, and there is none`,
		details: missing,
		remedy: "set one of them up, or use an identity that is signed in to",
	});
}

function variableKeys({ ctx }: Run): Looked {
	const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = ctx.env;
	if (!accessKeyId || !secret) return "variables: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set";
	const expiresAt = parseTime(ctx.env.AWS_CREDENTIAL_EXPIRATION);
	if (expiresAt !== undefined && expiresAt <= ctx.clock.now()) {
		throw new AuthError({
			code: "expired",
			message: "the credentials in the variables have expired",
			reason: `AWS_CREDENTIAL_EXPIRATION is ${sanitize(ctx.env.AWS_CREDENTIAL_EXPIRATION ?? "")}`,
			remedy: "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew, or unset them",
		});
	}
	return {
		type: "aws",
		accessKeyId,
		secretAccessKey: new Secret(secret),
		sessionToken: token ? new Secret(token) : undefined,
		expiresAt,
	};
}

/** https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html */
async function webIdentityKeys(
	{ ctx, signal }: Run,
	region: string | undefined,
	endpoint: string | undefined,
): Promise<Looked> {
	const { AWS_WEB_IDENTITY_TOKEN_FILE: path, AWS_ROLE_ARN: roleArn, AWS_ROLE_SESSION_NAME: session } = ctx.env;
	if (!path || !roleArn) return "a web identity: AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not set";
	if (!ROLE_ARN.test(roleArn)) {
		throw new AuthError({
			code: "config",
			message: "AWS_ROLE_ARN is not the ARN of a role",
			remedy: "set AWS_ROLE_ARN to one such as arn:aws:iam::123456789012:role/Deployer",
		});
	}
	const token = webIdentityOf(await tokenOfFile(path, { ctx }), { provider: "AWS_WEB_IDENTITY_TOKEN_FILE" }, ctx);
	const { assumeRoleWithWebIdentity } = await import("../sts-federation.ts");
	const place = { ctx, signal, region: region ?? DEFAULT_REGION, endpoint };
	const name = sessionName(session || `atmos-${Math.floor(ctx.clock.now() / 1000)}`);
	return assumeRoleWithWebIdentity(place, { roleArn, sessionName: name, identity: token });
}

function profileKeys({ name, keys, needs, files }: Profile): Looked {
	if (keys !== undefined) return keys;
	const shown = sanitize(name);
	if (needs === undefined) return `a profile: there are no keys of "${shown}" in ${files}`;
	throw new AuthError({
		code: "config",
		message: `the profile "${shown}" has no keys of its own`,
		reason: `it has \`${needs}\`, by which the AWS CLI gets some`,
		details: [`it is in ${files}`],
		remedy:
			"describe it in atmos.yaml, as a provider of kind aws/iam-identity-center or an identity of kind aws/assume-role",
	});
}
