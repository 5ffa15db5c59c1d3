/** What the loopback cloud's Roles Anywhere takes and refuses. Requests are put into canonical form by AWS's own library. */
import { createHash, sign } from "node:crypto";
import { Hash } from "@smithy/hash-node";
import { HttpRequest } from "@smithy/protocol-http";
import { getCanonicalHeaders, SignatureV4 } from "@smithy/signature-v4";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { authority, type CertificateOptions, type Issued } from "../helpers/pki.ts";
import { type AnywhereProfile, profileArn, type TrustAnchor, trustAnchorArn } from "./anywhere.ts";
import { type Reply, request, type Setup, setUp } from "./client.ts";
import { type IamRole, roleArn } from "./iam.ts";
import { stsCalls } from "./sts-client.ts";
import { smallWorld } from "./world.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const DAY = 86_400_000;
const VALID = { from: NOW - DAY, to: NOW + DAY };
const ROOT = authority({ key: "rsa", from: NOW - DAY, to: NOW + 1000 * DAY });
const PLACE = { accountId: "123456789012", region: "eu-central-1" };
const role: IamRole = {
	accountId: "123456789012",
	name: "Ci",
	trust: { principals: ["rolesanywhere.amazonaws.com"], commonName: "ci.acme.example" },
};
const anchor: TrustAnchor = { ...PLACE, id: "anchor", certificates: ROOT.pem };
const profile: AnywhereProfile = { ...PLACE, id: "profile", roles: [roleArn(role)] };

/** AWS's own canonical form; the rest of a signature with X.509 is the test's. */
class Canonical extends SignatureV4 {
	constructor() {
		const credentials = { accessKeyId: "", secretAccessKey: "" };
		super({ credentials, region: "", service: "rolesanywhere", sha256: Hash.bind(null, "sha256") });
	}

	of(request: HttpRequest, bodyHash: string): { readonly text: string; readonly names: string } {
		const headers = getCanonicalHeaders(request);
		return {
			text: this.createCanonicalRequest(request, headers, bodyHash),
			names: Object.keys(headers).sort().join(";"),
		};
	}
}

let set: Setup;
beforeEach(async () => {
	set = await setUp({ world: smallWorld({ roles: [role], trustAnchors: [anchor], profiles: [profile] }) });
});
afterEach(() => set.cloud.close());

