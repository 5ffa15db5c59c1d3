import { describe, expect, test } from "vitest";
import type { AuthError } from "../../../../src/auth/errors.ts";
import { HOSTILE_TEXT } from "../../../cloud/script.ts";
import { authority } from "../../../helpers/pki.ts";
import { remedyOf } from "../../../helpers/remedy.ts";
import { ANCHOR, anywhere, type Changes, FILES, identity, PROFILE, ROLE } from "./scene.ts";

const OPERATION = "rolesanywhere:CreateSession";

/** What a sign-in is refused with. */
async function refusal(changes: Changes, more = FILES): Promise<AuthError> {
	const { refused } = await anywhere(identity(more), changes);
	return refused("it");
}

/** Who asked for what, in every refusal. */
const REQUEST = [
	expect.stringMatching(/^certificate: CN=ci\.acme\.example, O=Acme, serial number \d+$/),
	expect.stringMatching(/^issued by CN=.+, O=Acme, valid from /),
	`asked for ${ROLE}`,
	`through the profile ${PROFILE}`,
	`and the trust anchor ${ANCHOR}`,
];

describe("a refusal", () => {
	test.each<[string, Changes]>([
		[
			"does not trust this certificate",
			{ role: { trust: { principals: ["rolesanywhere.amazonaws.com"], commonName: "other" } } },
		],
		["does not trust Roles Anywhere", { role: { trust: { principals: ["arn:aws:iam::123456789012:root"] } } }],
		[
			"does not let it tag sessions",
			{ role: { trust: { principals: ["rolesanywhere.amazonaws.com"], serviceActions: ["sts:AssumeRole"] } } },
		],
		["is not in the profile", { profile: { roles: [] } }],
		["does not exist", { world: { roles: [] } }],
	])("of a role that %s has all that its trust policy needs", async (_, changes) => {
		const error = await refusal(changes);
		expect(error).toMatchObject({
			code: "denied",
			message: `CN=ci.acme.example, O=Acme may not assume ${ROLE}`,
			reason: `Unable to assume role for ${ROLE}`,
			service: { name: "AccessDeniedException", status: 403, operation: OPERATION, requestId: expect.any(String) },
		});
		expect(error.details.slice(0, 5)).toEqual(REQUEST);
		const checks = error.details.filter((line) => line.startsWith("check: "));
		expect(checks).toHaveLength(3);
		const statement = JSON.parse(/\{.*\}/.exec(checks[0] ?? "")?.[0] ?? "");
		expect(statement).toEqual({
			Effect: "Allow",
			Principal: { Service: "rolesanywhere.amazonaws.com" },
			Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
			Condition: {
				StringEquals: { "aws:PrincipalTag/x509Subject/CN": "ci.acme.example" },
				ArnEquals: { "aws:SourceArn": ANCHOR },
			},
		});
		expect(remedyOf(error)).toContain("administrator of account 123456789012");
	});

	test("of a certificate whose authority is another says which one it wants", async () => {
		const other = authority({ subject: { CN: "Another CA", O: "Acme" } });
		const error = await refusal({ anchor: { certificates: other.pem } });
		expect(error).toMatchObject({
			code: "denied",
			message: 'IAM Roles Anywhere does not trust the certificate of "it"',
			reason: "Untrusted certificate. Insufficient certificate",
		});
		expect(error.details.slice(0, 5)).toEqual(REQUEST);
		expect(error.details).toContain("no certificate was sent beside it; the last is issued by CN=Acme Root CA, O=Acme");
		expect(error.details.filter((line) => line.startsWith("check: "))).toHaveLength(3);
		expect(remedyOf(error)).toContain("`spec.intermediates`");
	});

	test("of one whose issuer was not sent names the one that is missing", async () => {
		const error = await refusal({ by: (root) => root.issue({ ca: true, subject: { CN: "Acme One", O: "Acme" } }) });
		expect(error.details).toContain("check: the trust anchor's certificate is that of CN=Acme One, O=Acme");
		expect(remedyOf(error)).toMatch(/^if CN=Acme One, O=Acme is not the trust anchor's own authority, add /);
	});

	test("of one whose issuer was sent, and is not enough, names who vouches for that", async () => {
		const set = await anywhere(identity(`${FILES}, intermediates: between.pem`), {
			by: (root) => root.issue({ ca: true, subject: { CN: "Acme One", O: "Acme" } }),
			anchor: { certificates: authority({ subject: { CN: "Another CA", O: "Acme" } }).pem },
		});
		set.put("between.pem", set.issuer.pem);
		const error = await set.refused("it");
		expect(error.details).toContain(
			"sent beside it, in this order: CN=Acme One, O=Acme; the last is issued by CN=Acme Root CA, O=Acme",
		);
		expect(error.details).toContain("check: the trust anchor's certificate is that of CN=Acme Root CA, O=Acme");
	});

	test("of one that was revoked", async () => {
		const serial = 123_456_789n;
		const error = await refusal({ certificate: { serial }, anchor: { revoked: [String(serial)] } });
		expect(error).toMatchObject({ code: "denied", message: 'the certificate of "it" was revoked' });
	});

	test.each([
		["trust anchor", { anchor: { disabled: true } }, ANCHOR, "enable-trust-anchor --trust-anchor-id 11111111-"],
		["profile", { profile: { disabled: true } }, PROFILE, "enable-profile --profile-id 22222222-"],
	] as const)("by a disabled %s says how to enable it", async (what, changes, arn, words) => {
		const error = await refusal(changes);
		expect(error).toMatchObject({ code: "denied", message: `the ${what} ${arn} is disabled` });
		expect(remedyOf(error)).toContain(`aws rolesanywhere ${words}`);
		expect(remedyOf(error)).toContain("--region eu-central-1");
	});

	test.each<[string, Changes, string]>([
		["trust anchor", { world: { trustAnchors: [] } }, "trust_anchor_arn"],
		["profile", { world: { profiles: [] } }, "profile_arn"],
	])("by a %s that there is not", async (what, changes, key) => {
		const error = await refusal(changes);
		expect(error).toMatchObject({
			code: "config",
			message: expect.stringMatching(new RegExp(`^there is no ${what} .* in eu-central-1 of account 123456789012$`)),
		});
		expect(remedyOf(error)).toContain(`\`spec.${key}\``);
	});

	test("of a longer session than there is", async () => {
		const error = await refusal({}, `${FILES}, session_duration: 6h`);
		expect(error).toMatchObject({ code: "config", message: "there are no sessions of 6h for CiDeployer" });
		expect(remedyOf(error)).toContain("`spec.session_duration`");
	});

	test("of a session name that the profile does not accept", async () => {
		const error = await refusal({}, `${FILES}, role_session_name: build-42`);
		expect(error).toMatchObject({
			code: "config",
			message: expect.stringContaining("does not accept the session name"),
		});
		expect(remedyOf(error)).toContain("`spec.role_session_name`");
	});

	test("says nothing that a terminal would obey, whoever made it up", async () => {
		const subject = { CN: `ci\u001b[2J\u202e.example`, O: "\u001b]0;owned\u0007Acme" };
		const set = await anywhere(identity(), { certificate: { subject } });
		set.cloud.script.next(OPERATION, {
			type: "error",
			status: 403,
			name: "AccessDeniedException",
			message: HOSTILE_TEXT,
		});
		const error = await set.refused("it");
		const said = JSON.stringify([error.message, error.reason, error.details, error.remedy]);
		expect(said).not.toMatch(/\\u001b|\\u0007|\u202e|\\n::/);
		expect(said).toContain("ci");
	});
});

describe("a clock that is wrong", () => {
	test.each([-12, 12])("by %i minutes is put right for the signature, once", async (minutes) => {
		const { cloud, signIn } = await anywhere(identity());
		cloud.shiftClock(minutes * 60_000);
		await signIn("it");
		expect(cloud.requests.map(({ operation, status }) => [operation, status])).toEqual([
			[OPERATION, 403],
			[OPERATION, 201],
		]);
	});

	test("is what is said where that does not help", async () => {
		const { cloud, refused } = await anywhere(identity());
		cloud.shiftClock(12 * 60_000);
		cloud.script.always(OPERATION, {
			type: "error",
			status: 403,
			name: "AccessDeniedException",
			message: "Signature expired: 20261123T120000Z is too old.",
		});
		const error = await refused("it");
		expect(error).toMatchObject({ code: "denied", message: "this machine's clock is 12 minutes slow" });
		expect(remedyOf(error)).toContain("set the clock");
		expect(cloud.count(OPERATION)).toBe(2);
	});
});

describe("the service", () => {
	test("is asked again when it throttles or fails, and in the end that is what is said", async () => {
		const set = await anywhere(identity());
		set.cloud.script.next(OPERATION, { type: "error", status: 429, name: "ThrottlingException" }, { type: "drop" });
		await set.signIn("it");
		expect(set.cloud.count(OPERATION)).toBe(3);
		set.cloud.script.always(OPERATION, { type: "error", status: 429, name: "ThrottlingException" });
		expect((await set.refused("it", { force: true })).message).toBe("IAM Roles Anywhere is throttling requests");
		set.cloud.script.always(OPERATION, { type: "error", status: 503, name: "ServiceUnavailable" });
		expect((await set.refused("it", { force: true })).message).toBe("IAM Roles Anywhere returned an error (HTTP 503)");
	});

	const ANSWER = {
		credentialSet: [
			{
				roleArn: ROLE,
				assumedRoleUser: { arn: "arn:aws:sts::123456789012:assumed-role/CiDeployer/x" },
				credentials: {
					accessKeyId: "ASIAX",
					secretAccessKey: "s",
					sessionToken: "t",
					expiration: new Date(Date.now() + 3_600_000).toISOString(),
				},
			},
		],
	};
	const [ENTRY] = ANSWER.credentialSet;
	test.each<[string, number, unknown, string]>([
		["another status", 200, ANSWER, "its status is 200 instead of 201"],
		["no credentials", 201, { credentialSet: [] }, "its credentialSet is empty"],
		["nothing", 201, {}, "its credentialSet is missing"],
		[
			"another role",
			201,
			{ credentialSet: [{ ...ENTRY, roleArn: "arn:aws:iam::123456789012:role/Other" }] },
			"its credentialSet is not a session of the role that was asked for",
		],
		[
			"another role's session",
			201,
			{ credentialSet: [{ ...ENTRY, assumedRoleUser: { arn: "arn:aws:sts::123456789012:assumed-role/Other/x" } }] },
			"its credentialSet is not a session of the role that was asked for",
		],
		[
			"no end",
			201,
			{ credentialSet: [{ ...ENTRY, credentials: { ...ENTRY?.credentials, expiration: "soon" } }] },
			"its credentialSet[0].credentials.expiration is not a valid time",
		],
		[
			"an end that is past",
			201,
			{ credentialSet: [{ ...ENTRY, credentials: { ...ENTRY?.credentials, expiration: "2020-01-01T00:00:00Z" } }] },
			"its expiration is in the past",
		],
	])("is not believed with %s", async (_, status, body, reason) => {
		const set = await anywhere(identity());
		set.cloud.script.next(OPERATION, { type: "raw", status, body: JSON.stringify(body) });
		expect(await set.refused("it")).toMatchObject({ code: "service", reason });
	});

	test.each([200, 201, 302, 403])("is not a page that something else answers with (%i)", async (status) => {
		const set = await anywhere(identity());
		set.cloud.script.next(OPERATION, {
			type: "raw",
			status,
			contentType: "text/html",
			body: "<h1>Sign in to the Wi-Fi</h1>",
		});
		const error = await set.refused("it");
		expect(error.code).toBe("service");
		expect(`${error.message} ${error.reason}`).toMatch(/unreadable|unusable/);
	});

	test("does not keep anybody who has cancelled", async () => {
		const set = await anywhere(identity());
		set.cloud.script.next(OPERATION, { type: "hang" });
		const stop = new AbortController();
		const signedIn = set.signIn("it", { signal: stop.signal });
		await set.cloud.waitFor(({ operation }) => operation === OPERATION);
		stop.abort(new DOMException("enough", "AbortError"));
		await expect(signedIn).rejects.toThrow();
		await set.cloud.waitForAbort(OPERATION);
	});
});
