import { describe, expect, test } from "vitest";
import { commonFlags, dashed, type Flag } from "../../src/commands/definition.ts";
import { helpFor } from "../../src/commands/help.ts";
import { commandNames, commands, findCommand, flagNames } from "../../src/commands/table.ts";
import { unknownCommand, unknownFlag } from "../../src/commands/unknown.ts";

/** The commands that a help text lists. */
const listed = (text: string): string[] =>
	text.split("\n").flatMap((line) => commandNames.filter((name) => line.startsWith(`  ${name} `)));

describe("a group of commands", () => {
	test.each([
		["aws", ["aws ecr login", "aws eks update-kubeconfig", "aws eks token"]],
		["aws eks", ["aws eks update-kubeconfig", "aws eks token"]],
		["aws ecr", ["aws ecr login"]],
	])("%s lists its commands, and no others", (group, commands) => {
		for (const words of [group.split(" "), ["auth", ...group.split(" ")], [...group.split(" "), "--help"]]) {
			const found = findCommand(words);
			expect(found).toEqual({ type: "help", topic: group });
		}
		expect(listed(helpFor(group))).toEqual(commands);
		expect(helpFor(group)).toContain(`atmos-auth ${group} <command>`);
	});

	test("that there is not is an unknown command, with the nearest", () => {
		expect(findCommand(["azure"])).toMatchObject({ type: "unknown" });
		expect(findCommand(["aws", "eks", "tokn"])).toMatchObject({ type: "unknown" });
		const error = unknownCommand("aws eks tokn", commandNames);
		expect(error).toMatchObject({ code: "usage", candidates: ["aws eks token"] });
		expect(error.message).toBe('unknown command "aws eks tokn", did you mean "aws eks token"?');
	});
});

test.each([
	["lgoin", "login"],
	["logni dev-admin", "login"],
	["validat", "validate"],
	["trsut", "trust"],
	["versoin", "version"],
	["aws ecr lgoin dev/ecr", "aws ecr login"],
	["aws eks update-kubeconfg", "aws eks update-kubeconfig"],
	["azure", undefined],
])("%s: did you mean %s?", (said, near) => {
	const { message, candidates } = unknownCommand(said, commandNames);
	expect(message).toBe(`unknown command "${said}"${near === undefined ? "" : `, did you mean "${near}"?`}`);
	expect(candidates).toEqual(near === undefined ? commandNames : [near]);
});

test("a flag without a command has a near miss too", () => {
	expect(unknownFlag("--versoin", flagNames(), "")).toMatchObject({
		message: "unknown flag --versoin, did you mean --version?",
		remedy: { run: ["atmos-auth", "--help"] },
	});
});

describe("help", () => {
	test.each(commands.map((definition) => [definition.words, definition] as const))("of %s", (words, definition) => {
		const text = helpFor(words);
		expect(text).toContain(`\n  atmos-auth ${words}`);
		for (const [name, flag] of Object.entries<Flag>({ ...definition.flags, ...commonFlags })) {
			const { help, env = [], shown, values = [] } = flag;
			expect(text).toContain(shown ?? `--${dashed(name)}`);
			for (const part of [help, ...env, ...values]) expect(text).toContain(part);
		}
		for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(125);
	});

	test.each(["", "aws", ...commandNames])("has its flags in columns: %s", (topic) => {
		const flags = helpFor(topic)
			.split("\n")
			.filter((line) => /^ {2}(?:-\w,| {3}) --/.test(line));
		expect(flags.length).toBeGreaterThan(8);
		// The explanations begin where that of the last one does.
		const at = flags.at(-1)?.indexOf("the version") as number;
		for (const line of flags) expect(line.slice(at - 2, at + 1)).toMatch(/^ {2}\S$/);
	});
});
