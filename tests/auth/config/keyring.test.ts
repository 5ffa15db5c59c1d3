import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeProblem } from "../../../src/auth/config/problems.ts";
import { UntrustedError } from "../../../src/auth/trust/untrusted-error.ts";
import { testContext } from "../../helpers/context.ts";
import { failure } from "../aws/identity-center/sign-in.ts";
import { project } from "./project.ts";

const yaml = (keyring: string): string =>
	`auth:\n  keyring: ${keyring}\n  identities:\n    ada: {kind: aws/user}\n    grace: {kind: aws/user, credentials: {region: us-east-1}}\n`;

/** @param env of the user */
function loaded(keyring: string, env: Record<string, string> = {}, more = "") {
	const p = project({ "atmos.yaml": yaml(keyring) + more });
	const own = { HOME: p.ctx.home, ATMOS_AUTH_TRUST: "", ...env };
	return { ctx: p.ctx, load: () => p.load({}, { env: own }) };
}

const problems = async (keyring: string): Promise<string[]> => {
	const { ctx, load } = loaded(keyring);
	return (await (await load()).check()).map((problem) => describeProblem(problem, { from: ctx.cwd }));
};

describe("auth.keyring", () => {
	test.each([
		["{type: memory}", {}, { type: "memory" }],
		["{type: file}", {}, { type: "file" }],
		["{type: file, spec: {path: ~/ring}}", {}, { type: "file", path: "~/ring" }],
		["{type: !env 'RING memory'}", {}, { type: "memory" }],
		["{type: memory}", { ATMOS_KEYRING_TYPE: "file" }, { type: "file" }],
		["null", {}, {}],
		// Of no use to another keyring.
		["{type: system, spec: {path: /etc/ring, password_env: LANG}}", {}, { type: "system" }],
		["{type: null, spec: null}", {}, {}],
	])("%s with %o is %o", async (keyring, env, settings) => {
		const { load } = loaded(keyring, env);
		expect(JSON.parse(JSON.stringify(await (await load()).keyring?.()))).toEqual(settings);
	});

	test("may be chosen by the configuration's own variables, but not placed by them", async () => {
		const { load } = loaded(
			"{}",
			{},
			"env: {ATMOS_KEYRING_TYPE: file, ATMOS_KEYRING_FILE_PATH: /etc/ring, ATMOS_KEYRING_PASSWORD: known to all}\n",
		);
		expect(JSON.parse(JSON.stringify(await (await load()).keyring?.()))).toEqual({ type: "file" });
	});

	test.each([
		["[]", "atmos.yaml:2:3: auth.keyring: expected a map with the keys of the keyring"],
		["{type: 3.5.1, spec: {path: []}}", "atmos.yaml:2:33: auth.keyring.spec.path: expected a folder"],
		[
			"{type: file, spec: {password_env: not a name}}",
			"atmos.yaml:2:32: auth.keyring.spec.password_env: expected the name of an environment variable",
		],
		[
			"{type: !exec 'echo file'}",
			"atmos.yaml:2:13: auth.keyring.type: no command is run for the keyring: write the value itself",
		],
		["{typ: file}", 'atmos.yaml:2:13: auth.keyring.typ: unknown key, did you mean "type"?'],
		[
			"{type: flie}",
			'atmos.yaml:2:13: auth.keyring.type: there is no such keyring; the system\'s is used (expected system, file, memory), did you mean "file"?',
		],
	])("%s is wrong, and it is said where", async (keyring, line) => {
		expect((await problems(keyring)).map((text) => text.replace(/^(?:error|warning): /, ""))).toContain(line);
	});

	test("may not be placed outside the home folder, nor opened by another variable, without a question", async () => {
		const elsewhere = testContext();
		const { load } = loaded(`{type: file, spec: {path: ${elsewhere.cwd}/ring, password_env: LANG}}`);
		const config = await load();
		const error = await failure<UntrustedError>(config.keyring?.() ?? Promise.resolve());
		expect(error).toBeInstanceOf(UntrustedError);
		const facts = await config.trust.pending([{ section: "identities", name: "ada" }]);
		expect(facts.map(({ kind, text, of, line }) => ({ kind, text, of, line }))).toEqual([
			{ kind: "write", text: join(elsewhere.cwd, "ring"), of: "auth.keyring.spec.path", line: 2 },
			{ kind: "password", text: "LANG", of: "auth.keyring.spec.password_env", line: 2 },
		]);
		expect(error.details.join("\n")).toContain("use: the variable LANG as the password of the keyring");
		expect((await config.trust.survey()).map(({ agreed }) => agreed)).toEqual([false, false]);
		await config.trust.answer(facts, true);
		expect(await config.keyring?.()).toMatchObject({ type: "file", passwordVariable: "LANG" });
	});

	test("needs no question in the home folder, under the usual variable", async () => {
		const { load } = loaded("{type: file, spec: {path: ~/ring, password_env: ATMOS_KEYRING_PASSWORD}}");
		const config = await load();
		expect(await config.trust.pending([{ section: "identities", name: "ada" }])).toEqual([]);
		expect(await config.keyring?.()).toMatchObject({ path: "~/ring" });
	});
});
