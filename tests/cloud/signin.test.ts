/** The sign-in service against clients that are not ours: proofs by `jose`, and the AWS SDK's own refresh. */
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromLoginCredentials } from "@aws-sdk/credential-provider-login";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { startCloud } from "./cloud.ts";
import { codeOn, visit } from "./visit.ts";

const VERIFIER = "a".repeat(43);
const CLIENT = "arn:aws:signin:::devtools/cross-device";

async function scene() {
	const cloud = await startCloud();
	onTestFinished(() => cloud.close());
	const key = await generateKeyPair("ES256", { extractable: true });
	const redirect = `${cloud.url}/v1/sessions/confirmation`;
	const authorize = (changes: Record<string, string> = {}): string =>
		`${cloud.url}/v1/authorize?${new URLSearchParams({
			response_type: "code",
			client_id: CLIENT,
			redirect_uri: redirect,
			state: "some-state",
			code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"),
			code_challenge_method: "SHA-256",
			scope: "openid",
			...changes,
		})}`;
	async function proof(
		changes: { claims?: object; header?: object; key?: CryptoKey; at?: number; jwk?: object } = {},
	): Promise<string> {
		const jwk = changes.jwk ?? (await exportJWK(key.publicKey));
		return new SignJWT({ jti: randomUUID(), htm: "POST", htu: `${cloud.url}/v1/token`, ...changes.claims })
			.setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk, ...changes.header })
			.setIssuedAt(changes.at)
			.sign(changes.key ?? key.privateKey);
	}
	async function token(fields: Record<string, string>, dpop?: string, form = false) {
		const response = await fetch(`${cloud.url}/v1/token`, {
			method: "POST",
			headers: {
				"content-type": form ? "application/x-www-form-urlencoded" : "application/json",
				dpop: dpop ?? (await proof()),
			},
			body: form ? new URLSearchParams(fields).toString() : JSON.stringify(fields),
		});
		// biome-ignore lint/suspicious/noExplicitAny: an answer in either spelling, looked into by the tests
		const body: any = await response.json();
		return { status: response.status, headers: response.headers, body };
	}
	async function code(): Promise<string> {
		const shown = codeOn(await visit(authorize(), "allow"));
		const found = new URLSearchParams(Buffer.from(shown, "base64").toString());
		expect(found.get("state")).toBe("some-state");
		return found.get("code") ?? "";
	}
	const redeem = async (dpop?: string) =>
		token(
			{
				clientId: CLIENT,
				grantType: "authorization_code",
				code: await code(),
				codeVerifier: VERIFIER,
				redirectUri: redirect,
			},
			dpop,
		);
	return { cloud, key, redirect, authorize, proof, token, code, redeem };
}

test("a code becomes keys that STS knows, in JSON and in a form's spelling", async () => {
	const { cloud, token, code, redeem, redirect } = await scene();
	const { status, body } = await redeem();
	expect(status).toBe(200);
	expect(body).toMatchObject({
		tokenType: "aws_sigv4",
		expiresIn: 900,
		accessToken: { accessKeyId: expect.stringMatching(/^ASIA/) },
	});
	const claims = JSON.parse(Buffer.from(body.idToken.split(".")[1], "base64url").toString());
	expect(claims.sub).toBe("arn:aws:iam::123456789012:user/ada");
	const sts = new STSClient({ region: "us-east-1", endpoint: cloud.url, credentials: body.accessToken });
	expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: claims.sub });
	const form = {
		client_id: CLIENT,
		grant_type: "authorization_code",
		code: await code(),
		code_verifier: VERIFIER,
		redirect_uri: redirect,
	};
	expect((await token(form, undefined, true)).body).toMatchObject({
		token_type: "aws_sigv4",
		access_token: { secret_access_key: expect.any(String) },
		refresh_token: expect.any(String),
	});
});

test.each([
	["another method of the challenge", { code_challenge_method: "S256" }, "code_challenge_method"],
	["an unknown client", { client_id: "me" }, "unknown client_id"],
	["an address elsewhere", { redirect_uri: "http://127.0.0.1:1/oauth/callback" }, "redirect_uri"],
	["another scope", { scope: "openid profile" }, "scope"],
	["anything that it does not know", { prompt: "none" }, "unknown parameter prompt"],
])("nobody is asked about %s", async (_, changes, why) => {
	const { authorize } = await scene();
	const { status, text } = await visit(authorize(changes as unknown as Record<string, string>), "allow");
	expect(status).toBe(400);
	expect(text).toContain(why);
});

