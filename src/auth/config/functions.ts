/**
 * The YAML functions of the auth section: `!env`, `!include`, `!repo-root`, `!cwd` and `!exec`. A value is evaluated when it
 * is needed for what was asked, so a slow or broken one in another identity does no harm.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import type { Environment } from "../context.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../sanitize.ts";
import { ConfigError } from "./problems.ts";
import { isMap, parseYaml, Tagged, type YamlMap, type YamlValue } from "./yaml.ts";

export interface FunctionContext {
	readonly env: Environment;
	readonly cwd: string;
	readonly home: string;
	readonly platform: NodeJS.Platform;
	/** How long `!exec` may take, in milliseconds. */
	readonly execLimitMs: number;
}

const MAX_DEPTH = 10;

/** Words of an argument; quotes keep blanks together. */
function words(text: string): string[] {
	return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
		([, double, single, bare]) => double ?? single ?? bare ?? "",
	);
}

/** The nearest folder with a `.git`, upwards from `start`; undefined outside a repository. */
export function repositoryRoot(start: string): string | undefined {
	for (let folder = start; ; folder = dirname(folder)) {
		if (existsSync(join(folder, ".git"))) return folder;
		if (folder === dirname(folder)) return undefined;
	}
}

function problem(tagged: Tagged, message: string): ConfigError {
	return new ConfigError([
		{
			severity: "error",
			key: "",
			message: `${tagged.tag}: ${message}`,
			location: { file: tagged.file, line: 1, column: 1 },
		},
	]);
}

/**
 * Evaluates a function that neither waits nor has side effects.
 *
 * @returns undefined for `!exec` and for tags that are no function of ours
 */
export function evaluateQuick(ctx: FunctionContext, tagged: Tagged, depth = 0): YamlValue | undefined {
	const argument = tagged.argument ?? "";
	switch (tagged.tag) {
		case "!env": {
			const [name = "", ...fallback] = words(argument);
			return (ctx.env[name] ?? fallback.join(" ")).trim();
		}
		case "!repo-root":
		case "!git.root":
			return repositoryRoot(ctx.cwd) ?? words(argument)[0] ?? ctx.cwd;
		case "!cwd":
			return resolve(ctx.cwd, words(argument)[0] ?? ".");
		case "!include":
		case "!include.raw":
			return include(ctx, tagged, depth);
		default:
			return undefined;
	}
}

function include(ctx: FunctionContext, tagged: Tagged, depth: number): YamlValue {
	const [name = "", query] = words(tagged.argument ?? "");
	if (query !== undefined) throw problem(tagged, "a query after the file's name is not supported");
	if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name))
		throw problem(tagged, `${sanitize(name)} is remote; only local files can be included`);
	if (depth >= MAX_DEPTH) throw problem(tagged, "files include each other more than ten deep");
	const file = isAbsolute(name) ? name : resolve(dirname(tagged.file), name);
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch (error) {
		throw problem(tagged, `cannot read ${sanitize(file)} (${(error as NodeJS.ErrnoException).code})`);
	}
	if (tagged.tag === "!include.raw") return text;
	if ([".yaml", ".yml", ".json"].includes(extname(file))) return expand(ctx, parseYaml(text, file), depth + 1);
	if (extname(file) === ".env" || file.endsWith("/.env")) return dotenv(text);
	return text.trim();
}

/** Resolves what an included file itself includes; its other functions stay for later. */
function expand(ctx: FunctionContext, value: YamlValue, depth: number): YamlValue {
	if (value instanceof Tagged) return value.tag.startsWith("!include") ? include(ctx, value, depth) : value;
	if (Array.isArray(value)) return value.map((item: YamlValue) => expand(ctx, item, depth));
	if (isMap(value)) return mapValues(value, (item) => expand(ctx, item, depth));
	return value;
}

