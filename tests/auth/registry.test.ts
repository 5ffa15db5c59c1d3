import { describe, expect, test } from "vitest";
import { examplesOf, type Shape, shapeAt } from "../../src/auth/config/schema/shape.ts";
import type { Run } from "../../src/auth/kinds.ts";
import { SECTIONS } from "../../src/auth/manifest.ts";
import {
	flowsOf,
	foreignKindsOf,
	identityKind,
	integrationKind,
	kindsOf,
	manifestOf,
	nameObjection,
	providerKind,
	schemaOf,
	standsAlone,
} from "../../src/auth/registry.ts";

const load = { providers: providerKind, identities: identityKind, integrations: integrationKind };

describe.each(SECTIONS)("%s", (section) => {
	test.each(kindsOf(section))("%s loads as what it is registered as, with a schema", async (kind) => {
		expect(await load[section](kind)).toMatchObject({ kind });
		expect(await schemaOf(section, kind)).toMatchObject({ type: "object" });
		expect(manifestOf(section, kind)?.via).not.toEqual([]);
	});

	test("what this version has is not among Atmos's other kinds", () => {
		expect(foreignKindsOf(section).filter((kind) => kindsOf(section).includes(kind))).toEqual([]);
	});

	test.each(["aws/ECR", "AWS/iam-identity-center", "constructor", ""])("%j is unknown", async (kind) => {
		expect(await load[section](kind)).toBeUndefined();
		expect(await schemaOf(section, kind)).toBeUndefined();
	});
});

test.each([
	["aws/permission-set", false],
	["aws/user", true],
	["aws/assume-role", false],
	["aws/ambient", true],
	["toString", false],
])("%s begins a chain by itself: %s", (kind, alone) => {
	expect(standsAlone(kind)).toBe(alone);
});

test.each([
	["aws/permission-set", "a\nb", "the name contains control characters, so it cannot name an AWS profile"],
	["aws/permission-set", " ", "the name is empty, so it cannot name an AWS profile"],
	// Of a kind that is not known, it is not known what its name becomes.
	[undefined, " ", "the name is empty, so it cannot name an AWS profile"],
	["aws/permission-set", "a;b", undefined],
])("of an identity of kind %s, the name %j is objected to: %s", (kind, name, objection) => {
	expect(nameObjection(kind, name)).toBe(objection);
});

const session = {
	type: "sso",
	accessToken: undefined as never,
	expiresAt: 0,
	region: "",
	startUrl: "",
	origin: "cache",
} as const;

test("an integration refuses credentials of a type that it does not take", async () => {
	const ecr = await integrationKind("aws/ecr");
	const integration = { name: "ecr", key: "ecr", kind: "aws/ecr", file: "", via: {}, config: {} };
	for (const step of ["current", "execute"] as const) {
		await expect(ecr?.[step](integration, undefined, session, {} as never)).rejects.toMatchObject({
			code: "config",
			message: "this integration needs the credentials of an AWS identity",
		});
	}
});

test("an identity is not taken for one of another kind", async () => {
	const permissionSet = await identityKind("aws/permission-set");
	const identity = { name: "a", key: "a", kind: "aws/user", file: "", via: {}, config: {} };
	const root = { ...identity, kind: "aws/iam-identity-center" };
	await expect(permissionSet?.authenticate(identity, session, root, {} as Run)).rejects.toMatchObject({ code: "bug" });
});

test.each(SECTIONS)("the ways in of %s are those that `spec.flow` chooses from", async (section) => {
	for (const kind of kindsOf(section)) {
		const shape = shapeAt((await schemaOf(section, kind)) as Shape, ["spec", "flow"]);
		expect([kind, new Set(examplesOf(shape))]).toEqual([kind, new Set(flowsOf(section, kind))]);
	}
});
