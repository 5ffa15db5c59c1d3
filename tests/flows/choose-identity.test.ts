import { describe, expect, test } from "vitest";
import type { AuthConfig } from "../../src/auth/config/model.ts";
import { chooseIdentity } from "../../src/flows/choose-identity.ts";
import { testContext } from "../helpers/context.ts";

/** A configuration of these identities; `*` marks a default, what follows `#` is a tag. */
function choose(names: string, env: Readonly<Record<string, string>>, flag?: string, configEnv?: typeof env): string {
	const identities = names
		.split(" ")
		.filter((name) => name !== "")
		.map((text) => {
			const [name = "", ...tags] = text.replace("*", "").split("#");
			return { name, key: name, kind: "aws/permission-set", isDefault: text.includes("*"), tags };
		});
	const config = { identities: () => identities, env: configEnv && { ...configEnv, ...env } };
	try {
		return chooseIdentity(config as unknown as AuthConfig, { ...testContext(), env }, flag);
	} catch (error) {
		return (error as Error).message;
	}
}

describe("the identity of a command that cannot ask", () => {
	test.each([
		["a b*", {}, undefined, "b"],
		["a b*", {}, "a", "a"],
		["a b*", {}, "A", "a"],
		["a b*", { ATMOS_IDENTITY: "a" }, undefined, "a"],
		["a b*", { IDENTITY: "a" }, undefined, "a"],
		["a b*", { ATMOS_IDENTITY: "a" }, "b", "b"],
		["a#dev b*", { ATMOS_TAGS: "dev" }, undefined, "a"],
		["a b*", { ATMOS_PROVIDER: "sso" }, undefined, "b"],
		["a b", {}, undefined, "no identity is the default"],
		["a* b*", {}, undefined, "several identities are the default"],
		["a", { ATMOS_IDENTITY: "x" }, undefined, 'no identity is called "x" (from ATMOS_IDENTITY)'],
		["", {}, undefined, "no identities are configured"],
	] as const)("%s with %j and %s: %s", (names, env, flag, expected) => {
		expect(choose(names, env, flag)).toBe(expected);
	});

	test("may be named in the configuration's env:", () => {
		expect(choose("a b*", {}, undefined, { ATMOS_IDENTITY: "a" })).toBe("a");
	});
});
