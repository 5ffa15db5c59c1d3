import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const src = join(root, "src");

/** Who may import whom: cli → commands → components | output → flows → auth; terminal for all but flows and auth. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
	"cli.ts": ["commands", "terminal", "version.ts"],
	"library.ts": ["commands", "flows", "auth", "terminal"],
	"keyring-helper.ts": ["auth"],
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

/** The files of ours that a file imports, from `src`. */
const targetsOf = ({ file, text }: { readonly file: string; readonly text: string }): string[] =>
	importsOf(text)
		.filter((name) => name.startsWith("."))
		.map((name) => relative(src, resolve(src, dirname(file), name)).replaceAll("\\", "/"));

/** The folders of `src/auth`: a cloud each, and what all clouds share. */
const CLOUDS: readonly string[] = sources
	.map(({ file }) => /^auth\/([^/]+)\/manifest\.ts$/.exec(file)?.[1])
	.filter((folder) => folder !== undefined);
const SHARED: readonly string[] = [
	"browser",
	"config",
	"docker",
	"kubernetes",
	"net",
	"oidc",
	"storage",
	"system",
	"trust",
];

/**
 * What of `src/auth` everybody else may import: its own files, which find a kind through the registry, and folders that know
 * no cloud. What only kinds need is theirs alone.
 */
const OPEN: readonly string[] = ["its own", "config", "net", "storage", "system", "trust"];

/**
 * Imports against the direction, that close a circle among the shared folders. Each is one of types alone, or of what the
 * other side loads lazily; there are to be fewer of them.
 */
const AGAINST_THE_DIRECTION: readonly string[] = ["config → trust"];

/** The name of a kind, of this version's clouds or of those that Atmos has. */
const KIND_NAME = new RegExp(`["'](?:${[...CLOUDS, "azure", "gcp"].join("|")})/[\\w-]+["']`);

/** The folder in `src/auth`, or undefined for the files that lie there, and for those elsewhere. */
const authFolder = (file: string): string | undefined => /^auth\/([^/]+)\//.exec(file)?.[1];

/** @returns all folders that lead from one to another, over any number of imports */
function reachable(from: string, edges: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
	const found = new Set<string>();
	const queue = [from];
	for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
		for (const next of edges.get(at) ?? []) {
			if (found.has(next)) continue;
			found.add(next);
			queue.push(next);
		}
	}
	return found;
}

describe("the house", () => {
	test("imports go one way", () => {
		const wrong = sources.flatMap(({ file, text }) =>
			targetsOf({ file, text })
				.filter((target) => part(target) !== part(file) && !MAY_IMPORT[part(file)]?.includes(part(target)))
				.map((target) => `${file} imports ${target}`),
		);
		expect(wrong).toEqual([]);
	});

	test("the faces and flows reach auth by its own files and what knows no cloud", () => {
		const wrong = sources
			.filter(({ file }) => part(file) !== "auth")
			.flatMap((source) =>
				targetsOf(source)
					.filter((target) => part(target) === "auth" && !OPEN.includes(authFolder(target) ?? "its own"))
					.map((target) => `${source.file} imports ${target}`),
			);
		expect(wrong).toEqual([]);
	});

	test("every folder of auth is a cloud's or shared by all", () => {
		const folders = new Set(sources.map(({ file }) => authFolder(file)).filter((folder) => folder !== undefined));
		expect([...folders].sort()).toEqual([...CLOUDS, ...SHARED].sort());
	});

	test("inside auth, only the registry knows a cloud, and clouds do not know each other", () => {
		const wrong = sources.flatMap((source) => {
			const folder = authFolder(source.file);
			if (part(source.file) !== "auth" || source.file === "auth/registry.ts") return [];
			return targetsOf(source)
				.filter((target) => CLOUDS.includes(authFolder(target) ?? "") && authFolder(target) !== folder)
				.map((target) => `${source.file} imports ${target}`);
		});
		expect(wrong).toEqual([]);
	});

	test("inside auth, a kind is called by its name in its cloud's folder and in the registry alone", () => {
		const wrong = sources
			.filter(({ file }) => part(file) === "auth" && !CLOUDS.includes(authFolder(file) ?? ""))
			.filter(({ file }) => !["auth/registry.ts", "auth/foreign-kinds.ts"].includes(file))
			.filter(({ text }) => KIND_NAME.test(text))
			.map(({ file }) => file);
		expect(wrong).toEqual([]);
	});

	test("what the clouds share has no circle", () => {
		const edges = new Map(SHARED.map((folder) => [folder, new Set<string>()]));
		const imports = new Map<string, string[]>();
		for (const source of sources) {
			const from = authFolder(source.file) ?? "";
			if (!SHARED.includes(from)) continue;
			for (const target of targetsOf(source)) {
				const to = authFolder(target);
				if (to === undefined || to === from) continue;
				const edge = `${from} → ${to}`;
				imports.set(edge, [...(imports.get(edge) ?? []), source.file]);
				if (!AGAINST_THE_DIRECTION.includes(edge)) edges.get(from)?.add(to);
			}
		}
		const circular = [...edges].flatMap(([from, targets]) =>
			[...targets]
				.filter((to) => reachable(to, edges).has(from))
				.map((to) => `${from} → ${to}: ${imports.get(`${from} → ${to}`)?.join(", ")}`),
		);
		expect(circular).toEqual([]);
		// An exception that is none any more is taken off the list.
		expect(AGAINST_THE_DIRECTION.filter((edge) => !imports.has(edge))).toEqual([]);
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

	test("what finds a command and its help loads nothing else", () => {
		const commands = sources.filter(
			({ file }) => file.endsWith(".ts") && existsSync(join(src, file.replace(/\.ts$/, "-run.ts"))),
		);
		expect(commands.length).toBeGreaterThan(5);
		const loaded = [
			...commands,
			...sources.filter(({ file }) => /^commands\/(?:table|help|definition)\.ts$/.test(file)),
		];
		const wrong = loaded.flatMap(({ file, text }) =>
			[...text.matchAll(/^import (?!type )[^;]*?from "([^"]+)"/gm)]
				.map(([, name]) => relative(src, resolve(src, dirname(file), name as string)))
				.filter((target) => !loaded.some((other) => other.file === target))
				.map((target) => `${file} imports ${target}`),
		);
		expect(wrong).toEqual([]);
	});

	test("a file does one thing", () => {
		const long = sources.filter(({ text }) => text.split("\n").length > 401).map(({ file }) => file);
		expect(long).toEqual([]);
	});
});
