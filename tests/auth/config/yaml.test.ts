import { describe, expect, test } from "vitest";
import { parseValue, parseYaml, Tagged } from "../../../src/auth/config/yaml.ts";

/** As plain data: maps of any prototype become ordinary ones. */
const parse = (text: string): unknown => JSON.parse(JSON.stringify(parseYaml(text, "atmos.yaml")));

describe("scalars", () => {
	test.each([
		["012345678901", "012345678901"],
		["0600", "0600"],
		["1e3", "1e3"],
		["0x1F", "0x1F"],
		["2026-11-23", "2026-11-23"],
		[".inf", ".inf"],
		["yes", "yes"],
		["!!int 007", "007"],
		["!!str true", "true"],
		["true", true],
		["False", false],
		["~", null],
		["null", null],
		['"null"', "null"],
	])("%s is %j", (written, value) => {
		expect(parse(`key: ${written}`)).toEqual({ key: value });
	});

	test("a tag that nobody knows is kept for later, wherever it stands", () => {
		const value = parseYaml(
			"a: !env HOME\nb: !foo [x]\nc: !bar {x: y}\nd: !!binary aGk=\ne: !<tag:acme.com,2026:x> y",
			"f",
		);
		expect(Object.values(value).every((item) => item instanceof Tagged)).toBe(true);
		expect(value.a).toMatchObject({ tag: "!env", argument: "HOME", file: "f" });
		expect(value.b).toMatchObject({ tag: "!foo", argument: undefined });
	});

	test("keys are texts, whatever they look like", () => {
		expect(parse("0123: a\nnull: b\ntrue: c\n1.0: d")).toEqual({ "0123": "a", null: "b", true: "c", "1.0": "d" });
	});
});

describe("documents", () => {
	test("the first of several counts, as in Go", () => {
		expect(parse("---\na: x\n---\na: y\n")).toEqual({ a: "x" });
	});

	test("a part that is included may be a list", () => {
		expect(parseValue("- a\n- b\n", "f")).toEqual(["a", "b"]);
		expect(parseValue("", "f")).toBeNull();
	});

	test.each([
		["a: 1\na: 2", /f:2:1: not valid YAML: a key appears twice in the same map/],
		["? [a, b]\n: c", /f:1:\d+: not valid YAML: a key must be a string/],
		["a: *gone", /f:1:5: not valid YAML/],
		["a: [".repeat(500), /f:1:\d+: not valid YAML: the nesting/],
		["\0", /f:1:1: not valid YAML/],
		["a: 'x", /f:1:\d+: not valid YAML/],
	])("%j is refused with its place", (text, message) => {
		expect(() => parseYaml(text, "f")).toThrow(message);
	});
});

describe("anchors and merge keys", () => {
	test("what a map has itself wins, then the sources in order", () => {
		const text = `
base: &base {kind: x, region: base}
more: &more {<<: *base, region: more, extra: more}
own: {<<: [*more, {extra: inline, last: inline}], kind: own}
after: {region: own, <<: *base}
`;
		expect(parse(text)).toMatchObject({
			own: { kind: "own", region: "more", extra: "more", last: "inline" },
			after: { kind: "x", region: "own" },
		});
		expect(Object.keys((parse(text) as { own: object }).own)).not.toContain("<<");
	});

	test("thousands of entries may share one base", () => {
		const entries = Array.from({ length: 5000 }, (_, index) => `  i${index}: {<<: *base, n: ${index}}`);
		const value = parse(`base: &base {a: 1, b: 2, c: 3, d: 4}\nall:\n${entries.join("\n")}`) as { all: object };
		expect(Object.keys(value.all)).toHaveLength(5000);
	});

	test.each([
		["lists", (level: number) => `[${Array(9).fill(`*l${level}`).join(", ")}]`],
		["maps", (level: number) => `{${Array.from({ length: 9 }, (_, k) => `k${k}: *l${level}`).join(", ")}}`],
	])("%s that multiply are refused", (_, of) => {
		const levels = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} ${of(level)}`);
		expect(() => parseYaml(`l0: &l0 {x: y}\n${levels.join("\n")}`, "f")).toThrow(
			/f:1:1: its aliases expand to too much/,
		);
	});

	test("an alias to what it is part of is refused", () => {
		expect(() => parseYaml("a: &a {b: *a}", "f")).toThrow("an alias refers to something that contains it");
	});

	test("__proto__ in a merged map stays an ordinary key", () => {
		const value = parseYaml("base: &b {__proto__: {polluted: x}}\nown: {<<: *b}", "f");
		expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
		expect(Object.keys(value.own as object)).toEqual(["__proto__"]);
		expect((value.own as { polluted?: unknown }).polluted).toBeUndefined();
	});
});
