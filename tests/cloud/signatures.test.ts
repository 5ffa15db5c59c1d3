import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { Hash } from "@smithy/hash-node";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { request, type Setup, setUp } from "./client.ts";

type Credentials = Awaited<ReturnType<Setup["roleCredentials"]>>;

let set: Setup;
let credentials: Credentials;
beforeEach(async () => {
	// Nothing of the machine's own AWS configuration.
	vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
	vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
	set = await setUp({ now: Date.now });
	credentials = await set.roleCredentials();
});
afterEach(async () => {
	vi.unstubAllEnvs();
	await set.cloud.close();
});

const clientConfig = (keys: Credentials, region = "us-east-2") => ({
	region,
	endpoint: set.cloud.url,
	credentials: {
		accessKeyId: keys.accessKeyId,
		secretAccessKey: keys.secretAccessKey,
		sessionToken: keys.sessionToken,
	},
	maxAttempts: 1,
});
const describeCluster = (keys: Credentials, name = "dev-cluster", region?: string) =>
	new EKSClient(clientConfig(keys, region)).send(new DescribeClusterCommand({ name }));
const ecrToken = (keys: Credentials, region?: string) =>
	new ECRClient(clientConfig(keys, region)).send(new GetAuthorizationTokenCommand({}));

describe("the real AWS clients", () => {
	test("get a registry's token, good for twelve hours", async () => {
		const { authorizationData = [] } = await ecrToken(credentials);
		const [data] = authorizationData;
		expect(data?.proxyEndpoint).toBe("https://123456789012.dkr.ecr.us-east-2.amazonaws.com");
		expect(Math.round(((data?.expiresAt?.getTime() ?? 0) - Date.now()) / 60_000)).toBe(720);
		const [user, password = ""] = Buffer.from(data?.authorizationToken ?? "", "base64")
			.toString()
			.split(":");
		expect(user).toBe("AWS");
		expect(set.cloud.ecr.accepts(password)).toBe(true);
		expect(set.cloud.ecr.accepts("guessed")).toBe(false);
		set.cloud.shiftClock(12 * 3_600_000);
		expect(set.cloud.ecr.accepts(password)).toBe(false);
	});

	test("get a cluster's description", async () => {
		const { cluster } = await describeCluster(credentials);
		expect(cluster).toMatchObject({
			arn: "arn:aws:eks:us-east-2:123456789012:cluster/dev-cluster",
			endpoint: expect.stringMatching(/^https:\/\/[\dA-F]{32}\.gr7\.us-east-2\.eks\.amazonaws\.com$/),
			status: "ACTIVE",
		});
		const pem = Buffer.from(cluster?.certificateAuthority?.data ?? "", "base64").toString();
		const { X509Certificate } = await import("node:crypto");
		expect(new X509Certificate(pem).ca).toBe(true);
		expect(set.cloud.requests.at(-1)?.facts).toMatchObject({
			cluster: "dev-cluster",
			region: "us-east-2",
			principal: expect.stringMatching(
				/:assumed-role\/AWSReservedSSO_AdministratorAccess_[\da-f]{16}\/ada@acme\.example$/,
			),
		});
	});

	test("of China get hosts of China", async () => {
		const { authorizationData = [] } = await ecrToken(credentials, "cn-north-1");
		expect(authorizationData[0]?.proxyEndpoint).toMatch(/\.amazonaws\.com\.cn$/);
	});

	test("are told what does not exist and what is not allowed, as EKS puts it", async () => {
		await expect(describeCluster(credentials, "none")).rejects.toMatchObject({
			name: "ResourceNotFoundException",
			message: "No cluster found for name: none.",
		});
		await expect(describeCluster(credentials, "dev-cluster", "eu-west-1")).rejects.toMatchObject({
			name: "ResourceNotFoundException",
		});
		const reader = await set.roleCredentials("999999999999", "ReadOnlyAccess");
		await expect(describeCluster(reader, "prod-cluster")).rejects.toMatchObject({
			name: "AccessDeniedException",
			message: expect.stringMatching(
				/^User: arn:aws:sts::999999999999:assumed-role\/\S+ is not authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:us-east-2:999999999999:cluster\/prod-cluster$/,
			),
			$metadata: { httpStatusCode: 403, requestId: expect.any(String) },
		});
	});
});

