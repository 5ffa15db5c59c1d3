/**
 * Large files are parsed once: what came of it is kept as JSON, under the hash of the file's text, and the next start reads
 * that instead. Files with what looks like a secret are never kept: a copy would outlive its removal from the original.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AuthContext } from "../context.ts";
import { cacheHome } from "../storage/paths.ts";
import { writeWhole } from "../storage/write.ts";
import { isMap, parseYaml, Tagged, type YamlMap, type YamlValue } from "./yaml.ts";

/** Below this, in characters, parsing is as fast as reading the cache. */
const WORTH_IT = 48_000;
/** Changes with the form of what is kept. */
const FORMAT = "1";
const MOST_FILES = 8;

const SECRET = /(?:secret|password|passphrase|token|private_key)\w*["']?\s*:\s*(?!\s*(?:!|\||>|null\b|~|$))/im;

/** How a `Tagged` is kept: no YAML key of ours looks like it. */
const TAG = "\u0000tag";

type Kept = { readonly tagged: boolean; readonly value: unknown };

export interface ParseCache {
	parse(text: string, file: string): YamlMap;
	/** Writes what was parsed anew. Best effort: never rejects. */
	save(): Promise<void>;
}

export function createParseCache(ctx: Pick<AuthContext, "env" | "home" | "cwd" | "platform" | "log">): ParseCache {
	const folder = join(cacheHome(ctx), "atmos-auth", "parsed");
	const fresh: { path: string; content: YamlMap }[] = [];
	return {
		parse(text, file) {
			if (text.length < WORTH_IT || SECRET.test(text)) return parseYaml(text, file);
			const name = createHash("sha256").update(FORMAT).update("\0").update(text).digest("hex");
			const path = join(folder, `${name}.json`);
			const kept = read(path);
			if (kept !== undefined) return (kept.tagged ? revive(kept.value, file) : kept.value) as YamlMap;
			const content = parseYaml(text, file);
			fresh.push({ path, content });
			return content;
		},
		async save() {
			for (const { path, content } of fresh.splice(0)) {
				try {
					await writeWhole(path, JSON.stringify(keep(content)));
					prune(folder);
				} catch (error) {
					ctx.log.debug("the parsed configuration cannot be kept", { path, error: (error as Error).message });
				}
			}
		},
	};
}

function read(path: string): Kept | undefined {
	try {
		const kept = JSON.parse(readFileSync(path, "utf8")) as Kept;
		return typeof kept === "object" && kept !== null && isMap(kept.value as YamlValue) ? kept : undefined;
	} catch {
		return undefined;
	}
}

function keep(content: YamlMap): Kept {
	let tagged = false;
	const value = JSON.parse(
		JSON.stringify(content, (_, item: unknown) => {
			if (!(item instanceof Tagged)) return item;
			tagged = true;
			return { [TAG]: [item.tag, item.argument ?? null] };
		}),
	) as unknown;
	return { tagged, value };
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
