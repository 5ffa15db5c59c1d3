import { expect, test } from "vitest";
import { createLogger, logLevel, redact } from "../../src/commands/logger.ts";

const made = (alphabet: string, length: number): string =>
	Array.from({ length }, (_, index) => alphabet[(index * 7) % alphabet.length]).join("");

test.each([
	["an AWS secret key", made("ABCDefgh0123/+xyz", 40)],
	["a JSON web token", `eyJ${made("abcDEF123", 20)}.${made("abcDEF123", 30)}.${made("xyz", 9)}`],
	["a bearer token", `aoa${made("abcDEF123_-", 90)}`],
	["a token in JSON", `{"accessToken":"${made("abc", 12)}"}`],
	["an EKS token", `k8s-aws-v1.${made("abcDEF", 20)}`],
	["a bearer token of few letters", "Authorization: Bearer abcdefghijkl"],
	["a basic header", "proxy-authorization: Basic dXNlcjpwYXNzd29yZA=="],
	["the portal's header", "x-amz-sso_bearer_token=abcdefghijkl"],
	["a password in an address", "https://user:abcdefghijkl@proxy.example:3128/"],
	["a user name in an address", "http://abcdefghijkl@proxy.example/"],
	["a secret in a query", "https://x.example/?X-Amz-Signature=abcdefghijkl&a=b"],
	["a device code", "device_code=abcdefghijkl&grant_type=x"],
	["Docker's login", `"auth": "abcdefghijkl"`],
	["Docker's login, quoted once more", `\\"auth\\":\\"abcdefghijkl\\"`],
	["a refresh token", `refreshToken: 'abcdefghijkl'`],
	["a client's secret", "client_secret=abcdefghijkl"],
	["a secret key by its name", "aws_secret_access_key = abcdefghijkl"],
])("%s does not pass the log", (_, secret) => {
	const written: string[] = [];
	createLogger({ level: "debug", write: (line) => written.push(line) }).debug(`sent ${secret}`);
	const core =
		/abcdefghijkl|dXNlcjpw\w+/.exec(secret)?.[0] ?? /[A-Za-z0-9/+_-]{12,}/.exec(secret.replace("accessToken", ""))?.[0];
	expect(written.join("")).not.toContain(core);
	expect(written.join("")).toContain("[redacted]");
});

test("an access key id stays recognizable by its last four characters", () => {
	expect(redact("key ASIAIOSFODNN7EXAMPLE")).toBe("key ASIA…MPLE");
});

test("paths and hashes are left alone", () => {
	const text = `/home/ada/.cache/atmos/aws-sso/sessions/${"0123456789abcdef".repeat(3).slice(0, 40)}.json`;
	expect(redact(text)).toBe(text);
});

test("only what the level asks for is written", () => {
	const written: string[] = [];
	const log = createLogger({ level: "warning", write: (line) => written.push(line) });
	log.debug("a");
	log.info("b");
	log.warn("c", { file: "x" });
	expect(written).toEqual(['warning: c file="x"\n']);
});

test("a line break in a message cannot forge a line", () => {
	const written: string[] = [];
	createLogger({ level: "debug", write: (line) => written.push(line) }).warn("a\n::error::b");
	expect(written).toEqual(["warning: a ::error::b\n"]);
});

test("a value that is known to be a secret is replaced wherever it stands", () => {
	const written: string[] = [];
	const secrets = new Set<string>();
	const log = createLogger({ level: "trace", secrets, write: (line) => written.push(line) });
	secrets.add("plain-word");
	log.trace("it is plain-word", { x: "plain-word" });
	expect(written).toEqual(['trace: it is [redacted] x="[redacted]"\n']);
});

test.each([
	"files=/home/ada/.config/atmos/acme/aws/company-sso/credentials",
	"credentials: reused: still valid",
	"requesting a registry token",
	"the AWS CLI's session is not used",
	"https://acme.awsapps.com/start?x=1",
	"at run (/srv/projects/acme/infra/accounts/dev/x.ts)",
	"tokens=3 expires=2026-11-24T12:00:00.000Z",
])("%s tells nothing and stays", (text) => {
	expect(redact(text)).toBe(text);
});

test("a runner's commands in a message are not obeyed", () => {
	const written: string[] = [];
	createLogger({ level: "debug", write: (line) => written.push(line) }).warn("x ##[add-mask]y ##vso[z]");
	expect(written).toEqual(["warning: x # #[add-mask]y # #vso[z]\n"]);
});

test.each([
	["debug", "debug"],
	["WARN", "warning"],
	["none", "off"],
	[" Trace ", "trace"],
])("the level %j is %s", (text, level) => {
	expect(logLevel(text, "x")).toBe(level);
});

test("a level that there is not is refused with those that there are", () => {
	expect(() => logLevel("loud", "ATMOS_LOGS_LEVEL")).toThrow('ATMOS_LOGS_LEVEL is "loud"');
	expect(() => logLevel("loud", "x")).toThrow(
		expect.objectContaining({
			code: "usage",
			remedy: { say: "choose one of trace, debug, info, warning, error or off" },
		}),
	);
});
