import { HttpResponse } from "@smithy/protocol-http";
import { describe, expect, test } from "vitest";
import { isVendorHost } from "../../../../src/auth/registry.ts";
import { testContext } from "../../../helpers/context.ts";
import { ANCHOR, ARNS, anywhere, FILES, identity, PROFILE, provider, ROLE } from "./scene.ts";

describe("a spec", () => {
	const arns = (anchor: string, profile: string, role: string): string =>
		`trust_anchor_arn: "${anchor}", profile_arn: "${profile}", role_arn: "${role}"`;
	const CHINA = (arn: string): string => arn.replace("arn:aws:", "arn:aws-cn:").replace("eu-central-1", "cn-north-1");

	test.each([
		[
			"a profile of another region",
			arns(ANCHOR, PROFILE.replace("eu-central-1", "eu-west-1"), ROLE),
			FILES,
			"profile_arn",
			"expected a profile in the region of the trust anchor",
		],
		[
			"a profile of another partition",
			arns(ANCHOR, CHINA(PROFILE), ROLE),
			FILES,
			"profile_arn",
			"expected a profile in the partition",
		],
		[
			"a role of another partition",
			arns(CHINA(ANCHOR), CHINA(PROFILE), ROLE),
			FILES,
			"role_arn",
			"expected a role in the partition",
		],
		[
			"a profile for a trust anchor",
			arns(PROFILE, PROFILE, ROLE),
			FILES,
			"trust_anchor_arn",
			"expected the ARN of a trust anchor",
		],
		[
			"a user for a role",
			arns(ANCHOR, PROFILE, "arn:aws:iam::123456789012:user/ada"),
			FILES,
			"role_arn",
			"expected the ARN of a role",
		],
		[
			"no profile",
			arns(ANCHOR, PROFILE, ROLE).replace("profile_arn", "profil_arn"),
			FILES,
			"profil_arn",
			"profile_arn is missing",
		],
		[
			"no private key",
			ARNS,
			"certificate: c.pem",
			"private_key",
			"missing; expected `certificate` and `private_key`, or `pkcs12`",
		],
		[
			"no certificate",
			ARNS,
			"private_key: c.pem",
			"certificate",
			"missing; expected `certificate` and `private_key`, or `pkcs12`",
		],
		[
			"both forms",
			ARNS,
			`${FILES}, pkcs12: a.p12`,
			"pkcs12",
			"expected either `pkcs12`, or `certificate` and `private_key`",
		],
		[
			"a short session",
			ARNS,
			`${FILES}, session_duration: 10m`,
			"session_duration",
			"expected a duration between 15m and 12h",
		],
		[
			"a session's name with a blank",
			ARNS,
			`${FILES}, role_session_name: "a b"`,
			"role_session_name",
			"expected a session name",
		],
		[
			"an endpoint without encryption",
			ARNS,
			`${FILES}, endpoint_url: "http://acme.example"`,
			"endpoint_url",
			"with https",
		],
	])("with %s is an error with its line", async (_, given, more, key, message) => {
		for (const text of [identity(more, given), provider("", more).replace(ARNS, given)]) {
			const set = await anywhere(text);
			const problems = await set.problems();
			expect(problems).toHaveLength(1);
			expect(problems[0]).toMatch(/^atmos\.yaml:\d+:\d+/);
			expect(problems[0]).toContain(`spec.${key}`);
			expect(problems[0]).toContain(message);
		}
	});

	test("of a chain that is right has no problem", async () => {
		const text = provider(
			'    kept: {kind: aws/roles-anywhere, via: {provider: ca}}\n    far: {kind: aws/assume-role, via: {provider: ca}, principal: {assume_role: "arn:aws:iam::999999999999:role/Further"}}\n',
		);
		expect(await (await anywhere(text)).problems()).toEqual([]);
		expect(await (await anywhere(identity())).problems()).toEqual([]);
	});

	test("is reached through a provider, and no identity", async () => {
		const { problems } = await anywhere(
			identity().replace("spec:", "via: {identity: other}, spec:").concat("    other: {kind: aws/user}\n"),
		);
		expect(await problems()).toEqual([expect.stringContaining("is reached through via.provider")]);
	});

	test("has another address only with somebody's agreement", async () => {
		const set = await anywhere(identity(`${FILES}, endpoint_url: "https://collector.example"`));
		const config = await set.load();
		const asked = await config.trust.survey();
		expect(asked.map(({ fact }) => [fact.kind, fact.text])).toEqual([["endpoint", "https://collector.example"]]);
	});
});

