import { execFileSync } from "node:child_process";
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Prompt } from "../../../../src/auth/interaction.ts";
import type { LoginSnapshot } from "../../../../src/flows/snapshot.ts";
import { startLogin } from "../../../../src/flows/start-login.ts";
import { type CertificateOptions, type KeyType, pemOf, privateKey } from "../../../helpers/pki.ts";
import { remedyOf } from "../../../helpers/remedy.ts";
import { anywhere, identity } from "./scene.ts";

const PASSWORD = "p4ss wörd";

function hasOpenssl(...args: readonly string[]): boolean {
	try {
		execFileSync("openssl", args.length === 0 ? ["version"] : args, { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

const openssl = hasOpenssl();
const legacy = openssl && hasOpenssl("list", "-providers", "-provider", "legacy");

type Set = Awaited<ReturnType<typeof anywhere>>;

/** A login in lines, which answers each question for a password with `answer`. */
async function login({ ctx, env }: Set, answer: string) {
	const asked: Prompt[] = [];
	const handle = startLogin({
		ctx: { ...ctx, env: { ...env, ATMOS_AUTH_TRUST: "1" } },
		request: {},
		flags: { identity: "it" },
		interactive: false,
		reach: "line",
		force: false,
	});
	handle.subscribe(({ prompts: [open] }: LoginSnapshot) =>
		queueMicrotask(() => {
			if (open?.prompt.type !== "secret" || asked.includes(open.prompt)) return;
			asked.push(open.prompt);
			handle.send({ type: "ANSWER", step: open.step, value: answer });
		}),
	);
	const { phase, error } = await handle.finished;
	return { asked, phase, error };
}

describe("a private key", () => {
	const sealed = (key: KeyObject, cipher = "aes-256-cbc"): string =>
		key.export({ type: "pkcs8", format: "pem", cipher, passphrase: PASSWORD }).toString();
	const FORMS: readonly (readonly [form: string, type: KeyType, write: (key: KeyObject) => string])[] = [
		["PKCS#1", "rsa", (key) => key.export({ type: "pkcs1", format: "pem" }).toString()],
		["SEC1", "prime256v1", (key) => key.export({ type: "sec1", format: "pem" }).toString()],
		["encrypted PKCS#8, RSA", "rsa", sealed],
		["encrypted PKCS#8, EC", "secp384r1", (key) => sealed(key, "aes-128-cbc")],
		[
			"the older PEM with a password",
			"rsa",
			(key) => key.export({ type: "pkcs1", format: "pem", cipher: "aes-128-cbc", passphrase: PASSWORD }).toString(),
		],
	];

	test.each(FORMS)("as %s", async (_, key, write) => {
		const set = await anywhere(
			identity("certificate: certificate.pem, private_key: own.pem, private_key_password: !env CI_PASSWORD"),
			{ certificate: { key } },
		);
		Object.assign(set.env, { CI_PASSWORD: PASSWORD });
		set.put("own.pem", `Bag Attributes\n  friendlyName: ci\n${write(set.own.key)}`);
		await set.signIn("it", { reach: "nobody" });
		expect(set.sessions()).toHaveLength(1);
	});

	test.skipIf(!openssl)("with the parameters of its curve before it, as openssl writes it", async () => {
		const set = await anywhere(identity());
		const params = execFileSync("openssl", ["ecparam", "-name", "prime256v1"]).toString();
		set.put("key.pem", params + set.own.key.export({ type: "sec1", format: "pem" }).toString());
		await set.signIn("it");
		expect(set.sessions()).toHaveLength(1);
	});

	test("that is encrypted is asked about once, by whoever is there", async () => {
		const set = await anywhere(identity());
		set.put("key.pem", sealed(set.own.key));
		const { asked, phase } = await login(set, PASSWORD);
		expect(phase).toBe("done");
		expect(asked).toEqual([
			{
				type: "secret",
				question: 'Password of the private key of "it"',
				source: join(set.ctx.cwd, "key.pem"),
			},
		]);
		// Its session is at hand now, and nobody is needed.
		expect(await set.signIn("it", { reach: "nobody" })).toMatchObject({ isNew: false });
	});

	test("does not open with another password, which is asked for three times", async () => {
		const set = await anywhere(identity());
		set.put("key.pem", sealed(set.own.key));
		const { asked, phase, error } = await login(set, "guessed");
		expect({ phase, questions: asked.length }).toEqual({ phase: "failed", questions: 3 });
		expect(error).toMatchObject({
			code: "denied",
			message: expect.stringMatching(/^the password does not open `spec\.private_key` of "it" \(.*key\.pem\)$/),
		});
		expect(set.cloud.requests).toEqual([]);
	});

	test("that is encrypted says what to do where nobody is there", async () => {
		const set = await anywhere(identity());
		set.put("key.pem", sealed(set.own.key));
		const error = await set.refused("it", { reach: "nobody" });
		expect(error).toMatchObject({
			name: "PersonNeededError",
			message: 'the private key of "it" is encrypted, and this session is not interactive',
		});
		expect(remedyOf(error)).toContain("`spec.private_key_password`");
	});

	test("is another certificate's", async () => {
		const set = await anywhere(identity());
		set.put("key.pem", set.root.issue().keyPem);
		const error = await set.refused("it");
		expect(error).toMatchObject({
			code: "config",
			message: expect.stringMatching(
				/^`spec\.private_key` of "it" \(.*key\.pem\) is not the private key of `spec\.certificate` of "it" \(.*certificate\.pem\)$/,
			),
			details: [
				`certificate: CN=ci.acme.example, O=Acme, serial number ${set.own.serial}`,
				expect.stringMatching(/^issued by CN=Acme Root CA, O=Acme, valid from .* UTC to .* UTC$/),
			],
		});
		expect(set.cloud.requests).toEqual([]);
	});

	test.each<KeyType>(["secp256k1", "ed25519"])("of type %s is not what Roles Anywhere takes", async (key) => {
		const set = await anywhere(identity());
		set.put("key.pem", privateKey(key).export({ type: "pkcs8", format: "pem" }).toString());
		expect((await set.refused("it")).message).toMatch(/ is (?:an EC key on secp256k1|a key of type ed25519)$/);
	});

	test.each([
		["nothing", "", "has no private key"],
		["a certificate", undefined, "has no private key"],
		["two keys", (pem: string) => pem + pem, "has 2 private keys"],
		["a damaged key", (pem: string) => pem.replace(/\n(....)/, "\nAAAA"), "has a private key that cannot be read"],
	])("is not %s", async (_, write, message) => {
		const set = await anywhere(identity());
		set.put("key.pem", typeof write === "function" ? write(set.own.keyPem) : (write ?? set.own.pem));
		const error = await set.refused("it");
		expect(error).toMatchObject({ code: "config", message: expect.stringContaining(message) });
		expect(remedyOf(error)).toBeTruthy();
	});

	test.each(["key.pem", "certificate.pem", "between.pem"])("%s has to be there", async (missing) => {
		const text = "certificate: certificate.pem, private_key: key.pem, intermediates: between.pem";
		const set = await anywhere(identity(text.replace(missing, `not/${missing}`)));
		if (missing !== "between.pem") set.put("between.pem", set.root.pem);
		expect(await set.refused("it")).toMatchObject({
			code: "config",
			message: `there is no ${join(set.ctx.cwd, "not", missing)}`,
		});
	});
});

describe("a certificate", () => {
	test("may be in DER", async () => {
		const set = await anywhere(identity("certificate: certificate.der, private_key: key.pem"));
		set.put("certificate.der", set.own.der);
		await set.signIn("it");
		expect(set.sessions()).toHaveLength(1);
	});

	test.each([
		["nothing of the kind", "[default]\naws_secret_access_key = hunter2", "has no certificate"],
		["a private key", undefined, "has no certificate"],
		["damaged", pemOf("CERTIFICATE", Buffer.from("hunter2")), "has a certificate that cannot be read"],
	])("is not %s", async (_, content, message) => {
		const set = await anywhere(identity());
		set.put("certificate.pem", content ?? set.own.keyPem);
		const error = await set.refused("it");
		expect(error).toMatchObject({ code: "config", message: expect.stringContaining(message) });
		// Whatever file a configuration names, nothing of it is told.
		expect(JSON.stringify([error.message, error.reason, error.remedy, set.ctx.logged])).not.toContain("hunter2");
	});

	const DAY = 86_400_000;
	const WRONG: readonly (readonly [string, CertificateOptions, string, RegExp])[] = [
		[
			"over",
			{ to: Date.now() - DAY },
			"expired",
			/^CN=ci\.acme\.example, O=Acme expired on \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
		],
		["not valid yet", { from: Date.now() + DAY }, "denied", /^CN=ci\.acme\.example, O=Acme is not valid until /],
		["an authority's", { ca: true }, "config", / is the certificate of a certificate authority$/],
		["not for signatures", { usage: "keyEncipherment" }, "config", / may not be used for signatures$/],
		["of version 1", { version: 1 }, "config", / is an X\.509 certificate of version 1$/],
	];
	test.each(WRONG)("that is %s is told before anybody is asked", async (_, certificate, code, message) => {
		const set = await anywhere(identity(), { certificate });
		const error = await set.refused("it");
		expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
		expect(error.details.join("\n")).toContain(`serial number ${set.own.serial}`);
		expect(error.details.join("\n")).toMatch(/valid from .* UTC to .* UTC/);
		expect(remedyOf(error)).toBeTruthy();
		expect(set.cloud.requests).toEqual([]);
	});

	test("that is signed with SHA-1 is told before anybody is asked", async () => {
		const set = await anywhere(identity(), { certificate: { digest: "sha1" } });
		expect((await set.refused("it")).message).toMatch(/ is signed with MD5 or SHA-1$/);
	});

	test("that does not say what it is for is warned of, and tried", async () => {
		const set = await anywhere(identity(), { certificate: { usage: "none" } });
		expect(await set.refused("it")).toMatchObject({
			code: "denied",
			message: 'IAM Roles Anywhere does not trust the certificate of "it"',
		});
		expect(set.warnings()).toEqual([expect.stringContaining("does not say what its key is for")]);
	});

	test("between it and the trust anchor that is over is told, too", async () => {
		const set = await anywhere(
			identity("certificate: certificate.pem, private_key: key.pem, intermediates: between.pem"),
			{
				by: (root) => root.issue({ ca: true, subject: { CN: "Acme One" }, to: Date.now() - DAY }),
			},
		);
		set.put("between.pem", set.issuer.pem);
		expect((await set.refused("it")).message).toMatch(/^CN=Acme One, by which the certificate was issued, expired on /);
	});

	test("is judged by the time of the servers, once they have told it", async () => {
		const set = await anywhere(identity());
		await set.signIn("it");
		// This machine's clock stands two months ahead; by it, the certificate would be over.
		const clock = { ...set.ctx.clock, now: () => Date.now() + 60 * DAY };
		const network = { ...set.ctx.network, skewMs: () => -60 * DAY };
		const error = await set.refused("it", { ctx: { ...set.ctx, clock, network } });
		// The service took it, signed with the right time; only then is the clock in the way.
		expect(set.sessions()).toHaveLength(2);
		expect(error).toMatchObject({
			message: "this machine's clock is 60 days fast",
			reason: "so the credentials that were just issued seem to have expired",
		});
	});
});

describe("a PKCS#12 file", () => {
	/** Written by openssl, as its users do. */
	function pack(set: Set, password: string, args: readonly string[] = []): void {
		set.put("own.pem", set.own.pem + set.own.keyPem);
		set.put("between.pem", set.issuer.pem + set.root.pem);
		const files = ["-in", join(set.ctx.cwd, "own.pem"), "-certfile", join(set.ctx.cwd, "between.pem")];
		const out = execFileSync("openssl", ["pkcs12", "-export", ...files, "-passout", "env:PACKED", ...args], {
			env: { ...process.env, PACKED: password },
		});
		set.put("ci.p12", out);
	}
	const by = (root: Set["root"]): Set["root"] => root.issue({ ca: true, subject: { CN: "Acme One" }, key: "rsa" });
	const MODERN = ["-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "sha256"];
	const TRIPLE = ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"];

	const TYPES: readonly KeyType[] = ["rsa", "prime256v1", "secp521r1"];
	test.skipIf(!openssl).each(
		TYPES.flatMap((key) => [
			{ key, cipher: "AES-256 and SHA-256", args: MODERN },
			{ key, cipher: "3DES", args: TRIPLE },
		]),
	)("with a key of type $key, encrypted with $cipher", async ({ key, args }) => {
		const set = await anywhere(identity("pkcs12: ci.p12, pkcs12_password: !env CI_PASSWORD"), {
			by,
			certificate: { key },
		});
		Object.assign(set.env, { CI_PASSWORD: "secret" });
		pack(set, "secret", args);
		await set.signIn("it", { reach: "nobody" });
		expect(set.sessions()).toEqual([expect.objectContaining({ serial: set.own.serial, chain: "1" })]);
	});

	test.skipIf(!legacy).each<KeyType>(["rsa", "prime256v1"])(
		"with a key of type %s, encrypted with RC2 as older programs do",
		async (key) => {
			const set = await anywhere(identity("pkcs12: ci.p12, pkcs12_password: secret"), { by, certificate: { key } });
			pack(set, "secret", ["-legacy"]);
			await set.signIn("it", { reach: "nobody" });
			expect(set.sessions()).toEqual([expect.objectContaining({ serial: set.own.serial, chain: "1" })]);
		},
	);

	test.skipIf(!openssl)("without a password, and as the value of a variable", async () => {
		const set = await anywhere(identity("pkcs12: !env CI_P12"), { by });
		pack(set, "");
		Object.assign(set.env, { CI_P12: readFileSync(join(set.ctx.cwd, "ci.p12")).toString("base64") });
		await set.signIn("it", { reach: "nobody" });
		expect(set.sessions()).toHaveLength(1);
	});

	test.skipIf(!openssl)("asks for its password, and says when it is wrong or nobody is there", async () => {
		const set = await anywhere(identity("pkcs12: ci.p12"), { by });
		pack(set, "sécret");
		expect(await set.refused("it", { reach: "nobody" })).toMatchObject({
			name: "PersonNeededError",
			message: 'the PKCS#12 file of "it" is encrypted, and this session is not interactive',
		});
		expect((await login(set, "guessed")).error?.message).toContain("the password does not open `spec.pkcs12`");
		const { asked, phase } = await login(set, "sécret");
		expect({ phase, asked }).toMatchObject({
			phase: "done",
			asked: [{ question: 'Password of the PKCS#12 file of "it"' }],
		});
	});

	test("that is damaged is told", async () => {
		const set = await anywhere(identity("pkcs12: ci.p12"));
		set.put("ci.p12", "hunter2");
		const error = await set.refused("it");
		expect(error).toMatchObject({ code: "config", message: expect.stringContaining("is not a PKCS#12 file") });
		expect(JSON.stringify(error)).not.toContain("hunter2");
	});

	test.skipIf(!openssl)("without a key is told", async () => {
		const set = await anywhere(identity("pkcs12: ci.p12, pkcs12_password: secret"), { by });
		pack(set, "secret", ["-nokeys"]);
		expect((await set.refused("it")).message).toContain("has no private key");
	});
});
