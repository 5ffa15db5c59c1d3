import { describe, expect, test } from "vitest";
import type { SamlAssertion, SamlRole } from "../../../../src/auth/aws/credentials.ts";
import { Secret } from "../../../../src/auth/credentials.ts";
import type { Question } from "../../../../src/auth/interaction.ts";
import { RejectedCredentials } from "../../../../src/auth/rejected-credentials.ts";
import type { IamRole } from "../../../cloud/iam.ts";
import { type ResponseOptions, samlIssuer } from "../../../cloud/saml-issuer.ts";
import { roleScene } from "./role-run.ts";

const OKTA = "arn:aws:iam::123456789012:saml-provider/Okta";
const ENTRA = "arn:aws:iam::123456789012:saml-provider/Entra";
const arnOf = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const role = (name: string, providers = [OKTA], more: Partial<IamRole> = {}): IamRole => ({
	accountId: "123456789012",
	name,
	trust: { principals: [], federated: providers.map((provider) => ({ provider })) },
	...more,
});
const pair = (name: string, principalArn = OKTA): SamlRole => ({ roleArn: arnOf(name), principalArn });

// Making keys is slow.
const okta = samlIssuer(OKTA);
const stranger = samlIssuer(OKTA);

async function scene(roles: readonly IamRole[] = [role("Admin"), role("AdminReadOnly"), role("admin")]) {
	const set = await roleScene({
		roles: [...roles],
		samlProviders: [okta.provider, { ...okta.provider, arn: ENTRA }],
	});
	return {
		...set,
		assertion(
			offered: readonly SamlRole[],
			options: Partial<ResponseOptions> = {},
			more: Partial<SamlAssertion> = {},
			issuer = okta,
		): SamlAssertion {
			const values = offered.map(({ roleArn, principalArn }) => `${roleArn},${principalArn}`);
			const text = issuer.respond({ now: set.ctx.clock.now(), roles: values, ...options });
			return { type: "saml", assertion: new Secret(text), roles: offered, ...more };
		},
	};
}

describe("over a SAML assertion, a role", () => {
	test("is assumed without a signature, by the provider that offers it", async () => {
		const { assume, assertion, facts } = await scene();
		const given = assertion([pair("AdminReadOnly"), pair("Admin")], {}, { region: "eu-west-1", person: "ada" });
		const keys = await assume({ assume_role: arnOf("Admin") }, given);
		expect(keys).toMatchObject({
			roleArn: arnOf("Admin"),
			accountId: "123456789012",
			region: "eu-west-1",
			person: "ada",
		});
		expect(facts("sts:AssumeRoleWithSAML")).toEqual([
			{ role: arnOf("Admin"), provider: OKTA, subject: "ada@acme.example", session: "ada@acme.example" },
		]);
	});

	test("is the very one: case counts, and a part of a name is another name", async () => {
		const { refused, assertion, cloud } = await scene();
		const error = await refused({ assume_role: arnOf("Admin") }, assertion([pair("AdminReadOnly"), pair("admin")]));
		expect(error).toMatchObject({
			code: "denied",
			message: `the sign-in does not offer ${arnOf("Admin")}`,
			reason: expect.stringContaining("https://aws.amazon.com/SAML/Attributes/Role"),
			details: [arnOf("admin"), arnOf("AdminReadOnly")],
			candidates: [arnOf("admin"), arnOf("AdminReadOnly")],
			remedy: { say: expect.stringContaining('set `principal.assume_role` of "it"') },
		});
		expect(cloud.requests).toEqual([]);
	});

	test("that is left out is the only one that is offered", async () => {
		const { assume, refused, assertion } = await scene();
		expect(await assume({}, assertion([pair("Admin")]))).toMatchObject({ roleArn: arnOf("Admin") });
		expect((await refused({}, assertion([]))).message).toBe("the sign-in offers no role of AWS");
	});

	test("that is left out is chosen among several, or named in the configuration", async () => {
		const { assume, refused, assertion } = await scene();
		const several = [pair("Admin"), pair("AdminReadOnly")];
		const asked: Question[] = [];
		const keys = await assume({}, assertion(several), (question) => {
			asked.push(question);
			return question.type === "choice" ? (question.options[1]?.value ?? "") : "";
		});
		expect(keys.roleArn).toBe(arnOf("AdminReadOnly"));
		expect(asked).toMatchObject([
			{ type: "choice", options: [{ label: "Admin in 123456789012" }, { label: "AdminReadOnly in 123456789012" }] },
		]);
		expect(await refused({}, assertion(several))).toMatchObject({
			name: "PersonNeededError",
			candidates: [arnOf("Admin"), arnOf("AdminReadOnly")],
			remedy: { say: 'set `principal.assume_role` of "it" to one of them' },
		});
	});

	test("by two providers is chosen, or named in the configuration", async () => {
		const { assume, refused, assertion, facts } = await scene([role("Admin", [OKTA, ENTRA])]);
		const given = (): SamlAssertion => assertion([pair("Admin"), pair("Admin", ENTRA)]);
		const wanted = { assume_role: arnOf("Admin") };
		await assume(wanted, given(), (question) => {
			const options = question.type === "choice" ? question.options : [];
			expect(options.map(({ label }) => label)).toEqual([
				"Admin in 123456789012 (Okta)",
				"Admin in 123456789012 (Entra)",
			]);
			return options[1]?.value ?? "";
		});
		expect(await refused(wanted, given())).toMatchObject({
			candidates: [OKTA, ENTRA],
			remedy: { say: 'set `principal.saml_provider` of "it" to one of them' },
		});
		await assume({ ...wanted, saml_provider: OKTA }, given());
		expect(facts("sts:AssumeRoleWithSAML").map(({ provider }) => provider)).toEqual([ENTRA, OKTA]);
		expect(await refused({ ...wanted, saml_provider: `${OKTA}2` }, given())).toMatchObject({
			message: `the sign-in offers the role by another provider than ${OKTA}2`,
			candidates: [OKTA, ENTRA],
		});
	});

	test.each([
		["what is configured", { duration: "2h" }, 1800, "7200"],
		["what the identity provider says", {}, 1800, "1800"],
		["no less than AWS takes", {}, 60, "900"],
		["no more than AWS takes", {}, 90_000, "43200"],
		["an hour by itself", {}, undefined, undefined],
	])("lasts for %s", async (_, principal, seconds, duration) => {
		const { assume, assertion, facts } = await scene([role("Admin", [OKTA], { maxSessionSeconds: 43_200 })]);
		await assume({ assume_role: arnOf("Admin"), ...principal }, assertion([pair("Admin")], {}, { seconds }));
		expect(facts("sts:AssumeRoleWithSAML")[0]?.duration).toBe(duration);
	});

	test("ends at once when it is cancelled", async () => {
		const { assume, assertion, cloud } = await scene();
		cloud.script.always("sts:AssumeRoleWithSAML", { type: "hang" });
		const stop = new AbortController();
		const assumed = assume({}, assertion([pair("Admin")]), undefined, stop.signal);
		const reason = new Error("enough");
		stop.abort(reason);
		await expect(assumed).rejects.toBe(reason);
	});
});

