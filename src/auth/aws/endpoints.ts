/** Where a service is asked: the configured endpoint, the environment's, or the region's own. */
import type { Environment } from "../context.ts";
import { AuthError } from "../errors.ts";
import { isLoopback, withScheme } from "../net/hosts.ts";
import { sanitize } from "../system/sanitize.ts";

/** The services that are called, by the names of their packages and by those in `AWS_ENDPOINT_URL_<NAME>`. */
export type AwsService = "sso" | "sso-oidc" | "sts" | "signin" | "ecr" | "ecr-public" | "eks" | "rolesanywhere";

/**
 * The endpoint that overrides the region's own, by the rules of the AWS SDKs
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html) without the part about shared files:
 * `spec.endpoint_url`, else `AWS_ENDPOINT_URL_<SERVICE>`, else `AWS_ENDPOINT_URL`. The variables do not count when
 * `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is `true`.
 *
 * @param configured `spec.endpoint_url` of a provider or identity
 * @returns undefined where the region decides
 * @throws AuthError `config` for anything but https, or http on this machine: tokens must not travel in the clear
 */
export function endpointFor(
	env: Environment,
	service: AwsService,
	configured?: string | undefined,
): string | undefined {
	if (configured) return checked("spec.endpoint_url", configured);
	if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === "true") return undefined;
	for (const name of [`AWS_ENDPOINT_URL_${service.toUpperCase().replaceAll("-", "_")}`, "AWS_ENDPOINT_URL"]) {
		const value = env[name]?.trim();
		if (value) return checked(name, value);
	}
	return undefined;
}

function checked(name: string, value: string): string {
	// What stands before an @ may be a password, and is shown in no message.
	const shown = sanitize(value.replace(/^.*@/s, "…@"));
	const complete = withScheme(value);
	if (complete !== undefined) {
		throw new AuthError({
			code: "config",
			message: `${name} has no scheme: ${shown}`,
			remedy: `write it as ${sanitize(complete)}`,
		});
	}
	let url: URL;
	try {
		url = new URL(value);
	} catch (cause) {
		throw new AuthError({
			code: "config",
			message: `${name} is not a URL: ${shown}`,
			remedy: `write ${name} as https://host[:port], or remove it`,
			cause,
		});
	}
	const safe = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
	if (safe && url.username === "" && url.password === "") return value;
	throw new AuthError({
		code: "config",
		message: `${name} is not a safe endpoint: ${sanitize(`${url.protocol}//${url.host}`)}`,
		reason: safe
			? "an endpoint must not contain a user name or password"
			: "credentials would be sent unencrypted; http is accepted only for this machine",
		remedy: safe ? `remove the user name and password from ${name}` : `use https in ${name}`,
	});
}