describe("the service's address", () => {
	/** Where a sign-in goes, and what was in it. */
	async function asked(anchor: string, env: Readonly<Record<string, string>> = {}, more = FILES) {
		const arns = `trust_anchor_arn: "${anchor}", profile_arn: "${anchor.replace("trust-anchor", "profile")}", role_arn: "${anchor.split(":").slice(0, 2).join(":")}:iam::123456789012:role/R"`;
		const set = await anywhere(identity(more, arns));
		const sent: {
			readonly hostname: string;
			readonly path: string;
			readonly query: unknown;
			readonly authorization: string;
		}[] = [];
		const handler = {
			async handle(request: { hostname: string; path: string; query: unknown; headers: Record<string, string> }) {
				const { hostname, path, query, headers } = request;
				sent.push({ hostname, path, query, authorization: headers.authorization ?? "" });
				const { Readable } = await import("node:stream");
				return {
					response: new HttpResponse({ statusCode: 404, headers: {}, body: Readable.from([Buffer.from("{}")]) }),
				};
			},
		};
		const network = { ...testContext().network, handler: async () => handler as never };
		const { AWS_ENDPOINT_URL: _, ...base } = set.env;
		const config = await set.load();
		await set.refused("it", { ctx: { ...set.ctx, env: { ...base, ...env }, network }, config });
		return sent[0];
	}
	const anchor = (partition: string, region: string): string =>
		`arn:${partition}:rolesanywhere:${region}:123456789012:trust-anchor/11111111`;
	const PLAIN = anchor("aws", "eu-central-1");

	test.each([
		[PLAIN, {}, "rolesanywhere.eu-central-1.amazonaws.com"],
		[anchor("aws-cn", "cn-north-1"), {}, "rolesanywhere.cn-north-1.amazonaws.com.cn"],
		[anchor("aws-us-gov", "us-gov-west-1"), {}, "rolesanywhere.us-gov-west-1.amazonaws.com"],
		[PLAIN, { AWS_USE_FIPS_ENDPOINT: "true" }, "rolesanywhere-fips.eu-central-1.amazonaws.com"],
		[PLAIN, { AWS_USE_DUALSTACK_ENDPOINT: "true" }, "rolesanywhere.eu-central-1.api.aws"],
		[
			anchor("aws-cn", "cn-north-1"),
			{ AWS_USE_DUALSTACK_ENDPOINT: "true" },
			"rolesanywhere.cn-north-1.api.amazonwebservices.com.cn",
		],
	])("for %s and %j is %s, AWS's own", async (arn, env, host) => {
		const request = await asked(arn, env);
		expect(request).toMatchObject({ hostname: host, path: "/sessions" });
		expect(request?.query).toMatchObject({ trustAnchorArn: arn });
		expect(request?.authorization).toContain(`/${arn.split(":")[3]}/rolesanywhere/aws4_request`);
		expect(isVendorHost(host)).toBe(true);
	});

	test.each([
		[{ AWS_ENDPOINT_URL_ROLESANYWHERE: "https://gate.example/ra/", AWS_ENDPOINT_URL: "https://other.example" }, FILES],
		[{ AWS_ENDPOINT_URL: "https://other.example" }, `${FILES}, endpoint_url: "https://gate.example/ra"`],
	])("is another one with %j and %s", async (env, more) => {
		expect(await asked(PLAIN, env, more)).toMatchObject({ hostname: "gate.example", path: "/ra/sessions" });
	});
});
