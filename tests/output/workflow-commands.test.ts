import { describe, expect, test } from "vitest";
import {
	annotationCommand,
	escapeWorkflowCommands,
	escapeWorkflowCommandsInJson,
	maskCommands,
} from "../../src/output/workflow-commands.ts";

/** How GitHub's runner finds a command: at the start of a line without its indentation, or in the old form anywhere in it. */
const obeyed = (line: string): boolean => line.trimStart().startsWith("::") || line.includes("##[");

describe("foreign text", () => {
	test.each([
		"::set-env name=PATH::/tmp",
		"  ::error::x",
		"text ##[add-mask]x",
		"##vso[task.setvariable]x",
		"##teamcity[x]",
	])("%s is not obeyed", (line) => {
		expect(obeyed(escapeWorkflowCommands(line))).toBe(false);
		expect(escapeWorkflowCommands(line)).not.toMatch(/##(?:\[|vso|teamcity)/);
	});

	test.each(["approve: https://x.example/::a", "a :: b", "# heading [x]"])("%s is left as it is", (line) => {
		expect(escapeWorkflowCommands(line)).toBe(line);
	});

	test("in JSON says the same", () => {
		const value = { text: "##[add-mask]x and ##vso[y]" };
		const line = escapeWorkflowCommandsInJson(JSON.stringify(value));
		expect(obeyed(line)).toBe(false);
		expect(JSON.parse(line)).toEqual(value);
	});
});

describe("our own commands", () => {
	test("escape their data and their properties", () => {
		expect(
			annotationCommand({
				level: "error",
				message: "50%\nnext",
				file: "a,b:c.yaml",
				line: 3,
				column: 7,
				title: "a::b",
			}),
		).toBe("::error file=a%2Cb%3Ac.yaml,line=3,col=7,title=a%3A%3Ab::50%25%0Anext");
		expect(annotationCommand({ level: "warning", message: "x" })).toBe("::warning::x");
	});

	test("carry no foreign ones, in any line of theirs", () => {
		const command = annotationCommand({
			level: "warning",
			title: "##[x]",
			file: "##vso[y]",
			message: "a ##vso[task.setvariable]b\n::add-mask::c\n##[error]d",
		});
		expect(command).not.toMatch(/##(?:\[|vso)/);
		expect(command).not.toMatch(/%0A::/);
		expect(command).toMatch(/^::warning file=# #vso\[y\],title=# #\[x\]::a /);
	});

	test("mask every line of a value", () => {
		expect(maskCommands("one\r\n\ntwo%")).toEqual(["::add-mask::one", "::add-mask::two%25"]);
	});
});
