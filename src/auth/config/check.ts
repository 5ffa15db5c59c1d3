/** Checks an entry against the schema of its kind, and says where each mistake stands. */
import * as v from "valibot";
import { foreignKindsOf, isForeign, kindsOf, manifestOf, nameObjection, schemaOf, standsAlone } from "../registry.ts";
import { lowerCase } from "../system/lower-case.ts";
import { sanitize } from "../system/sanitize.ts";
import { type Claim, type Command, claimsOf } from "./claims.ts";
import { evaluate, FUNCTIONS, type FunctionContext, IDLE_KEYS, isQuick } from "./functions.ts";
import { locateDeepest } from "./locate-lazily.ts";
import type { Entry } from "./merge.ts";
import type { ConfigProblem } from "./model.ts";
import { folderObjection } from "./names.ts";
import { entriesOf, examplesOf, expectation, type Shape, shapeAt } from "./schema/shape.ts";
import { suggestionFor } from "./suggest.ts";
import { isMap, Tagged, type YamlMap, type YamlValue } from "./yaml.ts";

/** Keys that are read before, or beside, a kind's schema. */
const OUTER_KEYS = ["kind", "via"];

/** The outcome of a check: the value in the schema's own form, or what is wrong. */
export interface Checked {
	readonly config: unknown;
	readonly problems: readonly ConfigProblem[];
	/** The kind is one of Atmos's that this version does not have: no mistake in a file that both share. */
	readonly foreign: boolean;
	/** What is asked for before it is used, as far as it is known: see claims.ts. */
	readonly claims: readonly Claim[];
	/** The commands that some of the value would come from, and that were not run. */
	readonly commands: readonly Command[];
}

/** How far a check goes. */
export interface Depth {
	/** Keys that no sign-in needs are checked too. */
	readonly idle: boolean;
	/** The commands that may be run. What another one would print is not checked. */
	readonly run: ReadonlySet<Tagged>;
}

/** Names that `via` may point to. */
export interface LinkTargets {
	readonly providers: readonly string[];
	readonly identities: readonly string[];
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
		location: await locateDeepest(entry.files, full),
		suggestion: more.suggestion,
	};
}

/**
 * Evaluates the functions of an entry and checks it as a whole.
 *
 * @returns all its problems at once
 */
