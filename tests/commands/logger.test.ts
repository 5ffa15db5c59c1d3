import { expect, test } from "vitest";
import { createLogger, redact } from "../../src/commands/logger.ts";

const made = (alphabet: string, length: number): string =>
	Array.from({ length }, (_, index) => alphabet[(index * 7) % alphabet.length]).join("");

test.each([
	["an AWS secret key", made("ABCDefgh0123/+xyz", 40)],
	["a JSON web token", `eyJ${made("abcDEF123", 20)}.${made("abcDEF123", 30)}.${made("xyz", 9)}`],
	["a bearer token", `aoa${made("abcDEF123_-", 90)}`],
	["a token in JSON", `{"accessToken":"${made("abc", 12)}"}`],
	["an EKS token", `k8s-aws-v1.${made("abcDEF", 20)}`],
])("%s does not pass the log", (_, secret) => {
	const written: string[] = [];
	createLogger({ level: "debug", write: (line) => written.push(line) }).debug(`sent ${secret}`);
	const core = /[A-Za-z0-9/+_-]{12,}/.exec(secret.replace("accessToken", ""))?.[0] ?? secret;
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
	const log = createLogger({ level: "Warning", write: (line) => written.push(line) });
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
