/** The JSON schema of the auth section of an atmos.yaml, made from the schemas that the program itself checks with. */
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { keyringSchema } from "../src/auth/config/keyring.ts";
import type { Link, Section } from "../src/auth/manifest.ts";
import { kindsOf, manifestOf, schemaOf } from "../src/auth/registry.ts";

type Json = { [key: string]: unknown };

/**
 * What an editor sees of a YAML function: its argument alone, or with the tag before it. Only `!env` can be told from a
 * value that is wrong; the others are accepted where they come with their tag.
 */
const FUNCTION = "^!|^[A-Z_][A-Z0-9_]*(?:\\s|$)";

/**
 * What a person may write is wider than what a schema of JSON would say: scalars may be unquoted, and any value may be a
 * YAML function. Keys, though, are the ones that there are.
 */
function relax(node: unknown): unknown {
	if (Array.isArray(node)) return node.map(relax);
	if (typeof node !== "object" || node === null) return node;
	const { $schema: _, additionalProperties: __, description, ...rest } = node as Json;
	const relaxed = relaxValue(rest);
	// What it is for is said once, whatever may stand there.
	return description === undefined ? relaxed : { ...relaxed, description };
}

function relaxValue(node: Json): Json {
	const relaxed: Json = Object.fromEntries(
		Object.entries(node).map(([key, value]) => [key, key === "properties" ? relaxEach(value as Json) : relax(value)]),
	);
	if (relaxed.enum !== undefined) return { anyOf: [{ enum: relaxed.enum }, { type: "string", pattern: FUNCTION }] };
	if (relaxed.type === "string") relaxed.type = ["string", "number"];
	if (typeof relaxed.pattern === "string") relaxed.pattern = `${relaxed.pattern}|${FUNCTION}`;
	if (relaxed.type === "array") return { anyOf: [relaxed, { type: "string" }] };
	if (relaxed.type !== "object" || Object.keys((relaxed.properties ?? {}) as Json).length === 0) return relaxed;
	return {
		anyOf: [
			{ ...relaxed, additionalProperties: false },
			{ type: "string", pattern: FUNCTION },
		],
	};
}

const relaxEach = (properties: Json): Json =>
	Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, relax(value)]));

function kindSchema(kind: string, schema: GenericSchema<unknown, unknown>, links: readonly Link[]): Json {
	const { properties, required, description } = toJsonSchema(schema, {
		typeMode: "input",
		errorMode: "ignore",
		// What it says is for src/auth/trust, not for editors.
		ignoreActions: ["metadata"],
	});
	const named = links.filter((link) => link !== "none");
	const via = {
		type: "object",
		properties: Object.fromEntries(named.map((link) => [link, { type: "string" }])),
		additionalProperties: false,
		minProperties: 1,
		maxProperties: 1,
	};
	return {
		type: "object",
		properties: {
			kind: { const: kind, ...(description === undefined ? {} : { description }) },
			...(named.length > 0 ? { via } : {}),
			...relaxEach((properties ?? {}) as Json),
		},
		required: ["kind", ...(links.includes("none") ? [] : ["via"]), ...(required ?? [])],
		additionalProperties: false,
	};
}

/** A map, a function that yields one (such as `!include`), or nothing. */
const OR_FUNCTION = ["object", "string", "null"];

/** A map of entries: each is checked as its kind says; an entry that another file completes may lack its kind. */
async function section(name: Section): Promise<Json> {
	const kinds = kindsOf(name);
	const schemas = await Promise.all(
		kinds.map(async (kind) => {
			const schema = await schemaOf(name, kind);
			if (schema === undefined) throw new Error(`${kind} has no schema`);
			return { kind, schema, links: manifestOf(name, kind)?.via ?? [] };
		}),
	);
	return {
		type: OR_FUNCTION,
		additionalProperties: {
			type: OR_FUNCTION,
			properties: { kind: { type: "string", examples: kinds } },
			allOf: schemas.map(({ kind, schema, links }) => ({
				if: { type: "object", properties: { kind: { const: kind } }, required: ["kind"] },
				// biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
				then: kindSchema(kind, schema, links),
			})),
		},
	};
}

function keyring(): Json {
	const { properties } = toJsonSchema(keyringSchema, {
		typeMode: "input",
		errorMode: "ignore",
		ignoreActions: ["metadata"],
	});
	return { type: OR_FUNCTION, properties: relaxEach((properties ?? {}) as Json), additionalProperties: false };
}

export async function editorSchema(): Promise<Json> {
	return {
		$schema: "http://json-schema.org/draft-07/schema#",
		title: "atmos.yaml, the auth section",
		description: "Configuration of atmos-auth. Other sections belong to Atmos and are not checked here.",
		type: "object",
		properties: {
			auth: {
				type: OR_FUNCTION,
				properties: {
					realm: {
						type: "string",
						pattern: "^[a-z0-9]+(?:[-_][a-z0-9]+)*$",
						maxLength: 64,
						description: "Namespace of the credential files; made from the configuration's folder if left out",
					},
					keyring: keyring(),
					providers: await section("providers"),
					identities: await section("identities"),
					integrations: await section("integrations"),
				},
			},
		},
	};
}