export async function checkEntry(
	functions: FunctionContext,
	entry: Entry,
	exists: LinkTargets,
	depth: Depth,
): Promise<Checked> {
	const problems: ConfigProblem[] = [];
	const commands: Command[] = [];
	const unset = new Map<string, string>();
	const failed = (foreign = false, claims: readonly Claim[] = []): Checked => ({
		config: undefined,
		problems,
		foreign,
		claims,
		commands,
	});
	if (entry.wrong !== undefined) {
		problems.push(await problemAt(entry, [], entry.wrong));
		return failed();
	}

	const objection = objectionTo(entry, functions.platform);
	if (objection !== undefined) {
		problems.push(await problemAt(entry, [], objection));
		return failed();
	}

	const failures: { path: readonly string[]; tagged: Tagged; message: string }[] = [];
	/** Paths without a value that were reported, or that nobody knows the value of. */
	const blind: (readonly string[])[] = [];
	const evaluation = {
		run: depth.run,
		onFailure: (path: readonly string[], tagged: Tagged, message: string) => {
			failures.push({ path, tagged, message });
			blind.push(path);
		},
		onCommand: (path: readonly string[], tagged: Tagged) => {
			commands.push({ path, tagged });
			blind.push(path);
		},
		onUnset: (path: readonly string[], variable: string) => void unset.set(path.join("\0"), variable),
	};
	const kind = await evaluate(functions, entry.value.kind ?? null, evaluation, ["kind"]);
	const schema = typeof kind === "string" ? await schemaOf(entry.section, kind) : undefined;
	if (schema === undefined) {
		const missing = unset.get("kind");
		if (missing !== undefined) {
			problems.push(await problemAt(entry, ["kind"], unsetMessage(missing)));
		} else if (blind.length === 0) {
			const foreign = typeof kind === "string" && isForeign(entry.section, kind);
			problems.push(await unknownKind(entry, kind));
			return failed(foreign);
		}
		for (const failure of failures) problems.push(await functionProblem(entry, failure));
		// The kind itself comes from a command. All others of the entry are asked about with it; what else there is, is
		// known when it has run.
		if (commands.length > 0) {
			const rest = { ...evaluation, onFailure: () => undefined };
			commands.length = 0;
			await evaluate(functions, withoutIdle(entry.value), rest);
		}
		return failed(false, claimsOf(entry, { type: "object" }, {}, commands));
	}

	const needed = depth.idle ? entry.value : withoutIdle(entry.value);
	const value = ((await evaluate(functions, known(schema as Shape, needed), evaluation)) ?? {}) as YamlMap;
	for (const failure of failures) problems.push(await functionProblem(entry, failure));
	for (const problem of await checkVia(entry, value, { kind: kind as string, schema: schema as Shape }, exists, {
		blind,
		unset,
	}))
		problems.push(problem);
	const result = v.safeParse(schema, value, { abortPipeEarly: true });
	const misspelt = new Set<string>();
	for (const issue of result.issues ?? []) {
		const path = (issue.path ?? []).map(({ key }) => String(key));
		if (blind.some((other) => overlap(other, path))) continue;
		const variable = issue.input === "" ? unset.get(path.join("\0")) : undefined;
		problems.push(
			variable === undefined
				? await issueProblem(entry, schema as Shape, path, issue, misspelt)
				: await problemAt(entry, path, unsetMessage(variable)),
		);
	}
	const claims = claimsOf(entry, schema as Shape, value, commands);
	return {
		config: result.success ? result.output : undefined,
		problems,
		foreign: false,
		claims,
		commands,
	};
}

/** Why an entry cannot have its name: a provider's becomes a folder, an identity's whatever its cloud makes of it. */
function objectionTo({ section, name, value }: Entry, platform: NodeJS.Platform): string | undefined {
	if (section === "providers") return folderObjection(name, platform);
	return section === "identities" ? nameObjection(value.kind, name) : undefined;
}

const unsetMessage = (variable: string): string =>
	`the environment variable ${sanitize(variable)} is not set, and !env has no fallback for it`;

/** True if one leads to the other. */
const overlap = (a: readonly string[], b: readonly string[]): boolean =>
	a.slice(0, b.length).every((key, index) => key === b[index]);

async function unknownKind(entry: Entry, kind: YamlValue | undefined): Promise<ConfigProblem> {
	const known = kindsOf(entry.section);
	if (typeof kind !== "string" || kind === "") {
		return problemAt(entry, ["kind"], `the kind is missing; expected one of ${known.join(", ")}`);
	}
	if (isForeign(entry.section, kind)) {
		return problemAt(entry, ["kind"], `the kind ${sanitize(kind)} is not supported by this version`);
	}
	return problemAt(
		entry,
		["kind"],
		`unknown kind${named(entry, ["kind"], kind)}; expected one of ${known.join(", ")}`,
		{
			suggestion: suggestionFor(kind, [...known, ...foreignKindsOf(entry.section)]),
		},
	);
}

/** A value for a message: as it is written, but not what a function has made of it, which may be a secret. */
function named(entry: Entry, path: readonly string[], value: string): string {
	const written = at(entry.value, path);
	return typeof written === "string" ? ` "${sanitize(value)}"` : " (the result of its function)";
}

function functionProblem(
	entry: Entry,
	failure: { readonly path: readonly string[]; readonly tagged: Tagged; readonly message: string },
): Promise<ConfigProblem> {
	const { tag } = failure.tagged;
	const suggestion = tag === "!exec" || isQuick(failure.tagged) ? undefined : suggestionFor(tag, FUNCTIONS);
	return problemAt(entry, failure.path, failure.message, { suggestion });
}

