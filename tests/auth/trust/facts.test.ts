import { chmodSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isExpected } from "../../../src/auth/trust/addresses.ts";
import { factLines, visible } from "../../../src/auth/trust/facts.ts";
import { UntrustedError } from "../../../src/auth/trust/untrusted-error.ts";
import { auth, repository, withCommand, withEndpoint } from "./project.ts";

const EVIL = "https://evil.example";

describe("what is asked for", () => {
	test("a configuration that only signs in: nothing", async () => {
		expect(await repository({ "atmos.yaml": auth() }).wants()).toEqual([]);
	});

	test("a command, which does not run before", async () => {
		const p = repository({ "atmos.yaml": withCommand("touch ran; echo dev") });
		expect(await p.wants()).toEqual(["touch ran; echo dev"]);
		expect(existsSync(join(p.root, "ran"))).toBe(false);
		await p.agree();
		expect(await p.wants()).toEqual([]);
		expect(existsSync(join(p.root, "ran"))).toBe(true);
	});

	test.each([
		["of a provider", { provider: `      spec: {endpoint_url: "${EVIL}"}` }],
		["in the older spelling", { provider: `      spec: {aws: {resolver: {url: "${EVIL}"}}}` }],
		["of an identity", { identity: `      spec: {endpoint_url: "${EVIL}"}` }],
		["under its credentials", { identity: `      credentials: {aws: {resolver: {url: "${EVIL}"}}}` }],
		["by a function", { provider: `      spec: {endpoint_url: !env NOT_SET ${EVIL}}` }],
		["through an alias", { top: `x: &x {endpoint_url: "${EVIL}"}\n`, provider: "      spec: *x" }],
		["through a merge key", { top: `x: &x {endpoint_url: "${EVIL}"}\n`, provider: "      spec: {<<: *x}" }],
		["through an included file", { provider: "      spec: !include spec.yaml" }],
	])("an address %s", async (_, more) => {
		const p = repository({ "atmos.yaml": auth(more), "spec.yaml": `endpoint_url: ${EVIL}\n` });
		expect(await p.wants()).toEqual([EVIL]);
		await p.agree();
		expect(await p.wants()).toEqual([]);
	});

	test("a dotted key is no other spelling: it is not read at all", async () => {
		const p = repository({ "atmos.yaml": auth({ provider: `      spec.endpoint_url: "${EVIL}"` }) });
		expect(await p.wants()).toEqual([]);
		expect((await (await p.load()).provider("sso")).config).not.toHaveProperty("spec");
	});

	test("an address that a trusted command prints is asked for by itself", async () => {
		const p = repository({
			"atmos.yaml": auth({ provider: "      spec: {endpoint_url: !exec cat address}" }),
			address: EVIL,
		});
		await p.agree();
		expect(await p.wants()).toEqual([EVIL]);
	});

	test("so is what a command decides to be the kind", async () => {
		const kind = "!exec echo aws/permission-set";
		const text = auth()
			.replace("kind: aws/permission-set", `kind: ${kind}`)
			.replace("{name: dev}", "{name: !exec touch ran}");
		const p = repository({ "atmos.yaml": text });
		expect(await p.wants()).toEqual(["echo aws/permission-set", "touch ran"]);
		expect(existsSync(join(p.root, "ran"))).toBe(false);
	});

	test.each([
		["a kubeconfig", "/etc/kube/config", "/etc/kube/config"],
		["one by a variable", "$OUT/config", "/opt/out/config"],
		["one through dots", "~/../../../../../../../../../etc/kube", "/etc/kube"],
	])("%s outside the home folder", async (_, path, text) => {
		const eks = `  integrations:\n    eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: c, region: us-east-1, kubeconfig: {path: "${path}"}}}}\n`;
		const p = repository({ "atmos.yaml": auth({ integrations: eks }) }, { OUT: "/opt/out" });
		expect(await p.wants()).toEqual([text]);
	});

	test("a path through a link of the repository that leads out, but not one within the home", async () => {
		const base = (path: string): string => auth({ provider: `      spec: {files: {base_path: ${path}}}` });
		const p = repository({ "atmos.yaml": base("./link/x") });
		symlinkSync("/var", join(p.root, "link"));
		expect(await p.wants()).toEqual(["/var/x"]);
		p.write("atmos.yaml", base("./files"));
		expect(await p.wants()).toEqual([]);
	});

	test("a program, wherever it lies", async () => {
		const saml = (path: string): string =>
			`auth:\n  providers:\n    corp: {kind: aws/saml, url: "https://idp.acme.example/aws", region: us-east-1, browser_executable_path: ${path}}\n`;
		const p = repository({ "atmos.yaml": saml("/opt/chrome/chrome") });
		expect(await p.wants()).toEqual(["/opt/chrome/chrome"]);
		const [fact] = await (await p.load()).trust.survey();
		expect(fact && factLines(fact.fact, p.root)).toEqual([
			"start: /opt/chrome/chrome",
			"  as the program for auth.providers.corp.browser_executable_path (atmos.yaml:3)",
		]);
		await p.agree();
		expect(await p.wants()).toEqual([]);
		p.write("atmos.yaml", saml("~/bin/chrome"));
		expect(await p.wants()).toEqual([join(p.ctx.home, "bin/chrome")]);
		// A link is another program as soon as it leads elsewhere.
		p.write("atmos.yaml", saml(join(p.ctx.home, "browser")));
		symlinkSync(p.write("~/other/chrome", ""), join(p.ctx.home, "browser"));
		expect(await p.wants()).toEqual([join(p.ctx.home, "other/chrome")]);
	});

	test("keys that no sign-in reads are no matter", async () => {
		const p = repository({ "atmos.yaml": auth({ identity: "      env: [{key: A, value: !exec touch ran}]" }) });
		expect(await p.wants()).toEqual([]);
	});

	test("an entry that is wrong is neither run nor asked about", async () => {
		const p = repository({ "atmos.yaml": withCommand("touch ran").replace("name: Admin", "nam: Admin") });
		await expect(p.wants()).rejects.toThrow("name is missing");
		expect(existsSync(join(p.root, "ran"))).toBe(false);
	});

	test("only what is used is asked about", async () => {
		const p = repository({
			"atmos.yaml": `${withCommand("a")}    other:\n      kind: aws/permission-set\n      via: {provider: sso}\n      principal: {name: X, account: {name: y}}\n`,
		});
		const config = await p.load();
		await config.identity("other");
		await expect(config.identity("dev")).rejects.toBeInstanceOf(UntrustedError);
	});
});

