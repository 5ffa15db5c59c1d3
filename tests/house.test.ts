import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const src = join(root, "src");

/** Who may import whom: cli → commands → components | output → flows → auth; terminal for all but flows and auth. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
	"cli.ts": ["commands", "terminal", "version.ts"],
	"version.ts": [],
	commands: ["components", "output", "flows", "auth", "terminal", "version.ts"],
	components: ["output", "flows", "auth", "terminal"],
	output: ["flows", "auth", "terminal"],
	flows: ["auth"],
	auth: [],
	terminal: ["auth"],
};

/** Features that only these parts may touch; everything impure reaches `auth` and `flows` through the context. */
const IMPURE = /\b(?:process\.(?:env|stdout|stderr|stdin|cwd|exit|argv)|Date\.now\(|new Date\(\)|console\.\w+\()/;

const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
	.filter((file) => /\.tsx?$/.test(file))
	.map((file) => ({ file, text: readFileSync(join(src, file), "utf8") }));

const importsOf = (text: string): string[] =>
	[...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] as string);

const part = (file: string): string => file.split("/")[0] as string;

describe("the house", () => {
	test("imports go one way", () => {
		const wrong = sources.flatMap(({ file, text }) =>
			importsOf(text)
				.filter((name) => name.startsWith("."))
				.map((name) => relative(src, resolve(src, dirname(file), name)))
				.filter((target) => part(target) !== part(file) && !MAY_IMPORT[part(file)]?.includes(part(target)))
				.map((target) => `${file} imports ${target}`),
		);
		expect(wrong).toEqual([]);
	});

	test("relative imports name their file", () => {
		const wrong = sources.flatMap(({ file, text }) =>
			importsOf(text)
				.filter((name) => name.startsWith(".") && !/\.(?:tsx?|json)$/.test(name))
				.map((name) => `${file}: ${name}`),
		);
		expect(wrong).toEqual([]);
	});

	test("auth and flows get everything impure from their context", () => {
		const wrong = sources
			.filter(({ file }) => ["auth", "flows"].includes(part(file)))
			.flatMap(({ file, text }) =>
				text
					.split("\n")
					.map((line, index) => ({ line: line.replace(/\/\/.*|^\s*\*.*/, ""), number: index + 1 }))
					.filter(({ line }) => IMPURE.test(line))
					.map(({ line, number }) => `${file}:${number}: ${line.trim()}`),
			);
		expect(wrong).toEqual([]);
	});

	test("the screen libraries stay with the components", () => {
		const wrong = sources
			.filter(({ file }) => part(file) !== "components")
			.flatMap(({ file, text }) =>
				importsOf(text)
					.filter((name) => /^(?:ink|react)(?:$|[-/])/.test(name))
					.map((name) => `${file}: ${name}`),
			);
		expect(wrong).toEqual([]);
	});

	test("a file does one thing", () => {
		const long = sources.filter(({ text }) => text.split("\n").length > 401).map(({ file }) => file);
		expect(long).toEqual([]);
	});
});
