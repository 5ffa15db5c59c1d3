import { describe, expect, test } from "vitest";
import type { IdentitySummary } from "../../src/auth/config/model.ts";
import { type Selection, type SelectionInput, selectIdentity } from "../../src/flows/select-identity.ts";

type Row = Partial<IdentitySummary> & { readonly name: string };

function identity(row: Row): IdentitySummary {
	return {
		key: row.name.toLowerCase(),
		kind: "aws/permission-set",
		via: { provider: "sso" },
		isDefault: false,
		tags: [],
		...row,
	};
}

const THREE: readonly Row[] = [
	{ name: "Dev.Admin", tags: ["dev", "Admin"] },
	{ name: "prod/admin", tags: ["prod", "admin"] },
	{ name: "prod-readonly", tags: ["prod"] },
];
const ONE_DEFAULT = THREE.map((row, index) => ({ ...row, isDefault: index === 1 }));
const TWO_DEFAULTS = THREE.map((row, index) => ({ ...row, isDefault: index > 0 }));
const SSO = ["sso"];
const TWO_PROVIDERS = ["Sso-A", "sso-b"];

interface Case {
	readonly title: string;
	readonly flags?: SelectionInput["flags"];
	readonly env?: SelectionInput["env"];
	readonly identities?: readonly Row[];
	readonly providers?: readonly string[];
	readonly interactive?: boolean;
	/** `identity NAME`, `provider NAME`, `pick identities REASON: keys`, or the error's message. */
	readonly is: string;
}

const select = (given: Case): Selection =>
	selectIdentity({
		flags: given.flags ?? {},
		env: given.env ?? {},
		identities: (given.identities ?? THREE).map(identity),
		providers: (given.providers ?? SSO).map((name) => ({
			name,
			key: name.toLowerCase(),
			kind: "aws/iam-identity-center",
		})),
		interactive: given.interactive ?? false,
	});

function told(selection: Selection): string {
	switch (selection.type) {
		case "pick":
			return `pick ${selection.of} ${selection.reason}: ${selection.keys.join(" ")}`;
		case "error":
			return selection.error.message;
		case "several":
			return `several ${selection.identities.map(({ name }) => name).join(" ")}`;
		default:
			return `${selection.type} ${selection.name}`;
	}
}

