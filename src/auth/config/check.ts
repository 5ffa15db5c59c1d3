/** Checks an entry against the schema of its kind, and says where each mistake stands. */
import * as v from "valibot";
import { sanitize } from "../sanitize.ts";
import { evaluate, type FunctionContext } from "./functions.ts";
import { locate } from "./locate-lazily.ts";
import type { Entry } from "./merge.ts";
import type { ConfigProblem, SourceLocation } from "./model.ts";
import { closest } from "./near.ts";
import { ConfigError } from "./problems.ts";
import { FOREIGN_KINDS, SCHEMAS, type Section, STANDALONE_KINDS } from "./schema/kinds.ts";
import { isMap, type YamlMap, type YamlValue } from "./yaml.ts";

const SINGULAR: Readonly<Record<Section, string>> = {
	providers: "provider",
	identities: "identity",
	integrations: "integration",
};

/** Keys that are read before, or beside, a kind's schema. */
const OUTER_KEYS = ["kind", "via"];

/** The outcome of a check: the value in the schema's own form, or what is wrong. */
export interface Checked {
	readonly config: unknown;
	readonly problems: readonly ConfigProblem[];
}

/** Makes a problem of an entry, with the place of the deepest key of `path` that some file of the entry has. */
export async function problemAt(
	entry: Entry,
	path: readonly string[],
	message: string,
	more: { readonly severity?: "error" | "warning"; readonly suggestion?: string | undefined } = {},
): Promise<ConfigProblem> {
	const full = ["auth", entry.section, entry.name, ...path];
	return {
		severity: more.severity ?? "error",
		message,
		key: full.join("."),
		location: await deepest(entry, full),
		suggestion: more.suggestion,
	};
}

async function deepest(entry: Entry, path: readonly string[]): Promise<SourceLocation | undefined> {
	let best: { location: SourceLocation; depth: number } | undefined;
	for (const file of entry.files) {
		const found = await locate(file, path);
		if (found && found.depth > (best?.depth ?? 0)) best = found;
		if (best?.depth === path.length) break;
	}
	return best?.location;
}

/**
 * Evaluates the entry's functions and checks it as a whole.
 *
 * @returns all its problems at once
 * @throws AuthError `config` when one of its functions fails
 */
export async function checkEntry(functions: FunctionContext, entry: Entry, exists: LinkTargets): Promise<Checked> {
	const problems: ConfigProblem[] = [];
	const report = async (...args: Parameters<typeof problemAt>): Promise<void> => {
		problems.push(await problemAt(...args));
	};
	if (entry.notAMap) {
		await report(entry, [], `expected a map with the keys of the ${SINGULAR[entry.section]}`);
		return { config: undefined, problems };
	}
	const unknown: { path: readonly string[]; tag: string }[] = [];
	const value = (await evaluate(functions, entry.value, ({ path, tagged }) =>
		unknown.push({ path, tag: tagged.tag }),
	)) as YamlMap;
	for (const { path, tag } of unknown) {
		await report(entry, path, `the function ${sanitize(tag)} is not supported here`, {
			suggestion: closest(tag, ["!env", "!include", "!repo-root", "!cwd", "!exec"]),
		});
	}
	const { kind } = value;
	const schemas = SCHEMAS[entry.section];
	if (typeof kind !== "string" || kind === "") {
		await report(entry, ["kind"], `the kind is missing; expected one of ${Object.keys(schemas).join(", ")}`);
		return { config: undefined, problems };
	}
	const schema = schemas[kind];
	if (schema === undefined) {
		const foreign = FOREIGN_KINDS[entry.section].includes(kind);
		await report(
			entry,
			["kind"],
			foreign ? `the kind ${kind} is not supported by this version` : `unknown kind "${sanitize(kind)}"`,
			{ suggestion: foreign ? undefined : closest(kind, [...Object.keys(schemas), ...FOREIGN_KINDS[entry.section]]) },
		);
		return { config: undefined, problems };
	}
	for (const problem of await checkVia(entry, value, kind, exists)) problems.push(problem);
	const result = v.safeParse(schema, value, { abortPipeEarly: true });
	for (const issue of result.issues ?? []) {
		const path = (issue.path ?? []).map(({ key }) => String(key));
		if (unknown.some((tag) => tag.path.join("\0") === path.join("\0"))) continue;
		const missing = issue.input === undefined;
		if (!missing) {
			await report(entry, path, issue.message);
			continue;
		}
		const parent = at(value, path.slice(0, -1));
		const near = isMap(parent) ? closest(path.at(-1) ?? "", unusedKeys(schema, path.slice(0, -1), parent)) : undefined;
		const misspelt = near === undefined ? "" : `, or misspelt as "${sanitize(near)}"`;
		await report(entry, path, `it is missing${misspelt}; ${expectation(schema, path) ?? issue.message}`);
	}
	return { config: result.success ? result.output : undefined, problems };
}