describe("a refusal of a SAML assertion", () => {
	test("that is too old has another one asked for", async () => {
		const { refused, assertion, ctx } = await scene();
		const given = assertion([pair("Admin")], { now: ctx.clock.now() - 400_000, goodForSeconds: 3600 });
		const error = await refused({}, given);
		expect(error).toBeInstanceOf(RejectedCredentials);
		expect(error).toMatchObject({
			code: "expired",
			rejected: given,
			reason: "Token must be redeemed within 5 minutes of issuance",
			service: { operation: "sts:AssumeRoleWithSAML" },
		});
	});

	test("with another signature says whose metadata is to be renewed", async () => {
		const { refused, assertion } = await scene();
		expect(await refused({}, assertion([pair("Admin")], {}, {}, stranger))).toMatchObject({
			code: "denied",
			message: `AWS does not accept the signature of the assertion for ${OKTA}`,
			reason: "Response signature invalid",
			remedy: { say: expect.stringContaining("upload the current metadata") },
		});
	});

	test("by a provider that there is not says where it is named", async () => {
		const { refused, assertion } = await scene();
		const other = OKTA.replace("Okta", "Gone");
		expect(await refused({}, assertion([pair("Admin", other)]))).toMatchObject({
			message: `there is no SAML provider ${other}`,
			remedy: { say: expect.stringContaining("create it in account 123456789012") },
		});
	});

	test("for another audience says what to check", async () => {
		const { refused, assertion } = await scene();
		const error = await refused(
			{},
			assertion([pair("Admin")], { audience: "https://other.example" }, { person: "ada" }),
		);
		expect(error).toMatchObject({
			message: `AWS does not accept the assertion of ada, by ${OKTA}`,
			reason: "Response does not contain the required audience.",
		});
		expect(error.details).toHaveLength(3);
	});

	test("by the role's trust policy shows the statement that it needs", async () => {
		const { refused, assertion } = await scene([role("Admin", [ENTRA])]);
		const error = await refused({}, assertion([pair("Admin")]));
		expect(error).toMatchObject({
			code: "denied",
			message: `you, by ${OKTA}, may not assume ${arnOf("Admin")}`,
			service: { name: "AccessDenied", message: "Not authorized to perform sts:AssumeRoleWithSAML" },
		});
		const statement = JSON.parse(error.details.find((line) => line.trim().startsWith("{")) ?? "");
		expect(statement).toMatchObject({ Action: "sts:AssumeRoleWithSAML", Principal: { Federated: OKTA } });
	});

	test("of a session that is too long says who asked for it", async () => {
		const { refused, assertion } = await scene();
		expect(await refused({ duration: "2h" }, assertion([pair("Admin")]))).toMatchObject({
			code: "config",
			message: "Admin in account 123456789012 does not have sessions of 2h",
			details: [],
		});
		const error = await refused({}, assertion([pair("Admin")], {}, { seconds: 7200 }));
		expect(error).toMatchObject({ message: "Admin in account 123456789012 does not have sessions of 7200 s" });
		expect(error.details).toEqual([expect.stringContaining("SessionDuration")]);
	});

	test("has nothing of the assertion in it, nor in the log", async () => {
		const { refused, assertion, ctx } = await scene([role("Admin", [ENTRA])]);
		const given = assertion([pair("Admin")]);
		const error = await refused({}, given);
		expect(JSON.stringify([ctx.logged, { ...error, message: error.message }])).not.toContain(
			given.assertion.reveal().slice(0, 40),
		);
	});
});
