import { describe, expect, test } from "vitest";
import { commandFor, signInCommand } from "../../src/auth/sign-in-command.ts";

const ctx = { env: {}, cwd: "/home/ada/project" };

describe("the command that signs in", () => {
	test.each([
		["identity", "my dev's", ["my dev's"]],
		["identity", "-dev", ["--identity=-dev"]],
		["identity", "-my dev", ["--identity=-my dev"]],
		["provider", "company sso", ["--provider=company sso"]],
	] as const)("to the %s %j is words as they are", (type, name, words) => {
		expect(commandFor(ctx, { profiles: [] }, { type, name })).toEqual(["atmos-auth", "login", ...words]);
	});

	test("chooses the same configuration again", () => {
		const elsewhere = { ...ctx, env: { ATMOS_CLI_CONFIG_PATH: "/srv/my project" } };
		expect(commandFor(elsewhere, { profiles: ["dev", "it's"] }, { type: "identity", name: "x" })).toEqual([
			...["atmos-auth", "login", "x", "--profile", "dev", "--profile", "it's", "--chdir", "/srv/my project"],
		]);
	});

	test("holds nothing that a terminal would act on", () => {
		const words = commandFor(ctx, { profiles: [] }, { type: "identity", name: "a\u001b[2Jb" });
		expect(words.join(" ")).not.toContain("\u001b");
	});

	test("renews what is still good where that is asked for", () => {
		expect(signInCommand({})).toEqual(["atmos-auth", "login"]);
		expect(signInCommand({ signInCommand: ["atmos-auth", "login", "my dev's"] }, { force: true })).toEqual([
			...["atmos-auth", "login", "my dev's", "--force"],
		]);
	});
});
