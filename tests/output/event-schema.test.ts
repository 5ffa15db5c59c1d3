import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventsSchema } from "../../scripts/events-schema.ts";

const root = join(import.meta.dirname, "../..");

test("the schema of the events is current: npm run schema", () => {
	const written = JSON.parse(readFileSync(join(root, "schema/events.schema.json"), "utf8"));
	expect(written).toEqual(JSON.parse(JSON.stringify(eventsSchema())));
});

test("what it is made from is never loaded by the program", () => {
	const importers = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter(
		(file) =>
			/\.tsx?$/.test(file) &&
			/^(?:import|export) (?!type\b)[^;]*"[^"]*\/event-schema\.ts"/m.test(
				readFileSync(join(root, "src", file), "utf8"),
			),
	);
	expect(importers).toEqual([]);
});
