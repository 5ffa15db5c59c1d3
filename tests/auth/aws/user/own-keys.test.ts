import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CodePrompt } from "../../../../src/auth/interaction.ts";
import { columnsOf } from "../../../../src/auth/registry.ts";
import type { LoginSnapshot } from "../../../../src/flows/snapshot.ts";
import { startLogin } from "../../../../src/flows/start-login.ts";
import { smallWorld } from "../../../cloud/world.ts";
import { ADA, DEVICE, role, scene, yaml } from "../chains.ts";

const HOUR = 3_600_000;
const user = (credentials: string, more = ""): string =>
	`    it: {kind: aws/user, credentials: {${credentials}}${more}}\n`;
const MFA = user(`${ADA}, mfa_arn: "${DEVICE}"`);

describe("a user", () => {
	test("gets a session for twelve hours, which is kept", async () => {
		const { cloud, ctx, signIn, facts } = await scene(yaml(""));
		const { credentials, environment, isNew } = await signIn("ada");
		expect(isNew).toBe(true);
		expect(credentials).toMatchObject({ accountId: undefined, region: "us-east-1" });
		expect(credentials.role).toBeUndefined();
		expect(credentials.sessionToken?.reveal()).toBeTruthy();
		expect((credentials.expiresAt ?? 0) - ctx.clock.now()).toBeGreaterThan(12 * HOUR - 10_000);
		expect(facts("sts:GetSessionToken")).toEqual([
			expect.objectContaining({
				principal: "arn:aws:iam::123456789012:user/ada",
				region: "us-east-1",
				duration: "43200",
			}),
		]);
		const folder = join(ctx.home, ".config/atmos/test/aws/aws-user");
		expect(readFileSync(join(folder, "credentials"), "utf8")).toContain(
			`[ada]\naws_access_key_id     = ${credentials.accessKeyId}\n`,
		);
		expect(readFileSync(join(folder, "config"), "utf8")).toMatch(/\[profile ada\]\nregion\s*= us-east-1/);
		expect(environment.set).toMatchObject({ AWS_PROFILE: "ada" });
		// Nobody asked for that region.
		expect(environment.set).not.toHaveProperty("AWS_REGION");
		expect(await signIn("ada")).toMatchObject({ isNew: false, credentials: { region: "us-east-1" } });
		expect(cloud.count("sts:GetSessionToken")).toBe(1);
	});

	test("works in the configured region", async () => {
		const { signIn, facts } = await scene(yaml(user(`${ADA}, region: eu-west-1, webflow_enabled: true`)));
		const { credentials, environment } = await signIn("it");
		expect(credentials.region).toBe("eu-west-1");
		expect(environment.set).toMatchObject({ AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-1" });
		expect(facts("sts:GetSessionToken")).toEqual([expect.objectContaining({ region: "eu-west-1" })]);
	});

	test("has its own keys nowhere but in the configuration", async () => {
		const { cloud, ctx, env, signIn } = await scene(yaml(""));
		await signIn("ada");
		const files = readdirSync(ctx.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
		expect(files.length).toBeGreaterThan(2);
		for (const { parentPath, name } of files) {
			const text = readFileSync(join(parentPath, name), "utf8");
			for (const key of [env.ADA_KEY, env.ADA_SECRET]) expect(text.includes(key), name).toBe(false);
		}
		const logged = JSON.stringify(ctx.logged);
		for (const secret of cloud.secrets()) expect(logged.includes(secret)).toBe(false);
	});

	test.each([
		["8h", "28800", undefined],
		["3600", "3600", undefined],
		["5m", "900", "15m is used"],
		["2d", "43200", "12h is used"],
	])("asks for a session of %s", async (duration, seconds, warning) => {
		const { ctx, signIn, facts } = await scene(yaml(user(ADA, `, session: {duration: ${duration}}`)));
		await signIn("it");
		expect(facts("sts:GetSessionToken")).toEqual([expect.objectContaining({ duration: seconds })]);
		const warnings = ctx.logged.filter(({ level }) => level === "warn").map(({ message }) => message);
		expect(warnings).toEqual(
			warning === undefined
				? []
				: [
						`session.duration of "it" is ${duration}; ${warning}: a user's session lasts from 15m to 12h, with MFA to 36h`,
					],
		);
	});

	test("with other keys gets another session", async () => {
		const { write, signIn, user: ada } = await scene(yaml(user(ADA)));
		await signIn("it");
		write(
			"atmos.yaml",
			yaml(user(`access_key_id: ${ada.accessKeyId}, secret_access_key: !env ADA_SECRET, region: us-west-2`)),
		);
		expect((await signIn("it")).isNew).toBe(true);
		write(
			"atmos.yaml",
			yaml(user("access_key_id: AKIAANOTHERKEY000000, secret_access_key: !env ADA_SECRET, region: us-west-2")),
		);
		await expect(signIn("it")).rejects.toThrow("AWS does not know the access key");
	});
});

test("a session that was made without a code is not one with a device", async () => {
	const { write, signIn, refused } = await scene(yaml(user(ADA)));
	await signIn("it");
	write("atmos.yaml", yaml(MFA));
	expect(await refused("it", { reach: "nobody" })).toMatchObject({ name: "PersonNeededError" });
});

/** A login in lines, which answers every question with what `answer` says. */
async function login(
	{ ctx }: Awaited<ReturnType<typeof scene>>,
	answer: (prompt: CodePrompt) => string,
	changes: Partial<Parameters<typeof startLogin>[0]> = {},
) {
	const asked: CodePrompt[] = [];
	const handle = startLogin({
		ctx,
		request: {},
		flags: { identity: "it" },
		interactive: false,
		reach: "line",
		force: false,
		...changes,
	});
	const look = ({ prompts: [open] }: LoginSnapshot): void => {
		if (open?.prompt.type !== "code" || asked.includes(open.prompt)) return;
		const { prompt, step } = open;
		asked.push(prompt);
		handle.send({ type: "ANSWER", step, value: answer(prompt) });
	};
	handle.subscribe((snapshot) => queueMicrotask(() => look(snapshot)));
	const { phase, error, targets, warnings } = await handle.finished;
	return { asked, phase, error, warnings, result: targets[0]?.result };
}

describe("an MFA code", () => {
	test("is asked for, and gives a session that a role with MFA takes", async () => {
		const it = await scene(
			yaml(MFA + role("glass", "identity: it", "assume_role: arn:aws:iam::123456789012:role/BreakGlass")),
		);
		const { asked, phase, result } = await login(it, () => it.cloud.mfaCode(DEVICE));
		expect(asked).toEqual([
			{ type: "code", question: 'MFA code for "it"', source: DEVICE, digits: 6, problem: undefined },
		]);
		expect({ phase, account: result?.account?.id }).toEqual({ phase: "done", account: "123456789012" });
		expect(it.facts("sts:GetSessionToken")).toEqual([expect.objectContaining({ serial: DEVICE, duration: "43200" })]);
		// Its session is at hand now, and nobody is needed.
		expect((await it.signIn("glass", { reach: "nobody" })).credentials.role).toBe("BreakGlass");
		expect(it.cloud.count("sts:GetSessionToken")).toBe(1);
	});

	test("allows a session of 36 hours", async () => {
		const it = await scene(yaml(user(`${ADA}, mfa_arn: "${DEVICE}"`, ", session: {duration: 2d}")));
		const { warnings } = await login(it, () => it.cloud.mfaCode(DEVICE));
		expect(it.facts("sts:GetSessionToken")).toEqual([expect.objectContaining({ duration: "129600" })]);
		expect(warnings).toEqual([expect.stringContaining("36h is used")]);
	});

	test("that is refused is asked for once more", async () => {
		const it = await scene(yaml(MFA));
		const used = it.cloud.mfaCode(DEVICE);
		expect((await login(it, () => used)).phase).toBe("done");
		const { asked, phase } = await login(
			it,
			({ problem }) => {
				if (problem === undefined) return used;
				it.cloud.shiftClock(30_000);
				return ` ${it.cloud.mfaCode(DEVICE)} `;
			},
			{ force: true },
		);
		expect(phase).toBe("done");
		expect(asked.map(({ problem }) => problem)).toEqual([
			undefined,
			"AWS refused the code: wait for the next one, each is good once",
		]);
	});

	test("that is refused twice ends it", async () => {
		const it = await scene(yaml(MFA));
		const { asked, phase, error } = await login(it, () => "000000");
		expect(asked).toHaveLength(2);
		expect({ phase, error }).toMatchObject({
			phase: "failed",
			error: {
				code: "denied",
				message: 'AWS refused the MFA code for "it"',
				remedy: {
					say: "wait until the device shows another code, then sign in again",
					run: ["atmos-auth", "login", "it"],
				},
				service: { name: "AccessDenied", operation: "sts:GetSessionToken" },
			},
		});
	});

	test("that is none is not sent", async () => {
		const it = await scene(yaml(MFA));
		const { asked, phase } = await login(it, ({ problem }) =>
			problem === undefined ? "12345" : it.cloud.mfaCode(DEVICE),
		);
		expect(phase).toBe("done");
		expect(asked.map(({ problem }) => problem)).toEqual([undefined, "a code has 6 digits"]);
		expect(it.cloud.count("sts:GetSessionToken")).toBe(1);
	});

	test.each(["nobody", "link"] as const)("is not waited for where the way to a person is: %s", async (reach) => {
		const { cloud, refused } = await scene(yaml(MFA));
		expect(await refused("it", { reach })).toMatchObject({
			name: "PersonNeededError",
			code: "usage",
			message: '"it" needs an MFA code, and this session is not interactive',
			remedy: { say: "sign in once from a terminal", run: ["atmos-auth", "login", "it"] },
		});
		expect(cloud.count("sts:GetSessionToken")).toBe(0);
	});

	test("of a device that is another user's names the key, and is not asked for again", async () => {
		const it = await scene(yaml(user(`${ADA}, mfa_arn: "arn:aws:iam::123456789012:mfa/eve"`)));
		const { asked, error } = await login(it, () => "123456");
		expect(asked).toHaveLength(1);
		expect(error?.message).toBe('arn:aws:iam::123456789012:mfa/eve is not an MFA device of the user of "it"');
		expect(error?.remedy?.say).toContain("`credentials.mfa_arn`");
	});

	test("is sent once, though the answer never comes", async () => {
		const it = await scene(yaml(MFA));
		it.cloud.script.next("sts:GetSessionToken", { type: "cut" });
		const { phase, error } = await login(it, () => it.cloud.mfaCode(DEVICE));
		expect({ phase, code: error?.code }).toEqual({ phase: "failed", code: "network" });
		expect(it.cloud.count("sts:GetSessionToken")).toBe(1);
	});

	test("is sent again where STS had no time for it, or the clock was wrong", async () => {
		const it = await scene(yaml(MFA));
		it.cloud.script.next("sts:GetSessionToken", { type: "error", status: 400, name: "Throttling", message: "busy" });
		expect((await login(it, () => it.cloud.mfaCode(DEVICE))).phase).toBe("done");
		expect(it.cloud.count("sts:GetSessionToken")).toBe(2);
		it.cloud.shiftClock(20 * 60_000);
		const { asked, phase } = await login(it, () => it.cloud.mfaCode(DEVICE), { force: true });
		expect({ asked: asked.length, phase }).toEqual({ asked: 1, phase: "done" });
	});
});

describe("a refusal", () => {
	test("of a key that was deactivated says so, and where it is configured", async () => {
		const world = smallWorld();
		const users = (world.users ?? []).map((each) => ({ ...each, inactive: true }));
		const { ctx, refused, user: ada } = await scene(yaml(""), { users });
		const error = await refused("ada");
		expect(error).toMatchObject({
			code: "denied",
			message: 'AWS does not know the access key of "ada"',
			reason: "it was deleted or deactivated, or belongs to another partition than us-east-1",
			details: [`"ada" is defined in ${join(ctx.cwd, "atmos.yaml")}`],
			remedy: { say: expect.stringContaining("`credentials.access_key_id`") },
			service: { name: "InvalidClientTokenId", requestId: expect.any(String) },
		});
		expect(JSON.stringify({ ...error })).not.toContain(ada.secretAccessKey);
	});

	test("of a signature is about the secret key", async () => {
		const { refused } = await scene(yaml(user("access_key_id: !env ADA_KEY, secret_access_key: canary-secret")));
		const error = await refused("it");
		expect(error).toMatchObject({
			message: 'the secret access key of "it" does not belong to its access key',
			service: { name: "SignatureDoesNotMatch" },
		});
		expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain("canary");
	});

	test("by a policy says what to allow", async () => {
		const world = smallWorld();
		const users = (world.users ?? []).map((each) => ({ ...each, denied: ["sts:GetSessionToken"] }));
		const { refused } = await scene(yaml(""), { users });
		expect(await refused("ada")).toMatchObject({
			code: "denied",
			message: '"ada" may not request a session',
			reason: expect.stringContaining("explicit deny"),
			remedy: {
				say: 'allow the user sts:GetSessionToken; if its policies ask for MFA, set `credentials.mfa_arn` of "ada"',
			},
		});
	});
});

describe("a configuration", () => {
	const lines = async (credentials: string, env = ""): Promise<string[]> => {
		const text = `auth:\n  identities:\n    it:\n      kind: aws/user\n${env}      credentials:\n${credentials}`;
		return (await scene(text)).problems();
	};
	const at = (key: string, line: number): string => `atmos.yaml:${line}:9: auth.identities.it.credentials.${key}:`;

	test.each([
		[
			"        access_key_id: AKIA1\n",
			"atmos.yaml:5:7: auth.identities.it.credentials.secret_access_key: missing; `access_key_id` is of no use without it",
		],
		[
			"        secret_access_key: canary\n",
			"atmos.yaml:5:7: auth.identities.it.credentials.access_key_id: missing; `secret_access_key` is of no use without it",
		],
		[
			"        access_key_id: AKIA1\n        secret_access_key: can ary\n",
			`${at("secret_access_key", 7)} expected a secret access key: printable characters without spaces`,
		],
		[
			"        access_key_id: AKIA1\n        secret_access_key: [canary]\n",
			`${at("secret_access_key", 7)} expected a secret access key`,
		],
		[
			"        access_key_id: AKIA1\n        secret_access_key: !env NOT_SET\n",
			`${at("secret_access_key", 7)} the environment variable NOT_SET is not set, and !env has no fallback for it`,
		],
		[
			"        access_key_id: ASIA1\n        secret_access_key: canary\n",
			`${at("access_key_id", 6)} expected the ID of a user's own access key (AKIA…), found that of temporary keys (ASIA…)`,
		],
		[
			"        mfa_arn: ada\n",
			`${at("mfa_arn", 6)} expected the ARN of an MFA device, such as arn:aws:iam::123456789012:mfa/ada`,
		],
		[
			"        mfa_arn: arn:aws:iam::123456789012:u2f/user/ada/key\n",
			`${at("mfa_arn", 6)} expected an MFA device that shows codes: AWS takes no passkey or security key here`,
		],
		[
			"        secret_acces_key: canary\n",
			`${at("secret_acces_key", 6)} unknown key, did you mean "secret_access_key"?`,
		],
	])("%j is told with its place, without the value", async (credentials, line) => {
		const told = await lines(credentials);
		expect(told).toEqual([line]);
		expect(told.join()).not.toContain("canary");
	});

	test("without any keys, and without a browser, is no mistake until they are needed", async () => {
		const text = "auth:\n  identities:\n    it: {kind: aws/user, credentials: {webflow_enabled: false}}\n";
		const { ctx, problems, refused } = await scene(text);
		expect(await problems()).toEqual([]);
		expect(await refused("it")).toMatchObject({
			code: "config",
			message: '"it" has no access keys',
			reason: `it is defined in ${join(ctx.cwd, "atmos.yaml")}, without \`credentials.access_key_id\` and \`credentials.secret_access_key\`; the keyring gave none either, and \`credentials.webflow_enabled\` is false`,
			remedy: { say: "store its keys in the keyring", run: ["atmos-auth", "user", "configure", "it"] },
		});
	});

	test("one that hangs on something is told to begin by itself", async () => {
		const { problems } = await scene(yaml(user(ADA, ", via: {provider: sso}")));
		expect(await problems()).toEqual([
			expect.stringMatching(
				/^atmos\.yaml:8:\d+: auth\.identities\.it\.via\.provider: an IAM user begins a chain by itself: remove via$/,
			),
		]);
	});

	test("the older spelling of an endpoint decides where the keys go, beside the keys", async () => {
		const { cloud, ctx, write, refused } = await scene(yaml(""));
		const before = cloud.requests.length;
		write("atmos.yaml", yaml(user(`${ADA}, aws: {resolver: {url: "http://127.0.0.1:9"}}`)));
		expect(await refused("it")).toMatchObject({ code: "network" });
		expect(cloud.requests.length).toBe(before);
		expect(ctx.logged.length).toBeGreaterThan(0);
	});

	test.each([
		["`credentials`", user(`${ADA}, aws: {resolver: {url: "https://evil.example"}}`)],
		["`spec`", user(ADA, ', spec: {endpoint_url: "https://evil.example"}')],
	])("a person is asked about an address in %s", async (_, identity) => {
		const { load } = await scene(yaml(identity));
		const asked = await (await load()).trust.survey();
		expect(asked.map(({ fact }) => fact.text)).toEqual(["https://evil.example"]);
	});

	test("the secret key cannot be printed, once it is read", async () => {
		const { load, user: ada } = await scene(yaml(""));
		const identity = await (await load()).identity("ada");
		expect(JSON.stringify(identity)).toContain('"secret_access_key":"[redacted]"');
		expect(JSON.stringify(identity)).not.toContain(ada.secretAccessKey);
	});

	test("lists have the account of its MFA device", () => {
		const texts: Record<string, string> = { "credentials.mfa_arn": DEVICE, "credentials.region": "eu-west-1" };
		expect(columnsOf("aws/user", (...path) => texts[path.join(".")])).toEqual({
			account: "123456789012",
			region: "eu-west-1",
		});
	});
});
