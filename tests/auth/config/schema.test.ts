import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { CORE_SCHEMA, load } from "js-yaml";
import * as v from "valibot";
import { expect, test } from "vitest";
import { editorSchema } from "../../../scripts/editor-schema.ts";
import { kindsReference } from "../../../scripts/kinds-reference.ts";
import { about, endpointMark } from "../../../src/auth/config/schema/common.ts";
import { examplesOf, marksOf } from "../../../src/auth/config/schema/shape.ts";
import { SECTIONS } from "../../../src/auth/manifest.ts";
import { kindsOf } from "../../../src/auth/registry.ts";

const read = (path: string): string =>
	readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8");

test("the schema for editors is current: npm run schema", async () => {
	expect(JSON.parse(read("schema/atmos-auth.schema.json"))).toEqual(JSON.parse(JSON.stringify(await editorSchema())));
});

test("the reference of kinds is current: npm run schema", async () => {
	expect(read("docs/kinds.md")).toBe(await kindsReference(read("README.md")));
});

test("the reference has an example of each kind, and the schema for editors accepts all of them", async () => {
	const validate = new Ajv({ strict: false }).compile(await editorSchema());
	const blocks = Array.from(read("docs/kinds.md").matchAll(/^```yaml\n(.*?)^```$/gms), ([, block]) => block as string);
	const kinds = SECTIONS.flatMap((section) => kindsOf(section));
	expect(blocks.map((block) => /^ +kind: (.*)$/m.exec(block)?.[1])).toEqual(kinds);
	for (const block of blocks) {
		// To editors a function may be its argument alone.
		const example = load(block.replaceAll("!env ", ""), { schema: CORE_SCHEMA });
		expect(validate(example), `${block}${JSON.stringify(validate.errors)}`).toBe(true);
	}
});

test("what is said of a key takes no mark and no example away from it", () => {
	const marked = about(v.pipe(v.string(), v.examples(["a"]), endpointMark()), "An address");
	const schema = v.object({ required: marked, optional: about(v.optional(marked), "Another") });
	expect(marksOf(schema).map(({ path }) => path)).toEqual([["required"], ["optional"]]);
	expect(examplesOf(schema.entries.required)).toEqual(["a"]);
	expect(examplesOf(schema.entries.optional)).toEqual(["a"]);
});

test("it accepts the demo's configuration and refuses a misspelt one", async () => {
	const validate = new Ajv({ strict: false }).compile(await editorSchema());
	const good = load(read("demo/project/atmos.yaml").replaceAll("!env ", ""));
	expect(validate(good), JSON.stringify(validate.errors)).toBe(true);
	const bad = structuredClone(good) as { auth: { providers: Record<string, { region?: string }> } };
	delete bad.auth.providers["company-sso"]?.region;
	expect(validate(bad)).toBe(false);
});

const entry = (text: string): unknown => load(`auth:\n  identities:\n    a: ${text}\n`, { schema: CORE_SCHEMA });
const ecr = (text: string): unknown => load(`auth:\n  integrations:\n    a: ${text}\n`, { schema: CORE_SCHEMA });
const principal = (account: string): unknown =>
	entry(`{kind: aws/permission-set, via: {provider: p}, principal: {name: x, account: ${account}}}`);

test.each([
	["a bare account id", principal("{id: 012345678901}")],
	["a function, as editors see it", principal("{id: ACCOUNT_ID 123}")],
	["a function with its tag", principal('{id: "!exec get-account"}')],
	["an included entry", entry("shared/dev.yaml")],
	["an entry that another file completes", entry("{default: true}")],
	[
		"a role",
		entry(
			"{kind: aws/assume-role, via: {identity: p}, principal: {assume_role: arn:aws:iam::123456789012:role/x, duration: 3600}}",
		),
	],
	["a user", entry("{kind: aws/user, credentials: {access_key_id: KEY, secret_access_key: SECRET}}")],
	["a kind of Atmos's own", entry("{kind: azure/subscription, via: {provider: p}, principal: {subscription_id: x}}")],
	["nothing yet", load("auth:\n  providers:\n  identities:\n", { schema: CORE_SCHEMA })],
	["other sections", load("components: {terraform: {base_path: x}}\n", { schema: CORE_SCHEMA })],
	[
		"a mode in octal",
		ecr(
			"{kind: aws/eks, via: {identity: a}, spec: {cluster: {name: c, region: us-east-2, kubeconfig: {mode: 0600, update: merge}}}}",
		),
	],
])("it accepts %s", async (_, value) => {
	const validate = new Ajv({ strict: false }).compile(await editorSchema());
	expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
});

test.each([
	["a misspelt key", principal("{id: 012345678901}, nmae: x")],
	[
		"a misspelt key of the entry",
		entry("{kind: aws/permission-set, vai: {provider: p}, principal: {name: x, account: {id: 1}}}"),
	],
	[
		"both links",
		entry("{kind: aws/permission-set, via: {provider: p, identity: i}, principal: {name: x, account: {id: 1}}}"),
	],
	["a link of a kind that begins a chain", entry("{kind: aws/user, via: {provider: p}}")],
	["a role that is none", entry("{kind: aws/assume-role, via: {identity: p}, principal: {assume_role: x}}")],
	["a short account id in quotes", principal('{id: "1234"}')],
	["no region", ecr("{kind: aws/ecr, via: {identity: a}, spec: {registry: {account_id: 012345678901}}}")],
	[
		"a misspelt region",
		ecr("{kind: aws/ecr, via: {identity: a}, spec: {registry: {account_id: 012345678901, region: us-east1}}}"),
	],
	[
		"a misspelt choice",
		ecr("{kind: aws/eks, via: {identity: a}, spec: {auto_provision: ture, cluster: {name: c, region: us-east-2}}}"),
	],
])("it refuses %s", async (_, value) => {
	expect(new Ajv({ strict: false }).compile(await editorSchema())(value)).toBe(false);
});