const CASES: readonly Case[] = [
	// 1. --provider
	{ title: "--provider", flags: { provider: "sso" }, is: "provider sso" },
	{ title: "--provider in other case", flags: { provider: "SSO-a" }, providers: TWO_PROVIDERS, is: "provider Sso-A" },
	{
		title: "--provider before a default and the environment's identity",
		flags: { provider: "sso" },
		env: { ATMOS_IDENTITY: "Dev.Admin" },
		identities: ONE_DEFAULT,
		is: "provider sso",
	},
	...(["identity", "positional"] as const).map((place) => ({
		title: `--provider and a name (${place})`,
		flags: { provider: "sso", [place]: place === "identity" ? "Dev.Admin" : ["Dev.Admin"] },
		is: 'the identity "Dev.Admin" and the provider "sso" cannot be used together',
	})),
	{
		title: "--provider and the menu of identities",
		flags: { provider: "sso", ask: true },
		interactive: true,
		is: '--identity and the provider "sso" cannot be used together',
	},
	{
		title: "--provider and --tags",
		flags: { provider: "sso", tags: ["dev"] },
		is: 'the provider "sso" and --tags cannot be used together',
	},
	{
		title: "a name and --tags",
		flags: { positional: ["Dev.Admin"], tags: ["dev"] },
		is: 'the identity "Dev.Admin" and --tags cannot be used together',
	},
	{
		title: "--provider that there is not",
		flags: { provider: "azure" },
		is: 'no provider is called "azure"',
	},
	{ title: "ATMOS_PROVIDER", env: { ATMOS_PROVIDER: "sso", ATMOS_IDENTITY: "prod-readonly" }, is: "provider sso" },
	{
		title: "ATMOS_PROVIDER that there is not",
		env: { ATMOS_PROVIDER: "azure" },
		is: 'no provider is called "azure" (from ATMOS_PROVIDER)',
	},
	{
		title: "a typed identity before ATMOS_PROVIDER",
		flags: { positional: ["prod-readonly"] },
		env: { ATMOS_PROVIDER: "sso" },
		is: "identity prod-readonly",
	},
	{
		title: "a typed -i before ATMOS_PROVIDER",
		flags: { ask: true },
		env: { ATMOS_PROVIDER: "sso" },
		interactive: true,
		is: "pick identities requested: dev.admin prod/admin prod-readonly",
	},
	{ title: "an empty ATMOS_PROVIDER", env: { ATMOS_PROVIDER: "" }, identities: ONE_DEFAULT, is: "identity prod/admin" },

	// 2. a name
	{ title: "--identity", flags: { identity: "prod-readonly" }, identities: ONE_DEFAULT, is: "identity prod-readonly" },
	{ title: "--identity in other case", flags: { identity: "DEV.ADMIN" }, is: "identity Dev.Admin" },
	{ title: "the argument", flags: { positional: ["prod/Admin"] }, is: "identity prod/admin" },
	{
		title: "the flag and the argument that agree",
		flags: { identity: "dev.admin", positional: ["Dev.Admin"] },
		is: "identity Dev.Admin",
	},
	{
		title: "the flag and the argument that do not",
		flags: { identity: "dev.admin", positional: ["prod/admin"] },
		is: 'two identities were given: "dev.admin" and "prod/admin"',
	},
	{
		title: "the flag before the environment",
		flags: { identity: "dev.admin" },
		env: { ATMOS_IDENTITY: "prod/admin", IDENTITY: "prod-readonly" },
		is: "identity Dev.Admin",
	},
	{
		title: "ATMOS_IDENTITY before IDENTITY",
		env: { ATMOS_IDENTITY: "prod/admin", IDENTITY: "prod-readonly" },
		is: "identity prod/admin",
	},
	{
		title: "IDENTITY where ATMOS_IDENTITY is empty",
		env: { ATMOS_IDENTITY: "", IDENTITY: "prod-readonly" },
		is: "identity prod-readonly",
	},
	{
		title: "IDENTITY before a default",
		env: { IDENTITY: "dev.admin" },
		identities: ONE_DEFAULT,
		is: "identity Dev.Admin",
	},
	{
		title: "ATMOS_IDENTITY before tags",
		flags: { tags: ["dev"] },
		env: { ATMOS_IDENTITY: "prod/admin" },
		is: "identity prod/admin",
	},
	{ title: "an unknown name", flags: { identity: "staging" }, is: 'no identity is called "staging"' },
	{
		title: "an unknown name in the environment",
		env: { IDENTITY: "staging" },
		is: 'no identity is called "staging" (from IDENTITY)',
	},
	{
		title: "an unknown name on a terminal",
		flags: { positional: ["x"] },
		interactive: true,
		is: 'no identity is called "x"',
	},
	{ title: "an empty name", flags: { positional: [""] }, is: "the identity's name is empty" },
	{
		title: "a name where there are no identities",
		flags: { identity: "dev" },
		identities: [],
		is: 'no identity is called "dev"',
	},
	{ title: "a name with control characters", flags: { identity: "a\u001b[31mb" }, is: 'no identity is called "ab"' },

	// 3. --identity without a value
	{
		title: "-i on a terminal",
		flags: { ask: true },
		identities: ONE_DEFAULT,
		interactive: true,
		is: "pick identities requested: dev.admin prod/admin prod-readonly",
	},
	{
		title: "-i before the environment",
		flags: { ask: true },
		env: { ATMOS_IDENTITY: "prod/admin" },
		interactive: true,
		is: "pick identities requested: dev.admin prod/admin prod-readonly",
	},
	{
		title: "-i with tags",
		flags: { ask: true, tags: ["dev"] },
		interactive: true,
		is: "pick identities requested: dev.admin prod/admin prod-readonly",
	},
	{
		title: "-i without a terminal",
		flags: { ask: true },
		identities: ONE_DEFAULT,
		is: "choosing an identity needs a terminal",
	},
	{ title: "-i without identities", flags: { ask: true }, identities: [], interactive: true, is: "provider sso" },

	// 4. tags
	{ title: "a tag of one", flags: { tags: ["dev"] }, is: "identity Dev.Admin" },
	{ title: "a tag in other case", flags: { tags: ["DEV"] }, is: "identity Dev.Admin" },
	{ title: "a tag before a default", flags: { tags: ["dev"] }, identities: ONE_DEFAULT, is: "identity Dev.Admin" },
	{
		title: "any of several tags",
		flags: { tags: ["dev", "prod"] },
		interactive: true,
		is: "pick identities tags: dev.admin prod/admin prod-readonly",
	},
	{
		title: "a tag of several",
		flags: { tags: ["admin"] },
		interactive: true,
		is: "pick identities tags: dev.admin prod/admin",
	},
	{
		title: "a tag of several without a terminal",
		flags: { tags: ["admin"] },
		is: "several identities have these tags, and a menu needs a terminal",
	},
	{ title: "a tag of none", flags: { tags: ["qa"] }, is: 'no identity has the tag "qa"' },
	{ title: "tags of none", flags: { tags: ["qa", "uat"] }, is: 'no identity has the tags "qa", "uat"' },
	{
		title: "a tag where there are no identities",
		flags: { tags: ["qa"] },
		identities: [],
		is: 'no identity has the tag "qa"',
	},
	{ title: "ATMOS_TAGS", env: { ATMOS_TAGS: " qa, dev " }, is: "identity Dev.Admin" },
	{ title: "--tags before ATMOS_TAGS", flags: { tags: ["dev"] }, env: { ATMOS_TAGS: "qa" }, is: "identity Dev.Admin" },

	// 5. one default
	{ title: "one default", identities: ONE_DEFAULT, is: "identity prod/admin" },
	{ title: "one default on a terminal", identities: ONE_DEFAULT, interactive: true, is: "identity prod/admin" },

	// 6. no default, several
	{
		title: "no default on a terminal",
		interactive: true,
		is: "pick identities no-default: dev.admin prod/admin prod-readonly",
	},
	{ title: "no default without a terminal", is: "no identity is the default" },
	{ title: "one identity that is not the default", identities: [{ name: "only" }], is: "no identity is the default" },
	{
		title: "several defaults on a terminal",
		identities: TWO_DEFAULTS,
		interactive: true,
		is: "pick identities several-defaults: prod/admin prod-readonly",
	},
	{ title: "several defaults without a terminal", identities: TWO_DEFAULTS, is: "several identities are the default" },

	// 7. no identities
	{ title: "one provider", identities: [], is: "provider sso" },
	{
		title: "several providers on a terminal",
		identities: [],
		providers: TWO_PROVIDERS,
		interactive: true,
		is: "pick providers no-identities: sso-a sso-b",
	},
	{
		title: "several providers without a terminal",
		identities: [],
		providers: TWO_PROVIDERS,
		is: "no identities are configured, and there are several providers",
	},
	{
		title: "nothing at all",
		identities: [],
		providers: [],
		interactive: true,
		is: "there is nothing to sign in to: no auth.providers and no auth.identities are configured",
	},
];

