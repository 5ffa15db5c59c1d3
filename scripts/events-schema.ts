/** The JSON schema of the events, made from the schemas that their types are derived from. */
import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { commandEvents, loginEvents, shared } from "../src/output/event-schema.ts";

export function eventsSchema(): object {
	const events = [...loginEvents, ...commandEvents].map((schema) => [schema.entries.type.literal, schema] as const);
	const definitions: Readonly<Record<string, GenericSchema>> = { ...shared, ...Object.fromEntries(events) };
	return {
		$schema: "https://json-schema.org/draft/2020-12/schema",
		$id: "urn:atmos-auth:events:1",
		title: "Events of atmos-auth with --json",
		description:
			"One object per line on standard output. Fields may be added within a version; readers ignore what they do not know.",
		oneOf: events.map(([type]) => ({ $ref: `#/$defs/${type}` })),
		$defs: toJsonSchemaDefs(definitions, { target: "draft-2020-12" }),
	};
}
