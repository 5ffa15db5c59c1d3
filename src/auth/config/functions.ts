/**
 * The YAML functions of the auth section: `!env`, `!include`, `!repo-root`, `!cwd` and `!exec`. A value is evaluated when it
 * is needed for what was asked, so a slow or broken one in another identity does no harm.
 */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, join, resolve } from "node:path";
import type { Environment } from "../context.ts";
import { sanitize } from "../system/sanitize.ts";
import { ConfigError } from "./problems.ts";
import { readFailure, readRegular } from "./read-regular.ts";
import { isMap, parseValue, Tagged, type YamlMap, type YamlValue } from "./yaml.ts";

export interface FunctionContext {
	readonly env: Environment;
	readonly cwd: string;
	readonly platform: NodeJS.Platform;
	/** How long `!exec` may take, in milliseconds. */
	readonly execLimitMs: number;
	/** What was evaluated already: a command runs once a configuration, a file is read once. */
	readonly known: WeakMap<Tagged, YamlValue | Promise<YamlValue>>;
	/** Told when something is evaluated: the outcome depends on more than the configuration's files then. */
	readonly onEvaluated?: (() => void) | undefined;
}

/** A function that could not be evaluated. The message says why; where it stands is for the caller to find. */
export class FunctionFailure extends Error {}

/** The names of the functions, for near misses. */
export const FUNCTIONS: readonly string[] = ["!env", "!include", "!repo-root", "!cwd", "!exec"];

/** Keys of an entry whose values no sign-in needs: a function there that would run something is left alone. */
export const IDLE_KEYS: readonly string[] = ["env", "alias", "tags", "default", "required", "console"];

const MAX_DEPTH = 10;

/** Words of an argument; quotes keep blanks together. */
function words(text: string): string[] {
	return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
		([, double, single, bare]) => double ?? single ?? bare ?? "",
	);
}

/**
 * The nearest folder with a `.git`, upwards from `start`, its symbolic links resolved: Atmos's git library does that too, and
 * where the root names the realm, both have to name the same. Undefined outside a repository.
 */
export function repositoryRoot(start: string): string | undefined {
	for (let folder = start; ; folder = dirname(folder)) {
		if (existsSync(join(folder, ".git"))) return realpathSync(folder);
		if (folder === dirname(folder)) return undefined;
	}
}

/** True for functions that neither wait nor have side effects. */
export function isQuick(tagged: Tagged): boolean {
	return ["!env", "!repo-root", "!git.root", "!cwd", "!include", "!include.raw"].includes(tagged.tag);
}

/**
 * Evaluates a function that neither waits nor has side effects.
 *
 * @returns undefined for `!exec` and for tags that are no function of ours
 * @throws FunctionFailure when a file cannot be included
 */
export function evaluateQuick(ctx: FunctionContext, tagged: Tagged): YamlValue | undefined {
	if (!isQuick(tagged)) return undefined;
	const known = ctx.known.get(tagged);
	if (known !== undefined) return known as YamlValue;
	ctx.onEvaluated?.();
	const value = quick(ctx, tagged, 0);
	ctx.known.set(tagged, value);
	return value;
}

function quick(ctx: FunctionContext, tagged: Tagged, depth: number): YamlValue {
	const { argument } = tagged;
	if (argument === undefined) throw new FunctionFailure(`${tagged.tag} takes a string, not a list or a map`);
	const [first] = words(argument);
	switch (tagged.tag) {
		case "!env": {
			const [name, ...fallback] = words(argument);
			if (!name) throw new FunctionFailure("!env needs the name of a variable");
			return (ctx.env[name] ?? fallback.join(" ")).trim();
		}
		case "!repo-root":
		case "!git.root": {
			const root = repositoryRoot(ctx.cwd) ?? first;
			if (root === undefined) throw new FunctionFailure(`${tagged.tag}: this is not a Git repository`);
			return root;
		}
		case "!cwd":
			return resolve(ctx.cwd, argument);
		default:
			return include(ctx, tagged, depth);
	}
}