describe("which identity is used", () => {
	test.each(CASES)("$title", (given) => {
		expect(told(select(given))).toBe(given.is);
	});

	test("an error names the identities and the three ways out", () => {
		const selection = select({ title: "", is: "" });
		expect(selection).toMatchObject({
			type: "error",
			error: {
				code: "usage",
				details: ["identities:", "  Dev.Admin", "  prod/admin", "  prod-readonly"],
				remedy: expect.stringMatching(/default: true.*--identity.*ATMOS_IDENTITY/),
			},
		});
	});

	test("several defaults are named, and only they", () => {
		const selection = select({ title: "", identities: TWO_DEFAULTS, is: "" });
		expect(selection).toMatchObject({ error: { details: ["defaults:", "  prod/admin", "  prod-readonly"] } });
	});

	test("near names are offered for an unknown one", () => {
		const selection = select({ title: "", flags: { identity: "dev-admin" }, is: "" });
		expect(selection).toMatchObject({
			error: { code: "usage", reason: 'did you mean "Dev.Admin"?', remedy: "atmos-auth login --identity Dev.Admin" },
		});
	});

	test("tags that there are, are listed for ones that there are not", () => {
		const selection = select({ title: "", flags: { tags: ["qa"] }, is: "" });
		expect(selection).toMatchObject({ error: { details: ["tags: Admin, admin, dev, prod"] } });
	});

	test("a long list is cut and counted", () => {
		const many = Array.from({ length: 3000 }, (_, index) => ({ name: `id-${index}` }));
		const selection = select({ title: "", identities: many, is: "" });
		const details = selection.type === "error" ? selection.error.details : [];
		expect(details).toHaveLength(32);
		expect(details?.at(-1)).toBe("  … and 2970 more");
	});
});
