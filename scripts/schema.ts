/** Writes schema/atmos-auth.schema.json, for editors, from the schemas of the kinds. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { editorSchema } from "./editor-schema.ts";

const file = join(dirname(dirname(fileURLToPath(import.meta.url))), "schema", "atmos-auth.schema.json");
writeFileSync(file, `${JSON.stringify(await editorSchema(), null, 2)}\n`);
