/** The program as a whole against servers that lie, wait, never end or have another time. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { type Behaviour, HOSTILE_TEXT } from "../cloud/script.ts";
import { type Ended, type Program, program } from "./program.ts";

const DISCOVERY = `
auth:
  providers:
    company-sso:
      kind: aws/iam-identity-center
      start_url: https://acme.awsapps.com/start
      region: us-east-1
      auto_provision_identities: true
`;

const raw = (value: unknown): Behaviour => ({ type: "raw", body: JSON.stringify(value) });

function identities({ home }: Program): Record<string, unknown> {
	const path = join(home, ".cache", "atmos", "auth", "company-sso", "provisioned-identities.yaml");
	return parse(readFileSync(path, "utf8")).auth.identities;
}

/** A project whose four identities have been found and stored. */
async function discovered(): Promise<Program> {
	const it = await program({ yaml: DISCOVERY });
	it.cloud.approveAlways();
	expect(await discover(it)).toMatchObject({ code: 0 });
	expect(Object.keys(identities(it))).toHaveLength(4);
	return it;
}

const discover = (it: Program, ...flags: string[]): Promise<Ended> =>
	it.run(["login", "--provider", "company-sso", "--device-code", ...flags]).ended;

describe("discovery", () => {
	test("keeps the stored identities when the answer is none, and says what is wrong with it", async () => {
		const it = await discovered();
		it.cloud.script.always("sso:ListAccounts", raw({}));
		const { stderr } = await discover(it);
		expect(stderr).toContain("sso:ListAccounts returned an unusable response");
		expect(stderr).not.toContain("Identities: 0 found");
		expect(Object.keys(identities(it))).toHaveLength(4);
		it.cloud.script.always("sso:ListAccounts", undefined);
		it.cloud.script.always("sso:ListAccountRoles", raw({}));
		expect((await discover(it)).stderr).toContain("sso:ListAccountRoles returned an unusable response");
		expect(Object.keys(identities(it))).toHaveLength(4);
	});

	test("tells what went away, in words and as an event", async () => {
		const it = await discovered();
		const [portal] = it.cloud.world.portals;
		Object.assign(portal ?? {}, { assignments: portal?.assignments.slice(0, 2) });
		const { stderr } = await discover(it);
		const gone = "2 identities are no longer available: production/ReadOnlyAccess, staging/AdministratorAccess";
		expect(stderr).toContain(`discover: ${gone}\n`);
		expect(stderr).toContain(`! ${gone}\n`);
		it.cloud.script.always("sso:ListAccounts", raw({ accountList: [] }));
		const { stdout } = await discover(it, "--json");
		const events = stdout
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(events).toContainEqual(
			expect.objectContaining({
				type: "provision.progress",
				gone: { total: 2, names: ["development/AdministratorAccess", "development/ReadOnlyAccess"] },
			}),
		);
		expect(events).toContainEqual(
			expect.objectContaining({ type: "warning", message: expect.stringContaining("all 2 stored identities") }),
		);
	});

	test("of endless pages ends soon, and of a service that wants an hour's rest at once", async () => {
		const it = await discovered();
		it.cloud.script.always("sso:ListAccounts", { type: "endless" });
		expect((await discover(it)).stderr).toContain("the identities could not be listed");
		expect(it.cloud.count("sso:ListAccounts")).toBeLessThan(20);
		it.cloud.script.clear();
		const headers = { "retry-after": "3600" };
		it.cloud.script.always("sso:ListAccounts", {
			type: "error",
			status: 429,
			name: "TooManyRequestsException",
			headers,
		});
		const started = performance.now();
		expect((await discover(it)).stderr).toContain("the identities could not be listed");
		expect(performance.now() - started).toBeLessThan(20_000);
		expect(Object.keys(identities(it))).toHaveLength(4);
	});
});

