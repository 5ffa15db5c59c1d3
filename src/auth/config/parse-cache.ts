/**
 * Large files are parsed once: what came of it is kept as JSON, under the hash of the file's text, and the next start reads
 * that instead. Only the parts that this program reads are kept, as they are written and before any function is evaluated;
 * and nothing of a file with what looks like a secret in them: a copy would outlive its removal from the original.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AuthContext } from "../context.ts";
import { cacheHome } from "../storage/paths.ts";
import { writeWhole } from "../storage/write.ts";
import { suggestionFor } from "./suggest.ts";
import { isMap, parseYaml, Tagged, type YamlMap, type YamlValue } from "./yaml.ts";

/** Below this, in characters, parsing is as fast as reading the cache. */
const WORTH_IT = 48_000;
/** Changes with the form of what is kept. */
const FORMAT = "3";
const MOST_FILES = 8;
/** Aliases written out may make it larger than the file, up to this factor. */
const MOST_GROWTH = 4;

/** The parts of an atmos.yaml that this program reads. */
const READ: readonly string[] = ["auth", "base_path", "env", "import", "profiles"];

/** Keys at the top of a file's content that look like `auth`, where that is missing. Their values are not kept. */
export function strayKeys(content: YamlMap): readonly string[] {
	return Object.keys(content).filter((key) => !READ.includes(key));
}

/** Keys, and names in lists of key and value, whose values are secrets. */
const SECRET = /secret|passw|passphrase|token|private|api_?key|credential/i;

/** `https://user:password@host`, in a command or a value. */
const PASSWORD_IN_URL = /:\/\/[^\s/@]+@/;

/** A command has what it needs in its text, tokens included; a fallback is what somebody wrote down in place of a secret. */
function mayHoldSecret({ tag, argument = "" }: Tagged): boolean {
	return tag === "!exec" || (tag === "!env" && /\s/.test(argument.trim())) || PASSWORD_IN_URL.test(argument);
}

const isGiven = (value: YamlValue | undefined): boolean =>
	value instanceof Tagged || (typeof value === "string" && value !== "");

/** How a `Tagged` is kept: no YAML key of ours looks like it. */
const TAG = "\u0000tag";

type Kept = { readonly tagged: boolean; readonly value: unknown };

export interface ParseCache {
	/** @throws ConfigError with file and line for what is no YAML, or no map */
	parse(text: string, file: string): YamlMap;
	/** Writes what was parsed anew. Best effort: never rejects. */
	save(): Promise<void>;
}

export function createParseCache(ctx: Pick<AuthContext, "env" | "home" | "cwd" | "platform" | "log">): ParseCache {
	const folder = join(cacheHome(ctx), "atmos-auth", "parsed");
	const fresh: { path: string; content: YamlMap; length: number }[] = [];
	return {
		parse(text, file) {
			if (text.length < WORTH_IT) return readParts(parseYaml(text, file));
			const name = createHash("sha256").update(FORMAT).update("\0").update(text).digest("hex");
			const path = join(folder, `${name}.json`);
			const kept = read(path);
			if (kept !== undefined) return (kept.tagged ? revive(kept.value, file) : kept.value) as YamlMap;
			const content = readParts(parseYaml(text, file));
			fresh.push({ path, content, length: text.length });
			return content;
		},
		async save() {
			for (const { path, content, length } of fresh.splice(0)) {
				try {
					const text = textOf(content);
					if (text === undefined || text.length > length * MOST_GROWTH) continue;
					await writeWhole(path, text, { durable: false });
					prune(folder);
				} catch (error) {
					ctx.log.debug("the parsed configuration could not be cached", { path, error: (error as Error).message });
				}
			}
		},
	};
}

function readParts(content: YamlMap): YamlMap {
	const parts: Record<string, YamlValue> = {};
	for (const key of READ) if (Object.hasOwn(content, key)) parts[key] = content[key] as YamlValue;
	if (!Object.hasOwn(content, "auth")) {
		for (const key of Object.keys(content)) if (suggestionFor(key, ["auth"]) !== undefined) parts[key] = null;
	}
	const { env } = parts;
	if (isMap(env)) {
		// The rest is for Terraform and the like.
		const own = Object.keys(env).filter((key) => key.startsWith("ATMOS_") || key === "<<");
		parts.env = Object.fromEntries(own.map((key) => [key, env[key] as YamlValue]));
	}
	return parts;
}

/** What is kept of a file, or undefined if nothing may be. */
function textOf(content: YamlMap): string | undefined {
	let tagged = false;
	const holdsSecret = (value: YamlValue, key: string): boolean => {
		if (typeof value === "string") return value !== "" && (SECRET.test(key) || PASSWORD_IN_URL.test(value));
		if (typeof value !== "object" || value === null) return false;
		if (value instanceof Tagged) {
			tagged = true;
			return SECRET.test(key) || mayHoldSecret(value);
		}
		if (Array.isArray(value)) return value.some((item: YamlValue) => holdsSecret(item, key));
		const map = value as YamlMap;
		if (typeof map.key === "string" && isGiven(map.value) && SECRET.test(map.key)) return true;
		return Object.keys(map).some((name) => holdsSecret(map[name] as YamlValue, name));
	};
	if (holdsSecret(content, "")) return undefined;
	// A replacer makes it four times slower.
	const replace = (_: string, item: unknown): unknown =>
		item instanceof Tagged ? { [TAG]: [item.tag, item.argument ?? null] } : item;
	const kept: Kept = { tagged, value: content };
	return tagged ? JSON.stringify(kept, replace) : JSON.stringify(kept);
}

function read(path: string): Kept | undefined {
	try {
		const kept = JSON.parse(readFileSync(path, "utf8")) as Kept;
		return typeof kept === "object" && kept !== null && isMap(kept.value as YamlValue) ? kept : undefined;
	} catch {
		return undefined;
	}
}

function revive(value: unknown, file: string): YamlValue {
	if (Array.isArray(value)) return value.map((item) => revive(item, file));
	if (typeof value !== "object" || value === null) return value as YamlValue;
	const map = value as Record<string, unknown>;
	const tag = map[TAG];
	if (Array.isArray(tag)) return new Tagged(String(tag[0]), tag[1] === null ? undefined : String(tag[1]), file);
	for (const key of Object.keys(map)) map[key] = revive(map[key], file);
	return map as YamlMap;
}

/** Keeps the newest few. */
function prune(folder: string): void {
	const files = readdirSync(folder)
		.filter((name) => name.endsWith(".json"))
		.map((name) => join(folder, name))
		.map((path) => ({ path, at: statSync(path).mtimeMs }))
		.sort((a, b) => b.at - a.at);
	for (const { path } of files.slice(MOST_FILES)) rmSync(path, { force: true });
}