interface Wanted {
	readonly certificate?: Issued;
	readonly chain?: readonly Issued[];
	readonly body?: Readonly<Record<string, unknown>>;
	readonly query?: Readonly<Record<string, string>>;
	readonly region?: string;
	readonly at?: number;
	/** Changes what is sent after it was signed. */
	readonly tamper?: (headers: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
	readonly sentBody?: string;
}

const leaf = (options: CertificateOptions = {}): Issued => ROOT.issue({ ...VALID, ...options });

async function ask(wanted: Wanted = {}): Promise<Reply> {
	const { certificate = leaf(), chain = [], region = PLACE.region, at = NOW } = wanted;
	const query = {
		profileArn: profileArn(profile),
		roleArn: roleArn(role),
		trustAnchorArn: trustAnchorArn(anchor),
		...wanted.query,
	};
	const body = JSON.stringify(wanted.body ?? {});
	const url = new URL(`${set.cloud.url}/sessions?${new URLSearchParams(query)}`);
	const date = new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");
	const headers: Record<string, string> = {
		host: url.host,
		"content-type": "application/json",
		"x-amz-date": date,
		"x-amz-x509": certificate.der.toString("base64"),
		...(chain.length === 0 ? {} : { "x-amz-x509-chain": chain.map(({ der }) => der.toString("base64")).join(",") }),
	};
	const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
	const { text, names } = new Canonical().of(
		new HttpRequest({ method: "POST", hostname: url.hostname, path: "/sessions", query, headers, body }),
		hash(body),
	);
	const algorithm = `AWS4-X509-${certificate.key.asymmetricKeyType === "rsa" ? "RSA" : "ECDSA"}-SHA256`;
	const scope = `${date.slice(0, 8)}/${region}/rolesanywhere/aws4_request`;
	const toSign = [algorithm, date, scope, hash(text)].join("\n");
	const signature = sign("sha256", Buffer.from(toSign), certificate.key).toString("hex");
	headers.authorization = `${algorithm} Credential=${certificate.serial}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
	const { host: _, ...sent } = { ...headers, ...wanted.tamper?.(headers) };
	return request(url.href, { method: "POST", headers: sent, body: wanted.sentBody ?? body });
}

async function error(wanted: Wanted): Promise<string> {
	const { status, headers, body } = await ask(wanted);
	return `${status} ${headers.get("x-amzn-errortype")}: ${body.message}`;
}

describe("a session", () => {
	test.each(["rsa", "prime256v1", "secp384r1", "secp521r1"] as const)("for a key of type %s", async (key) => {
		const { status, body } = await ask({ certificate: leaf({ key }) });
		expect(status).toBe(201);
		const [{ credentials, roleArn: given }] = body.credentialSet;
		expect(given).toBe(roleArn(role));
		expect(credentials.expiration).toBe("2026-11-23T13:00:00Z");
		expect((await stsCalls(set).whoAmI(credentials)).Arn).toMatch(/:assumed-role\/Ci\/[0-9a-f]+$/);
	});

	test("ends with its role, and is a secret to look for", async () => {
		const [{ credentials }] = (await ask()).body.credentialSet;
		expect(set.cloud.secrets()).toContain(credentials.secretAccessKey);
		set.cloud.world.roles = [];
		await expect(stsCalls(set).whoAmI(credentials)).rejects.toMatchObject({ name: "InvalidClientTokenId" });
	});

	test("over certificates in order, and not in another", async () => {
		const one = ROOT.issue({ ca: true, ...VALID, subject: { CN: "One" } });
		const two = one.issue({ ca: true, ...VALID, subject: { CN: "Two" } });
		const certificate = two.issue(VALID);
		expect((await ask({ certificate, chain: [two, one] })).status).toBe(201);
		for (const chain of [[one, two], [two], []]) {
			expect(await error({ certificate, chain })).toBe(
				"403 AccessDeniedException: Untrusted certificate. Insufficient certificate",
			);
		}
	});

	test("is not given by one who is no authority", async () => {
		const between = leaf();
		expect(await error({ certificate: between.issue(VALID), chain: [between] })).toContain("Insufficient certificate");
	});
});

describe("a request", () => {
	test.each<[string, Wanted, string]>([
		["another body", { sentBody: '{"durationSeconds":3600}' }, "signature does not match"],
		["another date", { tamper: () => ({ "x-amz-date": "20261123T120001Z" }) }, "signature does not match"],
		[
			"another serial number",
			{ tamper: ({ authorization = "" }) => ({ authorization: authorization.replace(/=\d+/, "=42") }) },
			"serial number",
		],
		[
			"a header that is not signed",
			{ tamper: () => ({ "x-amz-x509-chain": ROOT.der.toString("base64") }) },
			"'x-amz-x509-chain' must be a 'SignedHeader'",
		],
		["another certificate", { tamper: () => ({ "x-amz-x509": leaf().der.toString("base64") }) }, "serial number"],
		[
			"the other algorithm",
			{ tamper: ({ authorization = "" }) => ({ authorization: authorization.replace("ECDSA", "RSA") }) },
			"signature does not match",
		],
		["a date six minutes ago", { at: NOW - 360_000 }, "Signature expired"],
		["a date in six minutes", { at: NOW + 360_000 }, "Signature not yet current"],
		["another region's scope", { region: "eu-west-1" }, "region"],
	])("with %s is refused", async (_, wanted, message) => {
		expect(await error(wanted)).toContain(message);
	});

	test("without a signature is refused", async () => {
		expect(await error({ tamper: () => ({ authorization: "" }) })).toContain("403 MissingAuthenticationTokenException");
	});

	test("with a certificate that was signed by the same name and another key is refused", async () => {
		const impostor = authority({ key: "rsa", ...VALID });
		expect(await error({ certificate: impostor.issue(VALID) })).toContain("Insufficient certificate");
	});

	test.each<[string, CertificateOptions, string]>([
		["over", { from: NOW - 2 * DAY, to: NOW - DAY }, "expired or not yet valid"],
		["not valid yet", { from: NOW + DAY, to: NOW + 2 * DAY }, "expired or not yet valid"],
		["an authority's", { ca: true }, "Insufficient certificate"],
		["for encryption", { usage: "keyEncipherment" }, "Insufficient certificate"],
		["for nothing in particular", { usage: "none" }, "Insufficient certificate"],
		["signed with SHA-1", { digest: "sha1" }, "Signature algorithm"],
		["somebody else's", { subject: { CN: "other" } }, "Unable to assume role"],
	])("with a certificate that is %s is refused", async (_, options, message) => {
		expect(await error({ certificate: leaf(options) })).toMatch(new RegExp(`^403 AccessDeniedException: .*${message}`));
	});
});

describe("a profile and a trust anchor", () => {
	test("that are disabled, or not there", async () => {
		const { world } = set.cloud;
		world.trustAnchors = [{ ...anchor, disabled: true }];
		expect(await error({})).toBe("403 AccessDeniedException: Trust anchor is disabled");
		world.trustAnchors = [];
		expect(await error({})).toBe("404 ResourceNotFoundException: TrustAnchor not found");
		world.trustAnchors = [anchor];
		world.profiles = [{ ...profile, disabled: true }];
		expect(await error({})).toBe("403 AccessDeniedException: Profile is disabled");
		world.profiles = [];
		expect(await error({})).toBe("404 ResourceNotFoundException: Profile not found");
		world.profiles = [{ ...profile, roles: [] }];
		expect(await error({})).toContain("Unable to assume role");
	});

	test("with a list of what was revoked", async () => {
		const certificate = leaf();
		set.cloud.world.trustAnchors = [{ ...anchor, revoked: [certificate.serial] }];
		expect(await error({ certificate })).toBe("403 AccessDeniedException: Certificate revoked");
		expect((await ask()).status).toBe(201);
	});

	test("say how long a session lasts, and what it may be called", async () => {
		expect(await error({ body: { durationSeconds: 899 } })).toContain("400 ValidationException");
		expect(await error({ body: { durationSeconds: 3601 } })).toContain("DurationSeconds exceeds");
		expect(await error({ body: { roleSessionName: "build-42" } })).toContain("does not accept");
		set.cloud.world.profiles = [{ ...profile, acceptsSessionNames: true }];
		const { body } = await ask({ body: { roleSessionName: "build-42", durationSeconds: 900 } });
		expect(body.credentialSet[0].assumedRoleUser.arn).toMatch(/\/build-42$/);
		expect(body.credentialSet[0].credentials.expiration).toBe("2026-11-23T12:15:00Z");
	});
});