test("a proof is checked in every part", async () => {
	const it = await scene();
	const other = await generateKeyPair("ES256", { extractable: true });
	const old = Math.floor(Date.now() / 1000) - 400;
	const bad = {
		"wrong typ": await it.proof({ header: { typ: "JWT" } }),
		"wrong htm": await it.proof({ claims: { htm: "GET" } }),
		"wrong htu": await it.proof({ claims: { htu: `${it.cloud.url}/v1/token?x=1` } }),
		"no jti": await it.proof({ claims: { jti: "" } }),
		"iat that is too far": await it.proof({ at: old }),
		"signature that is not": await it.proof({ key: other.privateKey }),
		"private key in it": await it.proof({ jwk: await exportJWK(it.key.privateKey) }),
	};
	for (const [why, proof] of Object.entries(bad)) {
		const { status, body } = await it.redeem(proof);
		expect({ status, body }, why).toMatchObject({ status: 400, body: { error: "INVALID_REQUEST" } });
		expect(body.message).toContain(why);
	}
	const used = await it.proof();
	expect((await it.redeem(used)).status).toBe(200);
	expect((await it.redeem(used)).body.message).toContain("used before");
});

test("a refresh token is bound to its key, rotates, and ends its session when it comes twice", async () => {
	const it = await scene();
	const { refreshToken } = (await it.redeem()).body;
	const other = await generateKeyPair("ES256", { extractable: true });
	const refresh = (token: string, dpop?: string) =>
		it.token({ clientId: CLIENT, grantType: "refresh_token", refreshToken: token }, dpop);
	const foreign = await it.proof({ key: other.privateKey, jwk: await exportJWK(other.publicKey) });
	expect((await refresh(refreshToken, foreign)).body.message).toContain("bound to another key");
	const next = (await refresh(refreshToken)).body;
	expect(next.refreshToken).not.toBe(refreshToken);
	expect(next).not.toHaveProperty("idToken");
	const reused = await refresh(refreshToken);
	expect(reused.body).toMatchObject({ error: "TOKEN_EXPIRED" });
	expect(reused.headers.get("x-amzn-errortype")).toBe("AccessDeniedException");
	expect((await refresh(next.refreshToken)).body.error).toBe("TOKEN_EXPIRED");
});

test("a proof needs the nonce, where there is one", async () => {
	const it = await scene();
	it.cloud.signIn.nonce = "n-1";
	const refused = await it.redeem();
	expect(refused.body.error).toBe("use_dpop_nonce");
	expect(refused.headers.get("dpop-nonce")).toBe("n-1");
	expect((await it.redeem(await it.proof({ claims: { nonce: "n-1" } }))).status).toBe(200);
});

test("the AWS SDK renews its keys here", async () => {
	const it = await scene();
	const { body } = await it.redeem();
	const folder = mkdtempSync(join(tmpdir(), "login-cache-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const session = "arn:aws:iam::123456789012:user/ada";
	const { KeyObject } = await import("node:crypto");
	const file = join(folder, `${createHash("sha256").update(session).digest("hex")}.json`);
	const config = join(folder, "config");
	writeFileSync(config, `[profile ada]\nlogin_session = ${session}\nregion = us-east-1\n`);
	writeFileSync(
		file,
		JSON.stringify({
			accessToken: { ...body.accessToken, accountId: "123456789012", expiresAt: new Date().toISOString() },
			clientId: CLIENT,
			refreshToken: body.refreshToken,
			dpopKey: KeyObject.from(it.key.privateKey).export({ format: "pem", type: "sec1" }),
		}),
	);
	process.env.AWS_LOGIN_CACHE_DIRECTORY = folder;
	process.env.AWS_CONFIG_FILE = config;
	onTestFinished(() => {
		delete process.env.AWS_LOGIN_CACHE_DIRECTORY;
		delete process.env.AWS_CONFIG_FILE;
	});
	const provider = fromLoginCredentials({
		profile: "ada",
		clientConfig: { endpoint: it.cloud.url, region: "us-east-1" },
	});
	const keys = await provider();
	expect(keys.accessKeyId).toMatch(/^ASIA/);
	expect(keys.accessKeyId).not.toBe(body.accessToken.accessKeyId);
	expect(JSON.parse(readFileSync(file, "utf8")).refreshToken).not.toBe(body.refreshToken);
	expect(it.cloud.requests.at(-1)?.facts).toMatchObject({ grant: "refresh_token", style: "json" });
});