/**
 * What the schema says is wrong, at the key that it is about. For a key that is missing while one that nobody knows looks
 * like it, that is the other one.
 *
 * @param misspelt keys that were taken for misspelt ones already
 */
async function issueProblem(
	entry: Entry,
	schema: Shape,
	path: readonly string[],
	issue: { readonly input: unknown; readonly message: string },
	misspelt: Set<string>,
): Promise<ConfigProblem> {
	const shape = shapeAt(schema, path);
	if (issue.input !== undefined) {
		const given = typeof issue.input === "string" ? issue.input : undefined;
		return problemAt(entry, path, issue.message, {
			suggestion: given === undefined || given === "" ? undefined : suggestionFor(given, examplesOf(shape)),
		});
	}
	const expected = expectation(schema, path) ?? issue.message;
	const [above, name] = [path.slice(0, -1), path.at(-1) ?? ""];
	const parent = at(entry.value, above);
	const unused = isMap(parent) ? unknownKeysOf(schema, above, parent) : [];
	const near = suggestionFor(
		name,
		unused.filter((key) => !misspelt.has([...above, key].join("\0"))),
	);
	if (near === undefined) return problemAt(entry, path, `missing; ${expected}`);
	misspelt.add([...above, near].join("\0"));
	return problemAt(entry, [...above, near], `unknown key, and ${name} is missing; ${expected}`, { suggestion: name });
}

/** An entry without the values that no sign-in needs, where having them would mean to run something. */
function withoutIdle(value: YamlMap): YamlMap {
	const idle = IDLE_KEYS.filter((key) => Object.hasOwn(value, key) && hasSlow(value[key] as YamlValue));
	if (idle.length === 0) return value;
	const result: Record<string, YamlValue> = Object.create(null);
	for (const key of Object.keys(value)) if (!idle.includes(key)) result[key] = value[key] as YamlValue;
	return result;
}

function hasSlow(value: YamlValue): boolean {
	if (value instanceof Tagged) return !isQuick(value);
	if (typeof value !== "object" || value === null) return false;
	return (Object.values(value) as YamlValue[]).some(hasSlow);
}

/** The part of a value that its schema knows. What nobody reads is not evaluated. */
function known(schema: Shape, value: YamlValue, outer: readonly string[] = OUTER_KEYS): YamlValue {
	const entries = entriesOf(schema);
	if (!entries || !isMap(value)) return value;
	const result: Record<string, YamlValue> = Object.create(null);
	for (const key of Object.keys(value)) {
		const item = value[key] as YamlValue;
		if (Object.hasOwn(entries, key)) result[key] = known(entries[key] as Shape, item, []);
		else if (outer.includes(key) || (key === "<<" && item instanceof Tagged)) result[key] = item;
	}
	return result;
}