/** The variable of an `!env` that is not set and has no fallback. */
function unsetVariable(ctx: FunctionContext, { tag, argument }: Tagged): string | undefined {
	const [name, ...fallback] = tag === "!env" ? words(argument ?? "") : [];
	return name !== undefined && fallback.length === 0 && ctx.env[name] === undefined ? name : undefined;
}

function include(ctx: FunctionContext, tagged: Tagged, depth: number): YamlValue {
	const [name, query] = words(tagged.argument ?? "");
	if (!name) throw new FunctionFailure(`${tagged.tag} needs the name of a file`);
	if (query !== undefined)
		throw new FunctionFailure(`${tagged.tag}: a query after the file's name is not supported here`);
	if (/^[a-z][a-z0-9+.-]*:{1,2}/i.test(name) && !/^[a-z]:[\\/]/i.test(name)) {
		throw new FunctionFailure(`${tagged.tag}: ${sanitize(name)} is remote; only local files can be included here`);
	}
	if (depth >= MAX_DEPTH) throw new FunctionFailure("includes are nested more than ten deep");
	const { file, text } = readIncluded(tagged, name);
	if (tagged.tag === "!include.raw") return text;
	if (extname(file) === ".json" || /^\.ya?ml$/.test(extname(file))) {
		try {
			return expand(ctx, parseValue(text, file), depth + 1);
		} catch (error) {
			throw error instanceof ConfigError ? new FunctionFailure(`${tagged.tag}: ${error.message}`) : error;
		}
	}
	if (basename(file) === ".env" || basename(file).startsWith(".env.") || extname(file) === ".env") return dotenv(text);
	return text.trim();
}

/** A name is relative to the file that it stands in; in a drop-in folder to the folder above too, as in Atmos. */
function readIncluded(tagged: Tagged, name: string): { readonly file: string; readonly text: string } {
	const folder = dirname(tagged.file);
	const above = /^\.?atmos\.d$/.test(basename(folder)) ? [dirname(folder)] : [];
	const candidates = isAbsolute(name) ? [name] : [folder, ...above].map((base) => resolve(base, name));
	const file = candidates.find((candidate) => existsSync(candidate)) ?? (candidates[0] as string);
	try {
		return { file, text: readRegular(file).replace(/^\ufeff/, "") };
	} catch (error) {
		throw new FunctionFailure(`${tagged.tag}: cannot read ${sanitize(file)} (${readFailure(error)})`);
	}
}

/** Resolves what an included file itself includes; its other functions stay for later. */
function expand(ctx: FunctionContext, value: YamlValue, depth: number): YamlValue {
	if (value instanceof Tagged) return value.tag.startsWith("!include") ? quick(ctx, value, depth) : value;
	if (Array.isArray(value)) return value.map((item: YamlValue) => expand(ctx, item, depth));
	if (!isMap(value)) return value;
	const result: Record<string, YamlValue> = Object.create(null);
	for (const key of Object.keys(value)) result[key] = expand(ctx, value[key] as YamlValue, depth);
	return result;
}

function dotenv(text: string): YamlMap {
	const result: Record<string, YamlValue> = Object.create(null);
	for (const line of text.split(/\r?\n/)) {
		const match =
			/^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(.*?))\s*(?:\s#.*)?$/.exec(line);
		if (match?.[1]) result[match[1]] = unquoted(match[2]) ?? match[3] ?? match[4] ?? "";
	}
	return result;
}

const unquoted = (quoted: string | undefined): string | undefined =>
	quoted?.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));

/**
 * A map whose `<<` is a function, such as `<<: !include .env`, with what that yields merged below its own keys.
 *
 * @throws FunctionFailure when the function fails or does not return a map
 */
export function withMergedFunction(ctx: FunctionContext, map: YamlMap): YamlMap {
	const source = map["<<"];
	if (!(source instanceof Tagged)) return map;
	const given = evaluateQuick(ctx, source);
	if (!isMap(given)) throw new FunctionFailure(`<<: ${sanitize(source.tag)} does not return a map`);
	const result: Record<string, YamlValue> = Object.create(null);
	Object.assign(result, given, map);
	delete result["<<"];
	return result;
}

