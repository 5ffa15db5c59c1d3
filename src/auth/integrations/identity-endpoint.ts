/** The endpoint that an identity's configuration gives for all its calls to AWS. */
import type { Identity } from "../config/model.ts";

interface WithEndpoint {
	readonly spec?:
		| {
				readonly endpoint_url?: string | undefined;
				readonly aws?: { readonly resolver?: { readonly url?: string | undefined } | undefined } | undefined;
		  }
		| undefined;
}

/** `spec.endpoint_url`, else the older `spec.aws.resolver.url`; undefined leaves it to the environment and the region. */
export function endpointOf(identity: Identity | undefined): string | undefined {
	const spec = (identity?.config as WithEndpoint | undefined)?.spec;
	return spec?.endpoint_url ?? spec?.aws?.resolver?.url;
}