function dotenv(text: string): YamlMap {
	const result: Record<string, YamlValue> = Object.create(null);
	for (const line of text.split(/\r?\n/)) {
		const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line);
		if (match?.[1]) result[match[1]] = (match[2] ?? "").replace(/^(["'])(.*)\1$/, "$2");
	}
	return result;
}

/** A map with each value replaced; keys such as `__proto__` stay ordinary keys. */
export function mapValues(map: YamlMap, change: (value: YamlValue, key: string) => YamlValue): YamlMap {
	const result: Record<string, YamlValue> = Object.create(null);
	for (const key of Object.keys(map)) result[key] = change(map[key] as YamlValue, key);
	return result;
}

/** A tag that is no function of ours, and where it stands below the evaluated value. */
export interface UnknownTag {
	readonly tagged: Tagged;
	readonly path: readonly string[];
}

/**
 * Evaluates everything in a value.
 *
 * @param onUnknown told of every tag that is not supported; its value becomes an empty text
 * @throws AuthError `config` when an `!exec` fails or takes too long, ConfigError for a bad `!include`
 */
export async function evaluate(
	ctx: FunctionContext,
	value: YamlValue,
	onUnknown: (unknown: UnknownTag) => void,
	path: readonly string[] = [],
): Promise<YamlValue> {
	if (value instanceof Tagged) {
		if (value.tag === "!exec") return await execute(ctx, value);
		const result = evaluateQuick(ctx, value);
		if (result === undefined) {
			onUnknown({ tagged: value, path });
			return "";
		}
		return typeof result === "object" && result !== null ? evaluate(ctx, result, onUnknown, path) : result;
	}
	if (Array.isArray(value)) {
		return Promise.all(value.map((item: YamlValue, index) => evaluate(ctx, item, onUnknown, [...path, String(index)])));
	}
	if (isMap(value)) {
		const entries = await Promise.all(
			Object.keys(value).map(
				async (key) => [key, await evaluate(ctx, value[key] as YamlValue, onUnknown, [...path, key])] as const,
			),
		);
		const result: Record<string, YamlValue> = Object.create(null);
		for (const [key, item] of entries) result[key] = item;
		return result;
	}
	return value;
}

/** Runs a command without the terminal, in a process group of its own, so that it ends with its children. */
function execute(ctx: FunctionContext, tagged: Tagged): Promise<string> {
	return new Promise((resolve, reject) => {
		const fail = (reason: string): void =>
			reject(
				new AuthError({
					code: "config",
					message: `an !exec in ${sanitize(tagged.file)} failed`,
					reason,
					remedy: `run the command by hand, without a terminal: ${sanitize(tagged.argument ?? "").slice(0, 80)}`,
				}),
			);
		const windows = ctx.platform === "win32";
		const child = spawn(tagged.argument ?? "", {
			shell: true,
			cwd: ctx.cwd,
			env: ctx.env as NodeJS.ProcessEnv,
			stdio: ["ignore", "pipe", "ignore"],
			detached: !windows,
		});
		let output = "";
		let timedOut = false;
		const timer = setTimeout(() => {
			timedOut = true;
			try {
				if (child.pid !== undefined && !windows) process.kill(-child.pid, "SIGKILL");
				else child.kill("SIGKILL");
			} catch {
				// It has just ended.
			}
		}, ctx.execLimitMs);
		child.stdout.setEncoding("utf8");
		child.stdout.on("data", (chunk: string) => {
			if (output.length < 1_000_000) output += chunk;
		});
		child.once("error", (error) => {
			clearTimeout(timer);
			fail(sanitize(error.message));
		});
		child.once("close", (code, signal) => {
			clearTimeout(timer);
			if (timedOut) fail(`it took more than ${ctx.execLimitMs / 1000} s and was ended`);
			else if (code !== 0) fail(code === null ? `it was ended by ${signal}` : `it ended with exit code ${code}`);
			else resolve(output.trim());
		});
	});
}