describe("looking", () => {
	test("listing, previewing and checking run nothing and need no answer", async () => {
		const eks = `  integrations:\n    eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: !exec touch ran, region: us-east-1}}}\n`;
		const p = repository({
			"atmos.yaml": auth({ integrations: eks, provider: "      spec: {endpoint_url: !exec touch ran}" }),
		});
		const config = await p.load();
		config.identities();
		expect(await config.previewIntegration("eks")).toBeUndefined();
		expect(await config.previewProvider("sso")).toBeUndefined();
		expect(await config.check()).toEqual([]);
		await config.trust.survey();
		expect(existsSync(join(p.root, "ran"))).toBe(false);
	});

	test("kubectl's plugin runs no command, trusted or not", async () => {
		const p = repository({ "atmos.yaml": withCommand("touch ran; echo dev") });
		await p.agree();
		const config = await p.load({}, { withoutCommands: true });
		await expect(config.identity("dev")).rejects.toThrow('the identity "dev" depends on the output of a command');
		expect(existsSync(join(p.root, "ran"))).toBe(false);
	});
});

describe("addresses", () => {
	test.each([
		"http://localhost:4566",
		"http://127.0.0.1:1",
		"http://[::1]:1",
		"https://2130706433",
		"https://0x7f.1",
		"https://localhost.",
		"https://x.localhost",
		"https://portal.sso.us-east-1.amazonaws.com",
		"https://oidc.eu-central-1.api.aws",
		"https://oidc.cn-north-1.amazonaws.com.cn",
		"https://oidc-fips.us-gov-west-1.amazonaws.com",
		"https://ſts.us-east-1.amazonaws.com",
		"https://api.ecr.us-east-2.amazonaws.com",
		"https://proxy.corp.example/aws",
	])("%s is expected", (address) => {
		expect(isExpected(address, { AWS_ENDPOINT_URL_SSO: "https://proxy.corp.example" })).toBe(true);
	});

	test.each([
		"https://127.0.0.1.evil.test",
		"https://localhost.evil.test",
		"https://portal.sso.us-east-1.amazonaws.com.evil.test",
		"https://evil.test/portal.sso.us-east-1.amazonaws.com",
		"https://portal.sso.us-east-1.amazonaws.com@evil.test",
		"https://me:secret@localhost",
		"https://bucket.s3.amazonaws.com",
		"https://abc.execute-api.us-east-1.amazonaws.com",
		"https://x.oidc.us-east-1.amazonaws.com",
		"https://oidc.us-east-1.amazonaws.com:8443",
		"http://oidc.us-east-1.amazonaws.com",
		"https://proxy.corp.example:444",
		"https://0.0.0.0",
		"https://[::ffff:1.2.3.4]",
		"not an address",
	])("%s is not", (address) => {
		const env = { AWS_ENDPOINT_URL: "https://proxy.corp.example", HTTPS_PROXY: "https://evil.test" };
		expect(isExpected(address, env)).toBe(false);
	});

	test("the environment that counts is the user's, not the configuration's env:", async () => {
		const p = repository({
			"atmos.yaml": `env: {AWS_ENDPOINT_URL: "${EVIL}", ATMOS_AUTH_TRUST: "1"}\n${withEndpoint(EVIL)}`,
		});
		expect(await p.wants()).toEqual([EVIL]);
	});
});

