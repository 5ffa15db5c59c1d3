/**
 * Writes schema/: for editors, from the schemas of the kinds; for readers of events, from those of the events. And
 * docs/kinds.md, for people, from the same as the first.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { editorSchema } from "./editor-schema.ts";
import { eventsSchema } from "./events-schema.ts";
import { kindsReference } from "./kinds-reference.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const write = (name: string, schema: object, indent: string | number): void =>
	writeFileSync(join(root, "schema", name), `${JSON.stringify(schema, null, indent)}\n`);

write("atmos-auth.schema.json", await editorSchema(), 2);
write("events.schema.json", eventsSchema(), "\t");
writeFileSync(join(root, "docs", "kinds.md"), await kindsReference(readFileSync(join(root, "README.md"), "utf8")));
