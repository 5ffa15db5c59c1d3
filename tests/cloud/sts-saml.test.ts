import { AssumeRoleWithSAMLCommand, type AssumeRoleWithSAMLCommandInput, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Setup, setUp } from "./client.ts";
import { type ResponseOptions, samlIssuer } from "./saml-issuer.ts";
import { keysOf, refusal, stsCalls } from "./sts-client.ts";
import { smallWorld } from "./world.ts";

const PROVIDER = "arn:aws:iam::123456789012:saml-provider/Okta";
const ROLE = "arn:aws:iam::123456789012:role/Admin";
const okta = samlIssuer(PROVIDER);
const stranger = samlIssuer(PROVIDER);

let set: Setup;
beforeEach(async () => {
	const trust = { principals: [], federated: [{ provider: PROVIDER, conditions: { sub: ["*@acme.example"] } }] };
	set = await setUp({
		world: smallWorld({ samlProviders: [okta.provider], roles: [{ accountId: "123456789012", name: "Admin", trust }] }),
	});
});
afterEach(() => set.cloud.close());

const respond = (options: Partial<ResponseOptions> = {}, issuer = okta): string =>
	issuer.respond({ now: set.clock.now(), roles: [`${PROVIDER}, ${ROLE}`], ...options });
const assume = (SAMLAssertion: string, more: Partial<AssumeRoleWithSAMLCommandInput> = {}) =>
	new STSClient({ region: "us-east-2", endpoint: set.cloud.url, maxAttempts: 1 }).send(
		new AssumeRoleWithSAMLCommand({ RoleArn: ROLE, PrincipalArn: PROVIDER, SAMLAssertion, ...more }),
	);
const edited = (change: (xml: string) => string): string =>
	Buffer.from(change(Buffer.from(respond(), "base64").toString())).toString("base64");
const invalid = (message: string) => ({ name: expect.stringMatching(/^InvalidIdentityToken/), message });
const expired = (message: string) => ({ name: expect.stringMatching(/^ExpiredToken/), message });

test("gives keys of the role, to be used by its rules", async () => {
	const given = await assume(respond());
	expect(given).toMatchObject({ Subject: "ada@acme.example", Issuer: okta.provider.issuer });
	const { whoAmI } = stsCalls(set);
	expect(await whoAmI(keysOf(given))).toMatchObject({
		Arn: "arn:aws:sts::123456789012:assumed-role/Admin/ada@acme.example",
	});
});

test("believes nothing that is not signed by the provider", async () => {
	await expect(assume(respond({}, stranger))).rejects.toMatchObject(invalid("Response signature invalid"));
	await expect(assume(edited((xml) => xml.replaceAll("ada@acme", "eve@acme")))).rejects.toMatchObject(
		invalid("Response signature invalid"),
	);
	await expect(
		assume(edited((xml) => xml.replace(/<(\w+:)?Signature[\s\S]*<\/(\w+:)?Signature>/, ""))),
	).rejects.toMatchObject(invalid("Response signature invalid"));
	await expect(assume("no base64!")).rejects.toMatchObject(invalid("Invalid base64 SAMLResponse"));
	await expect(assume(respond(), { PrincipalArn: `${PROVIDER}2` })).rejects.toMatchObject(
		invalid("Specified provider doesn't exist"),
	);
});

test("an assertion beside the signed one counts for nothing", async () => {
	// XML signature wrapping: the first assertion of the document is the attacker's.
	const forged = edited((xml) => {
		const [own = ""] = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml) ?? [];
		const bare = own.replace(/<(\w+:)?Signature[\s\S]*<\/(\w+:)?Signature>/, "").replace(/ ID="[^"]*"/, ' ID="_evil"');
		return xml.replace(own, bare.replaceAll("ada@acme", "eve@acme") + own);
	});
	const given = await assume(forged);
	expect(given.Subject).toBe("ada@acme.example");
});

test("is for AWS, and for a few minutes", async () => {
	await expect(assume(respond({ audience: "https://other" }))).rejects.toMatchObject(
		invalid("Response does not contain the required audience."),
	);
	await expect(assume(respond({ recipient: "https://other" }))).rejects.toMatchObject({
		name: expect.stringMatching(/^Inv/),
	});
	await expect(assume(respond({ sessionName: null }))).rejects.toMatchObject(
		invalid("RoleSessionName is required in AuthnResponse"),
	);
	const old = respond();
	const long = respond({ goodForSeconds: 3600 });
	set.clock.advance(301);
	await expect(assume(old)).rejects.toMatchObject(expired("Response has expired"));
	await expect(assume(long)).rejects.toMatchObject(expired("Token must be redeemed within 5 minutes of issuance"));
});

test("gives a role that is offered and trusts the provider, for as long as it allows", async () => {
	const denied = refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML");
	await expect(assume(respond({ roles: [`${ROLE}2,${PROVIDER}`] }))).rejects.toMatchObject(denied);
	await expect(assume(respond({ subject: "eve@other.example" }))).rejects.toMatchObject(denied);
	await expect(assume(respond(), { DurationSeconds: 7200 })).rejects.toMatchObject({ name: "ValidationError" });
});
