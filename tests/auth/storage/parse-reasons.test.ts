import { type ParseError, parse } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { parseYaml } from "../../../src/auth/config/yaml.ts";
import { jsonReason, yamlReason } from "../../../src/auth/storage/parse-reasons.ts";

/** What no person should read: names of a parser's own parts and advice for its callers. */
const LIBRARY = /YAML\.|parseAll|[A-Z][a-z]+[A-Z]|flow (?:collection|sequence|map)|scalar|implicit|stream|node/;

describe("what is wrong with a file is said in words of ours", () => {
	test.each([
		["a: [1", "is not closed"],
		["a: 'x", "a quoted string is not closed"],
		['a: "\\q"', "use single quotes"],
		["a:\n\t- b", "tabs are not allowed in indentation"],
		["a: 1\na: 2", "a key appears twice in the same map"],
		["a: [1 2", "brackets"],
		["a: *b", "has no anchor"],
		["a: 1\n b: 2", "the line is not indented"],
		["a: b: c", "the line is not indented"],
		["? [a]\n: b", "a key must be a string"],
		["a: 1\n...\n}", "not valid YAML"],
		["a: !<x y", "a tag"],
		["a\u0001: b", "control characters"],
		["a: |9x\n b", "what follows | or >"],
		["abc\ndef: 1", "belongs to no key"],
	])("in a configuration: %j", (text, words) => {
		let message = "";
		try {
			parseYaml(text, "/p/atmos.yaml");
		} catch (error) {
			message = (error as Error).message;
		}
		expect(message).toMatch(/^\/p\/atmos\.yaml:\d+:\d+: not valid YAML: /);
		expect(message).toContain(words);
		expect(message.replace("not valid YAML", "")).not.toMatch(LIBRARY);
	});

	test.each([
		["a: 1\n---\nb: 2", "it contains several documents (---), and kubectl reads only one"],
		["a: [1", "the line is not indented like the lines around it, or a list or map in brackets is not closed"],
		["a: 1\na: 2", "a key appears twice in the same map"],
		["a: 'x", "a quote, bracket, comma, colon or space is missing"],
		["\ta: 1", "tabs are not allowed in indentation"],
	])("in a kubeconfig: %j", (text, words) => {
		const [error] = parseDocument(text, { strict: true }).errors;
		expect(yamlReason(error?.code ?? "")).toBe(words);
	});

	test.each([
		["{} // x", "comments are not allowed"],
		['{"a": 1,}', "expected a key in double quotes"],
		['{"a" 1}', "expected a colon"],
		['{"a": "x', "a string is not closed"],
		["[1 2]", "expected a comma"],
		["{", "expected a closing brace }"],
		["{} x", "there is something"],
	])("in Docker's file: %j", (text, words) => {
		const errors: ParseError[] = [];
		parse(text, errors, { disallowComments: true, allowTrailingComma: false });
		expect(jsonReason(errors[0]?.error as never)).toContain(words);
	});

	test("whatever the parsers say next", () => {
		expect(yamlReason("SOMETHING_NEW")).not.toMatch(LIBRARY);
		expect(jsonReason(99 as never)).not.toMatch(LIBRARY);
	});
});
