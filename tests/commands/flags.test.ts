import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/auth/errors.ts";
import { parseFlags } from "../../src/commands/flags.ts";
import { booleanVariable } from "../../src/commands/values.ts";
import { type FlagSpec, normalWords } from "../../src/commands/words.ts";

const FLAGS = {
	provider: { type: "string", shortFlag: "p" },
	tags: { type: "string", isMultiple: true },
	force: { type: "boolean" },
	deviceCode: { type: "boolean" },
} as const satisfies Record<string, FlagSpec>;

const parse = (...argv: readonly string[]) => parseFlags({ argv, command: "login", flags: FLAGS, maximumInput: 2 });
const refusal = (...argv: readonly string[]): string => {
	try {
		parse(...argv);
	} catch (error) {
		expect(error).toBeInstanceOf(AuthError);
		expect((error as AuthError).code).toBe("usage");
		return (error as AuthError).message;
	}
	return "nothing was refused";
};

describe("flags", () => {
	test.each([
		[["-pNAME"], { provider: "NAME" }],
		[["-p=NAME"], { provider: "NAME" }],
		[["-p", "NAME"], { provider: "NAME" }],
		[["--provider=a=b"], { provider: "a=b" }],
		[["--tags", "a", "--tags=b"], { tags: ["a", "b"] }],
		[["--force=1"], { force: true }],
		[["--force=False"], { force: false }],
		[["--no-force"], { force: false }],
		[["--device-code"], { deviceCode: true }],
		[["-C/tmp"], {}],
	] as const)("%j", (argv, expected) => {
		expect(parse(...argv).flags).toMatchObject(expected);
	});

	test("-C takes its value attached, and what follows -- is no flag", () => {
		const { common, input } = parse("-C/tmp", "--", "-p", "--nonsense");
		expect(common.chdir).toBe("/tmp");
		expect(input).toEqual(["-p", "--nonsense"]);
	});

	test.each([
		[["--deviceCode"], "unknown flag --deviceCode, did you mean --device-code?"],
		[["---force"], "unknown flag ---force, did you mean --force?"],
		[["--forse"], "unknown flag --forse, did you mean --force?"],
		[["--no-provider"], "unknown flag --no-provider, did you mean --provider?"],
		[["--force=maybe"], '--force is either true or false, not "maybe"'],
		[["-x"], "unknown flag -x"],
		[["-xyz"], "unknown flag -xyz"],
		[["-p"], "--provider needs a value"],
		[["-p", "--force"], "--provider needs a value"],
		[["--provider="], "--provider needs a value"],
		[["--provider", " "], "--provider needs a value"],
		[["-p", "a", "--provider=b"], "--provider is given more than once"],
		[["--force.x=1"], "unknown flag --force.x, did you mean --force?"],
		[["--__proto__", "x"], "unknown flag --__proto__"],
		[["--constructor=x"], "unknown flag --constructor"],
		[["a", "b", "c\u001b[2J"], 'unexpected argument "c"'],
	] as const)("%j is refused", (argv, message) => {
		expect(refusal(...argv)).toBe(message);
	});

	test("words stay as they are but for what is spelled another way", () => {
		const usage = (message: string) => new AuthError({ code: "usage", message });
		expect(normalWords(["a", "-", "-pX", "--force=t", "b"], FLAGS, usage)).toEqual([
			"a",
			"-",
			"-p",
			"X",
			"--force=true",
			"b",
		]);
	});
});

test.each([
	[undefined, undefined],
	["", undefined],
	["true", true],
	["T", true],
	["1", true],
	["False", false],
	["0", false],
])("a variable that is %j is %j", (text, expected) => {
	expect(booleanVariable({ X: text }, "X")).toBe(expected);
});

test("a variable that is neither true nor false is refused", () => {
	expect(() => booleanVariable({ X: "no" }, "X")).toThrow('X is "no", which is neither true nor false');
});
