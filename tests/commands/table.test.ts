import { describe, expect, test } from "vitest";
import { helpFor } from "../../src/commands/help.ts";
import { commandNames, findCommand } from "../../src/commands/table.ts";
import { unknownCommand } from "../../src/commands/unknown-command.ts";

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

test("every command has its own help", () => {
	for (const name of commandNames) expect(helpFor(name)).toContain(`atmos-auth ${name}`);
});
