import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { editorSchema } from "../../../scripts/editor-schema.ts";

const read = (path: string): string =>
	readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8");

test("the schema for editors is current: npm run schema", () => {
	expect(JSON.parse(read("schema/atmos-auth.schema.json"))).toEqual(JSON.parse(JSON.stringify(editorSchema())));
});

test("it accepts the demo's configuration and refuses a misspelt one", () => {
	const validate = new Ajv({ strict: false }).compile(editorSchema());
	const good = load(read("demo/project/atmos.yaml"));
	expect(validate(good), JSON.stringify(validate.errors)).toBe(true);
	const bad = structuredClone(good) as { auth: { providers: Record<string, { region?: string }> } };
	delete bad.auth.providers["company-sso"]?.region;
	expect(validate(bad)).toBe(false);
});
