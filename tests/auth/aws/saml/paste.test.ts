import { describe, expect, test } from "vitest";
import type { SamlAssertion } from "../../../../src/auth/aws/credentials.ts";
import { kind } from "../../../../src/auth/aws/saml/kind.ts";
import type { Config } from "../../../../src/auth/aws/saml/schema.ts";
import { LIMIT_MS } from "../../../../src/auth/aws/saml/sign-in.ts";
import type { Provider } from "../../../../src/auth/config/model.ts";
import type { AuthError } from "../../../../src/auth/errors.ts";
import type { AuthorizationPrompt } from "../../../../src/auth/interaction.ts";
import type { Run } from "../../../../src/auth/kinds.ts";
import { type ResponseOptions, samlIssuer } from "../../../cloud/saml-issuer.ts";
import { fakeClock, testContext } from "../../../helpers/context.ts";
import { remedyOf } from "../../../helpers/remedy.ts";
import { failure, nobody, Onlooker, REALM } from "../identity-center/sign-in.ts";
import { IDP, roleArn } from "./scene.ts";

const MINUTE = 60_000;
const ROLE = `${roleArn("Deployer")},${IDP}`;
// Making keys is slow.
const issuer = samlIssuer(IDP);

function scene(config: Partial<Config> = {}) {
	const clock = fakeClock();
	const ctx = testContext({ clock });
	const onlooker = Object.assign(new Onlooker(), { reach: "line" });
	const provider: Provider<Config> = {
		name: "corp-saml",
		key: "corp-saml",
		kind: "aws/saml",
		file: "atmos.yaml",
		config: { url: "https://idp.acme.example/aws", region: "us-east-1", ...config },
	};
	const run = (overrides: Partial<Run> = {}): Run => ({
		ctx: { ...ctx, signInCommand: ["atmos-auth", "login", "deployer"] },
		signal: new AbortController().signal,
		realm: REALM,
		interaction: onlooker,
		signIn: { flow: "paste" },
		force: false,
		...overrides,
	});
	return {
		clock,
		ctx,
		onlooker,
		provider,
		response: (options: Partial<ResponseOptions> = {}) =>
			issuer.respond({ now: clock.now(), roles: [ROLE], ...options }),
		/** One after another. */
		paste(...texts: string[]): void {
			onlooker.respond = () => {
				const value = texts.shift();
				return value === undefined ? undefined : { type: "text", value };
			};
		},
		signIn: async (overrides: Partial<Run> = {}) =>
			(await kind.authenticate(provider, run(overrides))) as SamlAssertion,
	};
}

const problems = ({ prompts }: Onlooker): (string | undefined)[] =>
	prompts.flatMap((prompt) => (prompt?.type === "authorization" ? [prompt.paste?.problem] : []));

