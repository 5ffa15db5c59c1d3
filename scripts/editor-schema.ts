/** The JSON schema of the auth section of an atmos.yaml, made from the schemas that the program itself checks with. */
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import type { Section } from "../src/auth/config/kind-names.ts";
import { SCHEMAS } from "../src/auth/config/schema/kinds.ts";

type Json = { [key: string]: unknown };

/**
 * What a person may write is wider than what a schema of JSON would say: scalars may be unquoted, and any value may be a
 * YAML function, which an editor sees as a text.
 */
function relax(node: unknown): unknown {
	if (Array.isArray(node)) return node.map(relax);
	if (typeof node !== "object" || node === null) return node;
	const { $schema: _, additionalProperties: __, ...rest } = node as Json;
	const relaxed: Json = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, relax(value)]));
	if (relaxed.type === "string") relaxed.type = ["string", "number", "integer"];
	if (relaxed.type === "boolean") relaxed.type = ["boolean", "string"];
	return relaxed;
}

function kindSchema(kind: string, schema: GenericSchema<unknown, unknown>, linked: boolean): Json {
	const { properties, required, ...rest } = relax(
		toJsonSchema(schema, { typeMode: "input", errorMode: "ignore" }),
	) as Json & { properties: Json; required?: string[] };
	const via = {
		type: "object",
		properties: { provider: { type: "string" }, identity: { type: "string" } },
		minProperties: 1,
		maxProperties: 1,
	};
	return {
		...rest,
		properties: { kind: { const: kind }, ...(linked ? { via } : {}), ...properties },
		required: ["kind", ...(linked ? ["via"] : []), ...(required ?? [])],
	};
}

/** A map of entries: each is checked as its kind says; an entry that another file completes may lack its kind. */
function section(name: Section): Json {
	const kinds = Object.entries(SCHEMAS[name]);
	return {
		type: "object",
		additionalProperties: {
			type: "object",
			properties: { kind: { type: "string", examples: kinds.map(([kind]) => kind) } },
			allOf: kinds.map(([kind, schema]) => ({
				if: { properties: { kind: { const: kind } }, required: ["kind"] },
				// biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
				then: kindSchema(kind, schema, name !== "providers"),
			})),
		},
	};
}

export function editorSchema(): Json {
	return {
		$schema: "http://json-schema.org/draft-07/schema#",
		title: "atmos.yaml, the auth section",
		description: "Configuration of atmos-auth. Other sections belong to Atmos and are not checked here.",
		type: "object",
		properties: {
			auth: {
				type: "object",
				properties: {
					realm: {
						type: "string",
						pattern: "^[a-z0-9]+(?:[-_][a-z0-9]+)*$",
						maxLength: 64,
						description: "Namespace of the credential files; made from the configuration's folder if left out",
					},
					providers: section("providers"),
					identities: section("identities"),
					integrations: section("integrations"),
				},
			},
		},
	};
}