/** Names that `via` may point to. */
export interface LinkTargets {
	readonly providers: readonly string[];
	readonly identities: readonly string[];
}

async function checkVia(entry: Entry, value: YamlMap, kind: string, exists: LinkTargets): Promise<ConfigProblem[]> {
	if (entry.section === "providers") return [];
	const via = value.via;
	if (via === undefined || via === null) {
		if (STANDALONE_KINDS.includes(kind)) return [];
		return [await problemAt(entry, ["via"], "it is missing; expected via.provider or via.identity")];
	}
	if (!isMap(via)) return [await problemAt(entry, ["via"], "expected via.provider or via.identity")];
	const problems: ConfigProblem[] = [];
	const links = (["provider", "identity"] as const).filter(
		(name) => via[name] !== undefined && via[name] !== null && via[name] !== "",
	);
	if (links.length !== 1) {
		problems.push(
			await problemAt(
				entry,
				["via"],
				`expected one of via.provider and via.identity, found ${links.length === 0 ? "neither" : "both"}`,
			),
		);
	}
	if (kind === "aws/permission-set" && links.includes("identity")) {
		problems.push(await problemAt(entry, ["via", "identity"], "a permission set is reached through via.provider"));
	}
	for (const link of links) {
		const target = String(via[link]);
		const names = link === "provider" ? exists.providers : exists.identities;
		if (names.some((name) => name.toLowerCase() === target.toLowerCase())) continue;
		problems.push(
			await problemAt(entry, ["via", link], `there is no ${link} "${sanitize(target)}"`, {
				suggestion: closest(target, names),
			}),
		);
	}
	return problems;
}

/** Throws all problems of an entry at once, if it has any. */
export function throwProblems(problems: readonly ConfigProblem[]): void {
	if (problems.length > 0) throw new ConfigError(problems);
}

/** Keys that no schema knows, as warnings. */
export async function unknownKeys(entry: Entry): Promise<ConfigProblem[]> {
	const { kind } = entry.value;
	const schema = typeof kind === "string" ? SCHEMAS[entry.section][kind] : undefined;
	if (schema === undefined || entry.notAMap) return [];
	const problems: ConfigProblem[] = [];
	const walk = async (node: Shape | undefined, value: YamlValue, path: readonly string[]): Promise<void> => {
		const entries = node === undefined ? undefined : entriesOf(node);
		if (!entries || !isMap(value)) return;
		const known = path.length === 0 ? [...Object.keys(entries), ...OUTER_KEYS] : Object.keys(entries);
		for (const key of Object.keys(value)) {
			if (!known.includes(key)) {
				problems.push(
					await problemAt(entry, [...path, key], "unknown key", {
						severity: "warning",
						suggestion: closest(key, known),
					}),
				);
			} else await walk(entries[key], value[key] as YamlValue, [...path, key]);
		}
	};
	await walk(schema as Shape, entry.value, []);
	return problems;
}

/** As much of a valibot schema's structure as is needed to walk it. */
interface Shape {
	readonly type: string;
	readonly entries?: Readonly<Record<string, Shape>>;
	readonly wrapped?: Shape;
	readonly message?: unknown;
	readonly pipe?: readonly Shape[];
}

function entriesOf(shape: Shape): Readonly<Record<string, Shape>> | undefined {
	if (shape.wrapped) return entriesOf(shape.wrapped);
	return shape.type === "object" ? shape.entries : undefined;
}

function shapeAt(schema: Shape, path: readonly string[]): Shape | undefined {
	let shape: Shape | undefined = schema;
	for (const key of path) shape = shape && entriesOf(shape)?.[key];
	return shape;
}

/** What a missing key should have been. */
function expectation(schema: unknown, path: readonly string[]): string | undefined {
	const shape = shapeAt(schema as Shape, path);
	if (shape && entriesOf(shape)) return `expected a map with ${Object.keys(entriesOf(shape) ?? {}).join(", ")}`;
	return typeof shape?.message === "string" ? shape.message : undefined;
}

/** Keys of a map that its schema does not know: one of them may be the missing one, misspelt. */
function unusedKeys(schema: unknown, path: readonly string[], value: YamlMap): string[] {
	const shape = shapeAt(schema as Shape, path);
	const known = shape ? Object.keys(entriesOf(shape) ?? {}) : [];
	return Object.keys(value).filter((key) => !known.includes(key) && !(path.length === 0 && OUTER_KEYS.includes(key)));
}

function at(value: YamlValue, path: readonly string[]): YamlValue | undefined {
	let node: YamlValue | undefined = value;
	for (const key of path) node = isMap(node) ? node[key] : undefined;
	return node;
}
