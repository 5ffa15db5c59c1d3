import { describe, expect, test } from "vitest";
import type { AwsCredentials } from "../../../../src/auth/aws/credentials.ts";
import { Secret } from "../../../../src/auth/credentials.ts";
import type { Question } from "../../../../src/auth/interaction.ts";
import { DEVICE } from "../chains.ts";
import { roleScene } from "./role-run.ts";

const GLASS = "arn:aws:iam::123456789012:role/BreakGlass";
const PRINCIPAL = { assume_role: GLASS, mfa_arn: DEVICE };

async function scene() {
	const set = await roleScene();
	const [user] = set.cloud.world.users ?? [];
	const ada: AwsCredentials = {
		type: "aws",
		accessKeyId: user?.accessKeyId ?? "",
		secretAccessKey: new Secret(user?.secretAccessKey ?? ""),
	};
	return { ...set, ada };
}

describe("a role that asks for MFA", () => {
	test("is assumed with the code that the device shows", async () => {
		const { assume, ada, cloud, facts } = await scene();
		const asked: Question[] = [];
		const keys = await assume(PRINCIPAL, ada, (question) => {
			asked.push(question);
			return ` ${cloud.mfaCode(DEVICE)} `;
		});
		expect(keys.roleArn).toBe(GLASS);
		expect(asked).toEqual([
			{ type: "code", question: 'MFA code for "it"', source: DEVICE, digits: 6, problem: undefined },
		]);
		expect(facts("sts:AssumeRole")).toEqual([expect.objectContaining({ serial: DEVICE })]);
	});

	test("has it asked for once more, with what was wrong", async () => {
		const { assume, ada, cloud } = await scene();
		const problems: (string | undefined)[] = [];
		await assume(PRINCIPAL, ada, (question) => {
			problems.push(question.type === "code" ? question.problem : "");
			return problems.length === 1 ? "000000" : cloud.mfaCode(DEVICE);
		});
		expect(problems).toEqual([undefined, expect.stringContaining("wait for the next one")]);
	});

	test("is refused after two codes", async () => {
		const { refused, ada, cloud } = await scene();
		const error = await refused(PRINCIPAL, ada, () => "000000");
		expect(error).toMatchObject({ code: "denied", message: 'AWS refused the MFA code for "it"' });
		expect(cloud.count("sts:AssumeRole")).toBe(2);
	});

	test("says so of a device that is not the user's", async () => {
		const { refused, ada } = await scene();
		expect(await refused({ ...PRINCIPAL, mfa_arn: `${DEVICE}2` }, ada, () => "000000")).toMatchObject({
			code: "denied",
			remedy: { say: 'set `principal.mfa_arn` of "it" to the ARN of the user\'s own device' },
		});
	});

	test("needs a person", async () => {
		const { refused, ada, cloud } = await scene();
		expect(await refused(PRINCIPAL, ada)).toMatchObject({
			name: "PersonNeededError",
			reason: `its \`principal.mfa_arn\` is ${DEVICE}`,
		});
		expect(cloud.requests).toEqual([]);
	});
});
