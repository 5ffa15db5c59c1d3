import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { CORE_SCHEMA, load } from "js-yaml";
import { expect, test } from "vitest";
import { editorSchema } from "../../../scripts/editor-schema.ts";

const read = (path: string): string =>
	readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8");

test("the schema for editors is current: npm run schema", async () => {
	expect(JSON.parse(read("schema/atmos-auth.schema.json"))).toEqual(JSON.parse(JSON.stringify(await editorSchema())));
});

test("it accepts the demo's configuration and refuses a misspelt one", async () => {
	const validate = new Ajv({ strict: false }).compile(await editorSchema());
	const good = load(read("demo/project/atmos.yaml"));
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
