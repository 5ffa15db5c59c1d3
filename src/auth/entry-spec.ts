/** The keys of a provider that its identities need too. An identity knows its root provider's kind only at run time. */
import type { Provider } from "./config/model.ts";

/**
 * `spec.endpoint_url` of a provider or identity, where it has one. The Go program's older spelling counts after it:
 * `aws.resolver.url`, under `spec` of a provider and under `credentials` of an identity.
 */
export function endpointOf(config: unknown): string | undefined {
	const spec = object(object(config)?.spec);
	const credentials = object(object(config)?.credentials);
	return text(spec?.endpoint_url) ?? resolverUrl(spec) ?? resolverUrl(credentials);
}

function resolverUrl(holder: Readonly<Record<string, unknown>> | undefined): string | undefined {
	return text(object(object(holder?.aws)?.resolver)?.url);
}

/** `spec.files.base_path` of a provider: the folder that takes the place of `<config>/atmos`. */
export function basePathOf(provider: Provider): string | undefined {
	return text(object(object(object(provider.config)?.spec)?.files)?.base_path);
}

function object(value: unknown): Readonly<Record<string, unknown>> | undefined {
	return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function text(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value : undefined;
}
