import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { AuthError, type ErrorCode } from "../../src/auth/errors.ts";
import { reportFailure } from "../../src/commands/failure.ts";
import type { Terminal } from "../../src/terminal/streams.ts";

const schema = JSON.parse(readFileSync(new URL("../../schema/events.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ formats: { "date-time": true, uri: true } }).compile(schema);

const CODES: Readonly<Record<ErrorCode, number>> = {
	usage: 2,
	config: 2,
	denied: 1,
	expired: 1,
	network: 1,
	service: 1,
	storage: 1,
	cancelled: 130,
	bug: 1,
};

function report(error: unknown, argv: readonly string[] = [], env: Terminal["env"] = {}) {
	const written = { stdout: "", stderr: "" };
	const write = (name: keyof typeof written) => (text: string) => {
		written[name] += text;
	};
	const terminal = {
		stdout: { write: write("stdout") },
		stderr: { write: write("stderr") },
		env,
		platform: "linux",
	} as unknown as Terminal;
	return { code: reportFailure(error, terminal, { name: "aws ecr login", argv }), ...written };
}

describe("an error that a command lets through", () => {
	test.each(Object.entries(CODES))("%s ends with %d", (code, expected) => {
		const error = new AuthError({ code: code as ErrorCode, message: "it went wrong" });
		const { code: exitCode, stdout, stderr } = report(error, ["--json"]);
		expect(exitCode).toBe(expected);
		expect(stderr.split("\n")[0]).toBe(code === "cancelled" ? "" : "Error: it went wrong");
		const event = JSON.parse(stdout);
		expect(validate(event), JSON.stringify(validate.errors)).toBe(true);
		expect(event).toMatchObject({ type: "command.failed", command: "aws ecr login", error: { code }, exitCode });
	});

	test("anything else thrown ends with 1, as a bug without control characters", () => {
		const { code, stderr, stdout } = report(new TypeError("x\u001b[2J\n::error::y"));
		expect(code).toBe(1);
		expect(stderr).toMatch(/^Error: x ::error::y\n {2}This is a bug in atmos-auth/);
		expect(stdout).toBe("");
	});

	test.each([
		[["--log-level", "debug"], {}, true],
		[["--log-level=TRACE"], {}, true],
		[[], { ATMOS_LOGS_LEVEL: "Debug" }, true],
		[["--log-level", "info"], { ATMOS_LOGS_LEVEL: "debug" }, false],
		[[], {}, false],
	] as const)("its stack is for those who ask: %j %j", (argv, env, shown) => {
		const { stderr } = report(new TypeError("x"), argv, env);
		expect(stderr.includes("failure.test.ts")).toBe(shown);
	});

	test("words after -- are no flags", () => {
		expect(report(new Error("x"), ["--", "--json"]).stdout).toBe("");
	});

	test("text that a CI runner would obey is not obeyed", () => {
		const message = "::add-mask::x ##[error]y ##vso[task.setvariable]z";
		const details = ["::set-env name=PATH::/tmp"];
		const { stderr } = report(new AuthError({ code: "service", message, details }));
		expect(stderr).not.toMatch(/^\s*::/m);
		expect(stderr).not.toMatch(/##(?:\[|vso)/);
	});
});