describe("a response that is pasted", () => {
	test("gives the assertion, good for five minutes from its issue", async () => {
		const { clock, response, paste, signIn, onlooker } = scene();
		const text = response({ goodForSeconds: 3600, seconds: 7200 });
		clock.advance(2 * MINUTE);
		paste(`SAMLResponse=${encodeURIComponent(text)}`);
		const assertion = await signIn();
		expect(assertion.assertion.reveal()).toBe(text);
		expect(assertion).toMatchObject({
			roles: [{ roleArn: roleArn("Deployer"), principalArn: IDP }],
			issuedAt: clock.now() - 2 * MINUTE,
			expiresAt: clock.now() + 3 * MINUTE,
			seconds: 7200,
			person: "ada@acme.example",
		});
		const [shown] = onlooker.prompts as AuthorizationPrompt[];
		expect(shown).toMatchObject({
			type: "authorization",
			url: "https://idp.acme.example/aws",
			portal: "idp.acme.example",
			paste: { label: expect.stringContaining("SAMLResponse") },
			ways: { taken: { flow: "paste" } },
		});
		expect(shown?.opensItself).toBeUndefined();
		expect(onlooker.prompts.at(-1)).toBeUndefined();
	});

	test("has the length of sessions that is configured", async () => {
		const { response, paste, signIn } = scene({ session: { duration: "4h" } });
		paste(response({ seconds: 7200 }));
		expect((await signIn()).seconds).toBe(4 * 3600);
	});

	test("is asked for again, with what was wrong", async () => {
		const { clock, response, paste, signIn, onlooker } = scene();
		const old = response();
		clock.advance(6 * MINUTE);
		const text = response();
		paste("hello", old, Buffer.from("<html><body>a page, and no response</body></html>").toString("base64"), text);
		expect((await signIn()).assertion.reveal()).toBe(text);
		expect(problems(onlooker)).toEqual([
			undefined,
			"that is no SAMLResponse, which is a long text of base64",
			"the response was issued 6 minutes ago and is over; load the page again",
			"that is not the response: its root element is not a Response",
		]);
	});

	test("ends with the identity provider's own time, if that is shorter", async () => {
		const { clock, response, paste, signIn, onlooker } = scene();
		const short = response({ goodForSeconds: 60 });
		clock.advance(MINUTE);
		paste(short, response({ goodForSeconds: 90 }));
		expect((await signIn()).expiresAt).toBe(clock.now() + 90_000);
		expect(problems(onlooker)[1]).toMatch(/is over/);
	});

	test("without roles ends the sign-in", async () => {
		const { response, paste, signIn } = scene();
		paste(response({ roles: [] }));
		const error = await failure<AuthError>(signIn());
		expect(error).toMatchObject({ code: "denied", message: 'the response for "corp-saml" gives you no role of AWS' });
		expect(remedyOf(error)).toContain("atmos-auth login deployer");
	});

	test("for another partition ends the sign-in", async () => {
		const { response, paste, signIn } = scene();
		const gov = ROLE.replaceAll("arn:aws:", "arn:aws-us-gov:");
		paste(response({ roles: [gov] }));
		expect(await failure(signIn())).toMatchObject({
			code: "config",
			message: 'the assertion is for the partition aws-us-gov, and `region` of "corp-saml" is us-east-1 (aws)',
		});
		const there = scene({ region: "us-gov-west-1" });
		there.paste(there.response({ roles: [gov, ROLE] }));
		expect((await there.signIn()).roles).toEqual([
			{ roleArn: roleArn("Deployer").replace("aws", "aws-us-gov"), principalArn: IDP.replace("aws", "aws-us-gov") },
		]);
	});

	test("is not waited for any longer than ten minutes", async () => {
		const { clock, signIn } = scene();
		const ended = failure<AuthError>(signIn());
		expect(await clock.asleep()).toBeLessThanOrEqual(LIMIT_MS);
		clock.advance(LIMIT_MS);
		expect(await ended).toMatchObject({
			code: "expired",
			message: 'nobody signed in to "corp-saml" within 10 minutes',
		});
	});

	test("is not waited for after a cancellation", async () => {
		const { signIn, onlooker } = scene();
		const over = new AbortController();
		const ended = failure(signIn({ signal: over.signal }));
		await onlooker.page();
		over.abort(new Error("the user went away"));
		expect((await ended).message).toBe("the user went away");
	});

	test("appears in no log, prompt or status, right or wrong", async () => {
		const { clock, ctx, response, paste, signIn, onlooker } = scene();
		const old = response();
		clock.advance(6 * MINUTE);
		const text = response();
		paste(old, `${text}x!`, text);
		const assertion = await signIn();
		const said = JSON.stringify([ctx.logged, onlooker.prompts, onlooker.statuses, assertion]);
		for (const piece of [old.slice(0, 40), text.slice(200, 260)]) expect(said.includes(piece)).toBe(false);
	});
});

describe("where nobody is", () => {
	test("the error says what to do", async () => {
		const { signIn } = scene();
		const error = await failure<AuthError>(signIn({ interaction: nobody(), signIn: {} }));
		expect(error.name).toBe("PersonNeededError");
		expect(remedyOf(error)).toBe(
			"sign in from a terminal, or set ATMOS_SAML_RESPONSE to a response: atmos-auth login deployer",
		);
	});

	test("a response in the environment is used", async () => {
		const { ctx, response, signIn } = scene();
		const text = response();
		Object.assign(ctx.env, { ATMOS_SAML_RESPONSE: `${text}\n` });
		const given = await signIn({ interaction: nobody(), signIn: {} });
		expect(given.assertion.reveal()).toBe(text);
		// AWS has turned it down: it would be no better the second time.
		const again = await failure<AuthError>(signIn({ interaction: nobody(), signIn: {}, rejected: given }));
		expect(again.name).toBe("PersonNeededError");
	});

	test("one that is over is no reason to open a browser", async () => {
		const { clock, ctx, response, signIn } = scene();
		Object.assign(ctx.env, { ATMOS_SAML_RESPONSE: response() });
		clock.advance(5 * MINUTE);
		expect(await failure(signIn({ signIn: {} }))).toMatchObject({
			code: "expired",
			message: "the response in ATMOS_SAML_RESPONSE cannot be used",
			reason: "the response was issued 5 minutes ago and is over",
		});
		Object.assign(ctx.env, { ATMOS_SAML_RESPONSE: "SAMLRequest=abc" });
		expect(await failure(signIn({ signIn: {} }))).toMatchObject({ code: "usage" });
	});

	test("one is left alone where --flow says how to sign in", async () => {
		const { ctx, response, paste, signIn } = scene();
		Object.assign(ctx.env, { ATMOS_SAML_RESPONSE: response() });
		const text = response();
		paste(text);
		expect((await signIn()).assertion.reveal()).toBe(text);
	});
});

test("the drivers of Atmos are taken, with a word that a browser is used", async () => {
	const { ctx, response, paste, signIn } = scene({ driver: "Okta" });
	paste(response());
	await signIn();
	expect(ctx.logged.filter(({ level }) => level === "info").map(({ message }) => message)).toEqual([
		"driver Okta: a browser is used, as for every identity provider",
	]);
});
