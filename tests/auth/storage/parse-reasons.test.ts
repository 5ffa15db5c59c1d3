import { type ParseError, parse } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { parseYaml } from "../../../src/auth/config/yaml.ts";
import { jsonReason, yamlReason } from "../../../src/auth/storage/parse-reasons.ts";

/** What no person should read: names of a parser's own parts and advice for its callers. */
const LIBRARY = /YAML\.|parseAll|[A-Z][a-z]+[A-Z]|flow (?:collection|sequence|map)|scalar|implicit|stream|node/;

describe("what is wrong with a file is said in words of ours", () => {
	test.each([
		["a: [1", "does not end"],
		["a: 'x", "a quoted text does not end"],
		['a: "\\q"', "single quotes take it as it is"],
		["a:\n\t- b", "tab characters must not be used in indentation"],
		["a: 1\na: 2", "a key stands twice in one map"],
		["a: [1 2", "brackets"],
		["a: *b", "has no anchor"],
		["a: 1\n b: 2", "the line is indented"],
		["a: b: c", "the line is indented"],
		["? [a]\n: b", "a key has to be a text"],
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
		["a: 1\n---\nb: 2", "it holds several documents (---), and kubectl reads one"],
		["a: [1", "the line is not indented as those that belong with it, or a list or map in brackets does not end"],
		["a: 1\na: 2", "a key stands twice in one map"],
		["a: 'x", "a quote, bracket, comma, colon or space is missing"],
		["\ta: 1", "tab characters must not be used in indentation"],
	])("in a kubeconfig: %j", (text, words) => {
		const [error] = parseDocument(text, { strict: true }).errors;
		expect(yamlReason(error?.code ?? "")).toBe(words);
	});

	test.each([
		["{} // x", "comments are not allowed in it"],
		['{"a": 1,}', "a key in double quotes was expected"],
		['{"a" 1}', "a colon was expected"],
		['{"a": "x', "a text does not end"],
		["[1 2]", "a comma was expected"],
		["{", "a closing brace } was expected"],
		["{} x", "something stands"],
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