describe("a wrong clock", () => {
	test.each([
		["fast", -3_600_000],
		["slow", 3_600_000],
	])("that is an hour %s is named, with the command that sets it", async (word, shift) => {
		const it = await program();
		it.cloud.shiftClock(shift);
		it.cloud.approveAlways();
		const { code, stderr } = await it.run(["login", "--device-code"]).ended;
		expect(stderr).toContain(`this machine's clock is 60 minutes ${word}`);
		expect(stderr).toMatch(/set the clock: (?:sudo|w32tm) /);
		// The keys of an hour are over as soon as they are given, by a clock that is an hour fast.
		if (word === "fast") expect(stderr).toMatch(/^Error: this machine's clock is 60 minutes fast$/m);
		expect(code).toBe(word === "fast" ? 1 : 0);
	});
});

test("an endpoint without a scheme says so", async () => {
	const it = await program();
	const { code, stderr } = await it.run(["login", "--device-code"], { AWS_ENDPOINT_URL: "localhost:4566" }).ended;
	expect(code).toBe(2);
	expect(stderr).toContain("AWS_ENDPOINT_URL has no scheme: localhost:4566");
	expect(stderr).toContain("Try: write it as http://localhost:4566");
});

test("no network is not the region's fault", async () => {
	const it = await program();
	const name = { AWS_ENDPOINT_URL: "https://oidc.us-east-1.amazonaws.com.invalid" };
	const { code, stderr } = await it.run(["login", "--device-code"], name).ended;
	expect(code).toBe(1);
	// With a network around, the name alone is at fault.
	expect(stderr).toMatch(/there is no network|was not found|looked up/);
	if (stderr.includes("there is no network")) expect(stderr).not.toMatch(/Try: .*region/);
});

test("the page of another portal is neither shown nor opened", async () => {
	const it = await program();
	const started = { deviceCode: "d", userCode: "WDDD-HRQV", expiresIn: 600, interval: 1 };
	const verificationUri = "https://evil.awsapps.com/start/#/device";
	it.cloud.script.always("sso-oidc:StartDeviceAuthorization", raw({ ...started, verificationUri }));
	const { code, stderr } = await it.run(["login", "--device-code"]).ended;
	expect(code).toBe(1);
	expect(stderr).toContain("its host is evil.awsapps.com");
	expect(stderr).not.toContain("WDDD-HRQV");
});

describe("the log", () => {
	test("debug has one line for each request, trace the headers, and neither a secret", async () => {
		const it = await program();
		it.cloud.approveAlways();
		it.cloud.script.next("sso:GetRoleCredentials", {
			type: "error",
			status: 503,
			name: "InternalServerException",
			message: HOSTILE_TEXT,
		});
		const { code, stderr } = await it.run(["login", "--device-code", "--log-level", "trace"]).ended;
		expect(code).toBe(0);
		const lines = stderr.split("\n");
		const asked = it.cloud.requests.filter(({ operation }) => operation !== "page");
		expect(lines.filter((line) => line.startsWith("debug: request "))).toHaveLength(asked.length);
		for (const { operation, requestId, status } of asked) {
			const [service, action] = operation.split(":");
			const line = lines.find((each) => each.startsWith("debug: request ") && each.includes(requestId));
			expect(line).toContain(`service="${service}" action="${action}" status=${status} ms=`);
		}
		expect(stderr).toMatch(/action="GetRoleCredentials" status=503 .* error="InternalServerException" retryInMs=\d+/);
		expect(stderr).toMatch(
			/^trace: > GET http:\/\/127\.0\.0\.1:\d+\/federation\/credentials\?.*account_id=123456789012/m,
		);
		expect(stderr).toMatch(/^trace: > .* x-amz-sso_bearer_token="?\[redacted\]/m);
		expect(stderr).toMatch(/^trace: < 200 .*x-amzn-requestid="/m);
		for (const secret of it.cloud.secrets()) expect(stderr).not.toContain(secret);
		expect(stderr).not.toContain("\u001b");
	});
});

test("a portal that hangs is not silence: it is said what is waited for", async () => {
	const silent = createServer(() => {});
	await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		silent.closeAllConnections();
		silent.close();
	});
	const it = await program();
	const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
	const running = it.run(["login", "--device-code", "--plain"], { AWS_ENDPOINT_URL: url });
	await running.saw(/^waiting: company-sso: registering the client, 10s so far$/m);
	running.process.kill("SIGINT");
	expect((await running.ended).code).toBe(130);
});
