/** Keys that entries of AWS have in common, whatever their kind. */

/**
 * `spec.endpoint_url` of a provider or identity, where it has one. The Go program's older spelling counts after it:
 * `aws.resolver.url`, under `spec` of a provider and under `credentials` of an identity.
 */
export function endpointOf(config: unknown): string | undefined {
	const spec = object(object(config)?.spec);
	const credentials = object(object(config)?.credentials);
	return text(spec?.endpoint_url) ?? resolverUrl(spec) ?? resolverUrl(credentials);
}

/** `region` of a provider, where it has one. */
export const regionOf = (config: unknown): string | undefined => text(object(config)?.region);

function resolverUrl(holder: Readonly<Record<string, unknown>> | undefined): string | undefined {
	return text(object(object(holder?.aws)?.resolver)?.url);
}

function object(value: unknown): Readonly<Record<string, unknown>> | undefined {
	return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function text(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value : undefined;
}