async function checkVia(
	entry: Entry,
	value: YamlMap,
	{ kind, schema }: { readonly kind: string; readonly schema: Shape },
	exists: LinkTargets,
	{ blind, unset }: { readonly blind: readonly (readonly string[])[]; readonly unset: ReadonlyMap<string, string> },
): Promise<ConfigProblem[]> {
	if (entry.section === "providers" || blind.some((path) => path[0] === "via")) return [];
	const via = value.via;
	if (via === undefined || via === null) {
		if (standsAlone(kind)) return [];
		const near = suggestionFor("via", unknownKeysOf(schema, [], entry.value));
		const expected = "expected via.provider or via.identity";
		return [
			near === undefined
				? await problemAt(entry, ["via"], `missing; ${expected}`)
				: await problemAt(entry, [near], `unknown key, and via is missing; ${expected}`, { suggestion: "via" }),
		];
	}
	if (!isMap(via)) return [await problemAt(entry, ["via"], "expected a map with provider or identity")];
	const problems: ConfigProblem[] = [];
	for (const name of ["provider", "identity"] as const) {
		const variable = via[name] === "" ? unset.get(`via\0${name}`) : undefined;
		if (variable !== undefined) return [await problemAt(entry, ["via", name], unsetMessage(variable))];
	}
	const links = (["provider", "identity"] as const).filter(
		(name) => via[name] !== undefined && via[name] !== null && via[name] !== "",
	);
	if (links.length !== 1) {
		const found = links.length === 0 ? "neither" : "both";
		problems.push(await problemAt(entry, ["via"], `expected either via.provider or via.identity, found ${found}`));
	}
	const manifest = manifestOf(entry.section, kind);
	for (const link of links) {
		if (manifest === undefined || manifest.via.includes(link)) continue;
		const other = link === "provider" ? "identity" : "provider";
		const message = manifest.via.includes(other)
			? `${manifest.noun} is reached through via.${other}`
			: `${manifest.noun} begins a chain by itself: remove via`;
		problems.push(await problemAt(entry, ["via", link], message));
	}
	for (const link of links) {
		const wanted = via[link];
		if (typeof wanted !== "string") {
			problems.push(await problemAt(entry, ["via", link], `expected the name of the ${link}`));
			continue;
		}
		const names = link === "provider" ? exists.providers : exists.identities;
		if (names.some((name) => lowerCase(name) === lowerCase(wanted))) continue;
		problems.push(
			await problemAt(entry, ["via", link], `there is no ${link}${named(entry, ["via", link], wanted)}`, {
				suggestion: suggestionFor(wanted, names),
			}),
		);
	}
	return problems;
}

/**
 * What is probably wrong: keys that no schema knows, and unknown regions.
 *
 * @param reported dotted paths of keys of which something was said already
 */
export async function doubts(entry: Entry, reported: ReadonlySet<string>): Promise<ConfigProblem[]> {
	const { kind } = entry.value;
	const schema = typeof kind === "string" ? await schemaOf(entry.section, kind) : undefined;
	if (schema === undefined || entry.wrong !== undefined) return [];
	const problems: ConfigProblem[] = [];
	const warn = async (path: readonly string[], message: string, suggestion: string | undefined): Promise<void> => {
		const problem = await problemAt(entry, path, message, { severity: "warning", suggestion });
		if (!reported.has(problem.key)) problems.push(problem);
	};
	const walk = async (value: YamlValue, path: readonly string[]): Promise<void> => {
		const shape = shapeAt(schema as Shape, path);
		const entries = entriesOf(shape);
		if (typeof value === "string") {
			const examples = examplesOf(shape);
			if (examples.length > 0 && !examples.includes(value))
				await warn(path, `"${sanitize(value)}" is not supported by this version`, suggestionFor(value, examples));
			return;
		}
		if (!entries || !isMap(value)) return;
		const unknown = unknownKeysOf(schema as Shape, path, value);
		const free = [...Object.keys(entries), ...(path.length === 0 ? OUTER_KEYS : [])].filter(
			(key) => !Object.hasOwn(value, key),
		);
		for (const key of Object.keys(value)) {
			if (unknown.includes(key)) await warn([...path, key], "unknown key", suggestionFor(key, free));
			else await walk(value[key] as YamlValue, [...path, key]);
		}
	};
	await walk(entry.value, []);
	return problems;
}

/** Keys of a map that its schema does not know. */
function unknownKeysOf(schema: Shape, path: readonly string[], value: YamlMap): string[] {
	const entries = entriesOf(shapeAt(schema, path));
	if (entries === undefined) return [];
	return Object.keys(value).filter(
		(key) =>
			!Object.hasOwn(entries, key) &&
			!(path.length === 0 && OUTER_KEYS.includes(key)) &&
			!(key === "<<" && value[key] instanceof Tagged),
	);
}

function at(value: YamlValue, path: readonly string[]): YamlValue | undefined {
	let node: YamlValue | undefined = value;
	for (const key of path) node = isMap(node) && Object.hasOwn(node, key) ? node[key] : undefined;
	return node;
}
