/** What every AWS client is built with, so that nothing of the user's shared AWS files, profile or keys gets in. */
import type { HttpHandler } from "@smithy/protocol-http";
import type { AuthContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import type { AwsCredentials } from "./credentials.ts";
import { type AwsService, endpointFor } from "./endpoints.ts";

export type { AwsService } from "./endpoints.ts";

export interface AwsClientOptions {
	readonly region: string;
	/** `spec.endpoint_url` of the provider, identity or integration. */
	readonly endpoint?: string | undefined;
	/** Keys that requests are signed with. SSO and SSO-OIDC need none. */
	readonly credentials?: AwsCredentials | undefined;
	/**
	 * How often the client itself tries. Default 1: retries are made by `callAws`, within its limits.
	 */
	readonly maxAttempts?: number | undefined;
}

/** Fits the constructor of every client of `@aws-sdk`. */
export interface AwsClientConfig {
	readonly region: string;
	readonly endpoint?: string;
	readonly credentials?: {
		readonly accessKeyId: string;
		readonly secretAccessKey: string;
		readonly sessionToken?: string;
	};
	readonly requestHandler: HttpHandler;
	readonly maxAttempts: number;
	readonly retryMode: "standard";
	readonly defaultsMode: "standard";
	readonly ignoreConfiguredEndpointUrls: true;
	readonly useFipsEndpoint: boolean;
	readonly useDualstackEndpoint: boolean;
	readonly disableClockSkewCorrection: false;
	readonly authSchemePreference: string[];
	readonly userAgentAppId: () => Promise<undefined>;
	readonly customUserAgent: [string, string][];
}

/**
 * Everything that a client's constructor would otherwise look up in `~/.aws/config`, in `AWS_PROFILE` or in the
 * environment is given here, so the client reads none of them. The partition (China, GovCloud, …) follows from the region
 * by the SDK's own rules.
 *
 * @param service whose `AWS_ENDPOINT_URL_<SERVICE>` counts
 * @throws AuthError `config` for an endpoint that is not safe or a region that cannot be part of a host name
 */
export async function awsClientConfig(
	ctx: AuthContext,
	service: AwsService,
	options: AwsClientOptions,
): Promise<AwsClientConfig> {
	const { region, credentials } = options;
	if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(region)) {
		throw new AuthError({
			code: "config",
			message: `${sanitize(region) || "an empty string"} is not an AWS region`,
			remedy: "use a region such as us-east-2",
		});
	}
	const endpoint = endpointFor(ctx.env, service, options.endpoint);
	return {
		region,
		...(endpoint === undefined ? {} : { endpoint }),
		...(credentials === undefined ? {} : { credentials: toSdkCredentials(credentials) }),
		requestHandler: await ctx.network.handler(),
		maxAttempts: options.maxAttempts ?? 1,
		retryMode: "standard",
		defaultsMode: "standard",
		ignoreConfiguredEndpointUrls: true,
		useFipsEndpoint: isTrue(ctx.env.AWS_USE_FIPS_ENDPOINT),
		useDualstackEndpoint: isTrue(ctx.env.AWS_USE_DUALSTACK_ENDPOINT),
		disableClockSkewCorrection: false,
		authSchemePreference: [],
		userAgentAppId: async () => undefined,
		customUserAgent: [["atmos-auth", ctx.self.version]],
	};
}

function toSdkCredentials(credentials: AwsCredentials): NonNullable<AwsClientConfig["credentials"]> {
	return {
		accessKeyId: credentials.accessKeyId,
		secretAccessKey: credentials.secretAccessKey.reveal(),
		...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken.reveal() }),
	};
}

/** Of the SDKs' variables that turn something on. */
export function isTrue(value: string | undefined): boolean {
	return value?.toLowerCase() === "true";
}
