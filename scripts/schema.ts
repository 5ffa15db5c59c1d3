/** Writes schema/: for editors, from the schemas of the kinds; for readers of events, from those of the events. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { editorSchema } from "./editor-schema.ts";
import { eventsSchema } from "./events-schema.ts";

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), "schema");
const write = (name: string, schema: object, indent: string | number): void =>
	writeFileSync(join(folder, name), `${JSON.stringify(schema, null, indent)}\n`);

write("atmos-auth.schema.json", await editorSchema(), 2);
write("events.schema.json", eventsSchema(), "\t");
