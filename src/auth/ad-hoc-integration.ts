/** An integration that no configuration has: what one would say is given with a command, and held to the same rules. */
import { getDotPath, safeParse } from "valibot";
import type { Identity, Integration } from "./config/model.ts";
import type { Credentials } from "./credentials.ts";
import { AuthError } from "./errors.ts";
import type { Artifact, IntegrationRun } from "./kinds.ts";
import { integrationKind, schemaOf } from "./registry.ts";

export interface AdHocIntegration {
	readonly kind: string;
	/** What it is about, for rows. */
	readonly name: string;
	/** The keys that an entry of the kind would have. */
	readonly config: unknown;
	/** @returns what is said of a value that such an entry cannot have; `path` is its place, such as `spec.cluster.alias` */
	refusal(path: string, message: string): AuthError;
}

/**
 * @returns makes it with an identity's credentials, whatever is there
 * @throws AuthError what `refusal` returned
 */
export async function adHocIntegration({
	kind: kindName,
	name,
	config,
	refusal,
}: AdHocIntegration): Promise<
	(identity: Identity, credentials: Credentials, run: Omit<IntegrationRun, "order" | "claims">) => Promise<Artifact>
> {
	const [schema, kind] = await Promise.all([schemaOf("integrations", kindName), integrationKind(kindName)]);
	if (!schema || !kind) throw new AuthError({ code: "bug", message: `there is no kind of integration ${kindName}` });
	const { issues, output } = safeParse(schema, config, { abortEarly: true });
	if (issues !== undefined) throw refusal(getDotPath(issues[0]) ?? "", issues[0].message);
	return (identity, credentials, run) => {
		const entry: Integration = {
			name,
			key: name,
			kind: kindName,
			file: "",
			via: { identity: identity.name },
			config: output,
		};
		return kind.execute(entry, identity, credentials, { ...run, order: 0, claims: new Map() });
	};
}
