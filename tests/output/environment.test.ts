/** Every format, read back by what reads it. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, test } from "vitest";
import { environmentText } from "../../src/output/environment.ts";

const SINGLE = {
	PLAIN: "/home/me/.config/atmos/x/credentials",
	EMPTY: "",
	SPACE: "/home/me and you/a b",
	AROUND: " around ",
	QUOTES: `it's "quoted" and \`ticked\``,
	ONE_QUOTE: "it's",
	// biome-ignore lint/suspicious/noTemplateCurlyInString: it is for a shell.
	DOLLAR: "$HOME ${HOME} $(id) \\$ %PATH%",
	BACKSLASH: "C:\\new\\table\\",
	HASH: "a#b # c",
	SHELL: "a;b&c|d>e<f(g)!h~i",
	EQUALS: "=a=b",
	UNICODE: "zoë ☃",
};
const RUNS = { SPACES: "a  b", LINES: "one\ntwo\n\n  three", TAB: "a\tb", STAR: "* ?" };
const ALL: Readonly<Record<string, string>> = { ...SINGLE, ...RUNS };

const change = (set: Readonly<Record<string, string>>) => ({ set, unset: ["GONE", "NEVER_THERE"], fixed: [] });

/** What a program that the shell starts finds of it. */
function evaluated(shell: string, line: string, set: Readonly<Record<string, string>>): Record<string, string> {
	const script = `${line}\nexec "$NODE" -p 'JSON.stringify(process.env)'`;
	const env = {
		TEXT: environmentText("bash", change(set)),
		NODE: process.execPath,
		GONE: "still here",
		PATH: process.env.PATH,
	};
	// With a socket for its input, bash takes itself for a remote shell's and reads its startup files.
	const stdio = ["ignore", "pipe", "inherit"] as const;
	return JSON.parse(execFileSync(shell, ["-euc", script], { env, encoding: "utf8", stdio: [...stdio] }));
}

const SHELLS = ["/bin/bash", "/bin/dash", "/bin/sh", "/bin/zsh", "/bin/ksh"].filter((shell) => existsSync(shell));

describe.runIf(SHELLS.length > 0).each(SHELLS)("%s", (shell) => {
	test("evaluates it in quotes", () => {
		const found = evaluated(shell, 'eval "$(printf %s "$TEXT")"', ALL);
		expect(found).toMatchObject(ALL);
		expect(found).not.toHaveProperty("GONE");
	});

	test("evaluates it without quotes, but for values with runs of blanks and line breaks", () => {
		const found = evaluated(shell, 'eval $(printf %s "$TEXT")', SINGLE);
		expect(found).toMatchObject(SINGLE);
		expect(found).not.toHaveProperty("GONE");
	});
});

describe("dotenv", () => {
	test("is read by Node as it was meant", () => {
		const { QUOTES, ...rest } = ALL;
		expect(parseEnv(environmentText("dotenv", change({ ...rest, QUOTES: QUOTES as string })))).toEqual(ALL);
	});

	test("has quotes only where Node needs them: Docker takes them for part of the value", () => {
		const { PLAIN, SPACE, ONE_QUOTE, DOLLAR, BACKSLASH, EQUALS } = SINGLE;
		const set = { PLAIN, SPACE, ONE_QUOTE, DOLLAR, BACKSLASH, EQUALS };
		const lines = environmentText("dotenv", change(set)).split("\n");
		expect(lines).toEqual([...Object.entries(set).map(([name, value]) => `${name}=${value}`), ""]);
	});

	test.each([`# '"\``, "a\rb", `'\`\\n #`])("refuses what cannot be written: %j", (value) => {
		expect(() => environmentText("dotenv", change({ NAME: value }))).toThrow("NAME cannot be written for dotenv");
	});
});

test("JSON is what is set, and nothing else", () => {
	expect(JSON.parse(environmentText("json", change(ALL)))).toEqual(ALL);
});