/** What `evaluate` is to do with each function. */
export interface Evaluation {
	/** Told of a value that cannot be had; the value is left out. */
	onFailure(path: readonly string[], tagged: Tagged, message: string): void;
	/** The `!exec`s that are carried out. For any other, `onCommand` is told and the value is left out. */
	readonly run: ReadonlySet<Tagged>;
	onCommand(path: readonly string[], tagged: Tagged): void;
	/** Told of an `!env` without a fallback whose variable is not set; the value is an empty text. */
	onUnset(path: readonly string[], variable: string): void;
}

/**
 * Evaluates everything in a value.
 *
 * @returns the value without functions; undefined where one failed
 */
export async function evaluate(
	ctx: FunctionContext,
	value: YamlValue,
	evaluation: Evaluation,
	path: readonly string[] = [],
): Promise<YamlValue | undefined> {
	if (value instanceof Tagged) return evaluateTagged(ctx, value, evaluation, path);
	if (Array.isArray(value)) {
		const items = await Promise.all(
			value.map((item: YamlValue, index) => evaluate(ctx, item, evaluation, [...path, String(index)])),
		);
		return items as YamlValue[];
	}
	if (!isMap(value)) return value;
	let map = value;
	try {
		map = withMergedFunction(ctx, value);
	} catch (error) {
		if (!(error instanceof FunctionFailure)) throw error;
		evaluation.onFailure([...path, "<<"], value["<<"] as Tagged, error.message);
	}
	const keys = Object.keys(map);
	const values = await Promise.all(keys.map((key) => evaluate(ctx, map[key] as YamlValue, evaluation, [...path, key])));
	const result: Record<string, YamlValue> = Object.create(null);
	for (const [index, key] of keys.entries()) {
		const item = values[index];
		if (item !== undefined) result[key] = item;
	}
	return result;
}

async function evaluateTagged(
	ctx: FunctionContext,
	tagged: Tagged,
	evaluation: Evaluation,
	path: readonly string[],
): Promise<YamlValue | undefined> {
	try {
		if (tagged.tag === "!exec") {
			if (evaluation.run.has(tagged)) return await executeOnce(ctx, tagged);
			evaluation.onCommand(path, tagged);
			return undefined;
		}
		const variable = unsetVariable(ctx, tagged);
		if (variable !== undefined) evaluation.onUnset(path, variable);
		const result = evaluateQuick(ctx, tagged);
		if (result === undefined) throw new FunctionFailure(`the function ${sanitize(tagged.tag)} is not supported here`);
		return typeof result === "object" && result !== null ? await evaluate(ctx, result, evaluation, path) : result;
	} catch (error) {
		if (!(error instanceof FunctionFailure)) throw error;
		evaluation.onFailure(path, tagged, error.message);
		return undefined;
	}
}

/** A command that failed is run again when it is asked for again: what was wrong may have been fixed. */
function executeOnce(ctx: FunctionContext, tagged: Tagged): Promise<YamlValue> {
	const known = ctx.known.get(tagged);
	if (known !== undefined) return Promise.resolve(known);
	if (!tagged.argument) return Promise.reject(new FunctionFailure("!exec needs a command"));
	const running = run(ctx, tagged.argument).then(
		(output) => (/^[[{]/.test(output) ? (asJson(output, tagged.file) ?? output) : output),
		(error: unknown) => {
			ctx.known.delete(tagged);
			throw new FunctionFailure(`!exec failed: ${(error as Error).message}`);
		},
	);
	ctx.known.set(tagged, running);
	return running;
}

async function run(ctx: FunctionContext, command: string): Promise<string> {
	const { execute } = await import("../system/execute.ts");
	return execute(ctx, command);
}

/** As Atmos has it, output that is JSON is the value that it stands for; its numbers stay as they are written. */
function asJson(output: string, file: string): YamlValue | undefined {
	try {
		JSON.parse(output);
		return parseValue(output, file);
	} catch {
		return undefined;
	}
}