describe("words", () => {
	test("what a terminal would obey or hide is to be seen, and nothing is cut", async () => {
		const command = `echo \u001b[2Khi\u202e\u200b\u00a0${"x".repeat(3000)}; curl evil`;
		const p = repository({ "atmos.yaml": withCommand(command) });
		const [{ fact } = { fact: undefined as never }] = await (await p.load()).trust.survey();
		const lines = factLines(fact, p.root);
		expect(lines.every((line) => line.length < 1000)).toBe(true);
		const text = lines.map((line) => line.replace(/^run: |^ {2}/, "")).join("");
		expect(text).toContain("\\u{1b}[2Khi\\u{202e}\\u{200b}\\u{a0}");
		expect(text).toContain(`${"x".repeat(3000)}; curl evil`);
		expect(lines.at(-1)).toBe("  for auth.identities.dev.principal.account.name (atmos.yaml:12)");
	});

	test("each kind says what it is", async () => {
		const p = repository({ "atmos.yaml": withEndpoint(EVIL) });
		const error = (await (await p.load()).provider("sso").catch((thrown: unknown) => thrown)) as UntrustedError;
		expect(error).toMatchObject({ code: "config", remedy: { run: ["atmos-auth", "trust"] }, refused: false });
		expect(error.details).toEqual([
			"use: https://evil.example",
			"  instead of the vendor's address, for auth.providers.sso.spec.endpoint_url (atmos.yaml:7)",
		]);
	});

	test.each([
		["a b", "a b"],
		["a\nb", "a\\nb"],
		["a\u00adb", "a\\u{ad}b"],
		["a\u{e0041}", "a\\u{e0041}"],
		["é 漢", "é 漢"],
	])("visible: %j", (given, shown) => {
		expect(visible(given)).toBe(shown);
	});
});

test("a command's own scripts belong to it", async () => {
	const p = repository({ "atmos.yaml": withCommand("sh ./scripts/name.sh"), "scripts/name.sh": "echo dev\n" });
	await p.agree();
	expect(await p.wants()).toEqual([]);
	p.write("scripts/name.sh", "echo dev; curl evil\n");
	expect(await p.wants()).toEqual(["sh ./scripts/name.sh"]);
	p.write("atmos.yaml", withCommand("true || cat data || sh -e scripts/other || ./tool; echo dev"));
	await p.agree();
	p.write("data", "1");
	expect(await p.wants()).toEqual([]);
	p.write("scripts/other", "echo");
	expect(await p.wants()).toEqual(["true || cat data || sh -e scripts/other || ./tool; echo dev"]);
	await p.agree();
	chmodSync(p.write("tool", "echo"), 0o755);
	expect(await p.wants()).toEqual(["true || cat data || sh -e scripts/other || ./tool; echo dev"]);
	p.write("atmos.yaml", withCommand("sh ./scripts/name.sh"));
	mkdirSync(join(p.root, "sub"));
	p.write("scripts/name.sh", "echo dev\n");
	// From another folder the same words lead to another file, or none.
	expect(await p.wants({ cwd: join(p.root, "sub") })).toEqual(["sh ./scripts/name.sh"]);
});