describe("a request is refused", () => {
	test("with another secret, session token or key", async () => {
		await expect(describeCluster({ ...credentials, secretAccessKey: "guessed" })).rejects.toMatchObject({
			name: "InvalidSignatureException",
			$metadata: { httpStatusCode: 403 },
		});
		await expect(ecrToken({ ...credentials, secretAccessKey: "guessed" })).rejects.toMatchObject({
			name: "InvalidSignatureException",
			$metadata: { httpStatusCode: 400 },
		});
		const other = await set.roleCredentials();
		for (const wrong of [
			{ ...credentials, sessionToken: other.sessionToken },
			{ ...credentials, accessKeyId: "ASIAAAAAAAAAAAAAAAAA" },
		]) {
			await expect(ecrToken(wrong)).rejects.toMatchObject({ name: "UnrecognizedClientException" });
		}
	});

	test("with credentials that are over", async () => {
		const now = Date.now() + 3_600_000;
		set.cloud.shiftClock(3_600_000);
		const request = await signed({ service: "eks", path: "/clusters/dev-cluster", date: new Date(now) });
		expect((await request.send()).headers.get("x-amzn-errortype")).toBe("ExpiredTokenException");
	});

	test("from a clock that is more than five minutes off, either way", async () => {
		for (const [minutes, words] of [
			[-6, /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/],
			[6, /^Signature not yet current: \d{8}T\d{6}Z is still later than/],
		] as const) {
			const { send } = await signed({
				service: "eks",
				path: "/clusters/dev-cluster",
				date: new Date(Date.now() + minutes * 60_000),
			});
			const { status, headers, body } = await send();
			expect(status).toBe(403);
			expect(headers.get("x-amzn-errortype")).toBe("InvalidSignatureException");
			expect(body.message).toMatch(words);
		}
	});

	test("whose path, query, body or signed header was changed on the way", async () => {
		const { send } = await signed({ service: "eks", path: "/clusters/dev-cluster" });
		expect((await send()).status).toBe(200);
		expect((await send({ path: "/clusters/prod-cluster" })).status).toBe(403);
		expect((await send({ path: "/clusters/dev-cluster?more=1" })).status).toBe(403);
		expect((await send({ headers: { "x-amz-date": "20200101T000000Z" } })).status).toBe(403);
		expect((await send({ headers: { "x-amz-added": "1" } })).body.message).toMatch(
			/'x-amz-added' must be a 'SignedHeader'/,
		);

		const form = "Action=GetCallerIdentity&Version=2011-06-15";
		const sts = await signed({ service: "sts", path: "/", method: "POST", body: form });
		expect((await sts.send()).text).toContain("<Account>123456789012</Account>");
		const changed = await sts.send({ body: `${form}&x=1` });
		expect(changed.status).toBe(403);
		expect(changed.text).toContain("<Code>SignatureDoesNotMatch</Code>");
	});

	test("that was signed for another service, or not at all", async () => {
		const { send } = await signed({ service: "ecr", path: "/clusters/dev-cluster" });
		expect((await send()).body.message).toBe("Credential should be scoped to correct service: 'eks'.");
		const naked = await request(`${set.cloud.url}/clusters/dev-cluster`);
		expect(naked.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
	});

	test("and a name that has to be encoded does not confuse the signature", async () => {
		const { send } = await signed({ service: "eks", path: "/clusters/dev%20cluster%2F%C3%A9" });
		expect((await send()).headers.get("x-amzn-errortype")).toBe("ResourceNotFoundException");
	});
});

describe("a cluster's bearer token", () => {
	const token = async (
		changes: { cluster?: string; query?: Record<string, string>; expiresIn?: number; host?: string } = {},
	) => {
		const host = changes.host ?? "sts.us-east-2.amazonaws.com";
		const { query = {}, headers } = await signer("sts").presign(
			new HttpRequest({
				protocol: "https:",
				hostname: host,
				path: "/",
				query: { Action: "GetCallerIdentity", Version: "2011-06-15", ...changes.query },
				headers: { host, "x-k8s-aws-id": changes.cluster ?? "dev-cluster" },
			}),
			{ expiresIn: changes.expiresIn ?? 60 },
		);
		expect(headers).not.toHaveProperty("authorization");
		const url = `https://${host}/?${new URLSearchParams(query as Record<string, string>)}`;
		return `k8s-aws-v1.${Buffer.from(url).toString("base64url")}`;
	};

	test("tells whose it is, for a quarter of an hour", async () => {
		const text = await token();
		expect(set.cloud.sts.verifyEksToken(text, "dev-cluster").assignment.role).toBe("AdministratorAccess");
		set.cloud.shiftClock(14 * 60_000);
		expect(set.cloud.sts.verifyEksToken(text, "dev-cluster").arn).toContain("123456789012");
		set.cloud.shiftClock(2 * 60_000);
		expect(() => set.cloud.sts.verifyEksToken(text, "dev-cluster")).toThrow(/^Signature expired/);
	});

	test.each([
		["for another cluster", {}, "prod-cluster", /does not match/],
		["of another action", { query: { Action: "GetSessionToken" } }, "dev-cluster", /wrong action/],
		["with more in it", { query: { RoleArn: "arn" } }, "dev-cluster", /unexpected parameter RoleArn/],
		["that asks for hours", { expiresIn: 3600 }, "dev-cluster", /X-Amz-Expires/],
		["of another host", { host: "sts.evil.example" }, "dev-cluster", /unexpected host/],
	])("%s is refused", async (_, changes, cluster, words) => {
		const text = await token(changes);
		expect(() => set.cloud.sts.verifyEksToken(text, cluster)).toThrow(words);
	});

	test("with padding or another prefix is refused", async () => {
		const text = await token();
		for (const wrong of [`${text}=`, text.replace("v1.", "v2."), "k8s-aws-v1.bm90IGEgdXJs"]) {
			expect(() => set.cloud.sts.verifyEksToken(wrong, "dev-cluster")).toThrow();
		}
	});
});

const signer = (service: string): SignatureV4 => {
	const { accessKeyId, secretAccessKey, sessionToken } = credentials;
	return new SignatureV4({
		service,
		region: "us-east-2",
		sha256: Hash.bind(null, "sha256") as never,
		credentials: { accessKeyId, secretAccessKey, sessionToken },
	});
};

/** A request that is signed right; `send` may change it afterwards. */
async function signed(wanted: { service: string; path: string; method?: string; body?: string; date?: Date }) {
	const { host } = new URL(set.cloud.url);
	const { service, path, method = "GET", body, date = new Date() } = wanted;
	const { headers } = await signer(service).sign(
		new HttpRequest({ method, protocol: "http:", hostname: host, path, headers: { host }, ...(body ? { body } : {}) }),
		{ signingDate: date },
	);
	return {
		send: (changes: { path?: string; headers?: Record<string, string>; body?: string } = {}) => {
			const { host: _, ...sent } = { ...headers, ...changes.headers };
			return request(set.cloud.url + (changes.path ?? path), {
				method,
				headers: { ...sent, ...(body ? { "content-type": "application/x-www-form-urlencoded" } : {}) },
				body: changes.body ?? body ?? null,
			});
		},
	};
}
