/** The text of a kubeconfig: what it says, and how it says something else with every line kept that nobody changed. */
import { type Document, isMap, isSeq, parseDocument, stringify } from "yaml";
import { AuthError } from "../errors.ts";
import { editJson } from "../storage/json-edit.ts";
import { yamlReason } from "../storage/parse-reasons.ts";
import { pathWord } from "../storage/paths.ts";
import { type Edit, editYaml } from "../storage/yaml-edit.ts";
import { sanitize } from "../system/sanitize.ts";

export const LISTS = { cluster: "clusters", context: "contexts", user: "users" } as const;

/** As much of a kubeconfig as is looked at. What it has beside that is kept too. */
export interface Kubeconfig {
	readonly "current-context"?: unknown;
	readonly clusters?: readonly Named[] | null;
	readonly contexts?: readonly Named[] | null;
	readonly users?: readonly Named[] | null;
	readonly [key: string]: unknown;
}

export interface Named {
	readonly name?: unknown;
	readonly cluster?: unknown;
	readonly context?: { readonly cluster?: unknown; readonly user?: unknown } | null;
	readonly user?: { readonly exec?: unknown } | null;
}

/**
 * @param text undefined or blank for a file that is not there
 * @param file its path, for errors
 * @returns what the text says; undefined where there is nothing to keep
 * @throws AuthError `storage` with path and line for anything that is no kubeconfig
 */
export function readKubeconfig(text: string | undefined, file: string): Kubeconfig | undefined {
	if (text === undefined || text.trim() === "") return undefined;
	const document = parseYaml(text);
	const [error] = document.errors;
	const broken = (line: number, reason: string): AuthError =>
		new AuthError({
			code: "storage",
			message: `${sanitize(file)}:${line} is not a kubeconfig`,
			reason: `${reason}; the file was not changed`,
			remedy: {
				say: `fix ${sanitize(file)}, set spec.cluster.kubeconfig.path to another file, or move it away`,
				run: ["mv", pathWord(file), pathWord(`${file}.old`)],
				edit: { file, line },
			},
		});
	if (error) throw broken(error.linePos?.[0].line ?? 1, yamlReason(error.code));
	if (document.contents === null) return undefined;
	if (!isMap(document.contents)) throw broken(1, "expected a map");
	for (const list of Object.values(LISTS)) {
		const value = document.get(list);
		if (value !== undefined && value !== null && !isSeq(value)) throw broken(1, `expected a list in ${list}`);
	}
	let config: Kubeconfig;
	try {
		config = document.toJS() as Kubeconfig;
	} catch {
		throw broken(1, "an alias in it has no anchor, or expands to too much");
	}
	const reason = notOne(config);
	if (reason !== undefined) throw broken(1, reason);
	return config;
}

/** The library takes a byte order mark for a part of a quoted key. */
export const parseYaml = (text: string): Document.Parsed =>
	parseDocument(text.replace(/^\ufeff/, ""), { strict: true });

/** A map of another kind, such as a manifest or a Compose file, is not ours to add clusters to, and less to replace. */
function notOne(config: Kubeconfig): string | undefined {
	const { apiVersion, kind } = config;
	if (kind !== undefined && kind !== "Config") return `its kind is ${sanitize(String(kind)).slice(0, 60)}, not Config`;
	if (apiVersion !== undefined && apiVersion !== "v1")
		return `its apiVersion is ${sanitize(String(apiVersion)).slice(0, 60)}, not v1`;
	// kubectl does not insist on apiVersion and kind. `users` alone has cloud-init, too.
	const known = ["clusters", "contexts", "current-context"].some((key) => key in config);
	return kind === "Config" || known || Object.keys(config).length === 0
		? undefined
		: "it has neither `kind: Config` nor clusters nor contexts";
}

/** @returns a new file, in the form that kubectl gives it */
export const printKubeconfig = (config: Kubeconfig): string =>
	stringify(config, { lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false });

/**
 * @param text a kubeconfig with something in it, as `readKubeconfig` takes it
 * @param edits of different places; paths are those before any of them
 * @returns the text with only the edited lines changed
 * @throws AuthError `storage` where the text has a form that cannot be changed safely
 */
export function reviseKubeconfig(text: string, file: string, edits: readonly Edit[]): string {
	// By way of JSON, so that what shares an anchor does not change together.
	const wanted = JSON.stringify(applyTo(JSON.parse(JSON.stringify(parseYaml(text).toJS())), edits));
	for (const attempt of [asJson, editYaml, printed]) {
		const revised = attempt(text, edits);
		// What was meant is proven by reading it.
		if (revised !== undefined && says(revised) === wanted) return revised;
	}
	throw new AuthError({
		code: "storage",
		message: `${sanitize(file)} cannot be changed safely`,
		reason: "it uses YAML anchors or aliases where the entry would go; the file was not changed",
		remedy: "remove them, or set spec.cluster.kubeconfig.path to another file",
	});
}

function says(text: string): string | undefined {
	const document = parseYaml(text);
	return document.errors.length === 0 ? JSON.stringify(document.toJS()) : undefined;
}

function asJson(text: string, edits: readonly Edit[]): string | undefined {
	try {
		JSON.parse(text.replace(/^\ufeff/, ""));
	} catch {
		return undefined;
	}
	return inOrder(edits).reduce((result, { path, value }) => editJson(result, path, value), text);
}

/** The whole document printed anew: the last resort, which keeps comments but not the spacing. */
function printed(text: string, edits: readonly Edit[]): string | undefined {
	const document: Document = parseYaml(text);
	try {
		for (const { path, value } of inOrder(edits)) {
			if (value === undefined) document.deleteIn(path);
			else if (path.at(-1) !== -1) document.setIn(path, document.createNode(value));
			else if (isSeq(document.getIn(path.slice(0, -1)))) document.addIn(path.slice(0, -1), document.createNode(value));
			else document.setIn(path.slice(0, -1), document.createNode([value]));
		}
		const result = document.toString({
			lineWidth: 0,
			flowCollectionPadding: false,
			indentSeq: /^\w[\w-]*:\s*\n[ \t]+-/m.test(text),
		});
		const mark = text.startsWith("\ufeff") ? "\ufeff" : "";
		return mark + (text.includes("\r\n") ? result.replaceAll(/\r?\n/g, "\r\n") : result);
	} catch {
		return undefined;
	}
}

/** Removals last and from the end, so that every path still leads where it did. */
function inOrder(edits: readonly Edit[]): Edit[] {
	const index = ({ path }: Edit): number => path.findLast((part) => typeof part === "number") ?? 0;
	return [
		...edits.filter(({ value }) => value !== undefined),
		...edits.filter(({ value }) => value === undefined).sort((a, b) => index(b) - index(a)),
	];
}

function applyTo(config: unknown, edits: readonly Edit[]): unknown {
	const root = config as Record<string | number, unknown>;
	for (const { path, value } of inOrder(edits)) {
		let at: Record<string | number, unknown> = root;
		for (const [depth, part] of path.slice(0, -1).entries()) {
			if (typeof at[part] !== "object" || at[part] === null) at[part] = typeof path[depth + 1] === "number" ? [] : {};
			at = at[part] as Record<string | number, unknown>;
		}
		const key = path.at(-1) ?? "";
		if (key === -1) (at as unknown as unknown[]).push(value);
		else if (value !== undefined) at[key] = value;
		else if (Array.isArray(at)) at.splice(key as number, 1);
		else delete at[key];
	}
	return root;
}
