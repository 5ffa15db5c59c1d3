/**
 * A kubeconfig: one cluster's entries are put in, everything else stays as it is, comments and unknown keys included.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { AuthError } from "../errors.ts";
import { sanitize } from "../sanitize.ts";
import { type ExecEntry, isOurs } from "./exec-entry.ts";

export interface ClusterEntry {
	/** Key of the cluster: its ARN. */
	readonly cluster: string;
	readonly context: string;
	readonly user: string;
	/** Users that were written for this context before, by this program or Atmos, begin so. */
	readonly userPrefix: string;
	readonly server: string;
	/** PEM in base64. */
	readonly certificateAuthority: string;
	readonly exec: ExecEntry;
}

export type UpdateMode = "merge" | "replace" | "error";

/** Whether the entry may take the current context: always, only where none is in use or it is one of ours, or never. */
export type TakeContext = "always" | "if-free" | "never";

export interface Change {
	readonly text: string;
	readonly changed: boolean;
	/** True when the entry's context is the current one afterwards. */
	readonly current: boolean;
}

const LISTS = { cluster: "clusters", context: "contexts", user: "users" } as const;

/**
 * @param text the file as it is; undefined or blank for none
 * @param file its path, for errors
 * @throws AuthError `storage` with path and line for a file that is no kubeconfig; `config` for a clash in mode `error`
 */
export function putCluster(
	text: string | undefined,
	file: string,
	entry: ClusterEntry,
	options: { readonly update: UpdateMode; readonly takeContext: TakeContext },
): Change {
	const before = options.update === "replace" ? undefined : text;
	const document = read(before, file);
	const was = JSON.stringify(document.toJS());
	if (options.update === "error") refuseClash(document, file, entry);

	put(document, "cluster", entry.cluster, {
		server: entry.server,
		"certificate-authority-data": entry.certificateAuthority,
	});
	// A certificate file or the insecure flag beside the data is an error for kubectl.
	for (const key of ["certificate-authority", "insecure-skip-tls-verify"]) {
		document.deleteIn([...pathOf(document, "cluster", entry.cluster), key]);
	}
	put(document, "context", entry.context, { cluster: entry.cluster, user: entry.user });
	putUser(document, entry);
	removeFormerUsers(document, entry);

	const current = document.get("current-context");
	const currentName = typeof current === "string" ? current : "";
	if (shouldTake(document.toJS() as Kubeconfig, currentName, options.takeContext))
		document.set("current-context", entry.context);
	const isCurrent = document.get("current-context") === entry.context;

	const now = JSON.stringify(document.toJS());
	const same = options.update === "replace" ? sameContent(text, file, now) : now === was;
	if (same && text !== undefined) return { text, changed: false, current: isCurrent };
	return { text: print(document, before), changed: true, current: isCurrent };
}

function sameContent(text: string | undefined, file: string, json: string): boolean {
	try {
		return text !== undefined && JSON.stringify(read(text, file).toJS()) === json;
	} catch {
		return false;
	}
}

/** As much of a kubeconfig as is looked at. */
interface Kubeconfig {
	readonly "current-context"?: unknown;
	readonly contexts?: readonly { readonly name?: unknown; readonly context?: { readonly user?: unknown } }[];
	readonly users?: readonly { readonly name?: unknown; readonly user?: { readonly exec?: unknown } }[];
}

function execOf(config: Kubeconfig, contextName: string): unknown {
	const context = config.contexts?.find(({ name }) => name === contextName);
	return config.users?.find(({ name }) => name === context?.context?.user)?.user?.exec;
}

/**
 * @param context the context's name
 * @param exec what its plugin entry has to be; any of ours will do if it is left out
 * @param takeContext what the entry might do to the current context
 * @returns true when the file has the entry and there is nothing to change; a file that does not parse has it not
 */
export function isSettled(
	text: string,
	context: string,
	exec: ExecEntry | undefined,
	takeContext: TakeContext,
): boolean {
	try {
		const document = parseDocument(text);
		const config = document.toJS() as Kubeconfig;
		const found = execOf(config, context);
		if (!isOurs(found) || (exec !== undefined && JSON.stringify(found) !== JSON.stringify(exec))) return false;
		const current = typeof config["current-context"] === "string" ? config["current-context"] : "";
		return current === context || !shouldTake(config, current, takeContext);
	} catch {
		return false;
	}
}

function read(text: string | undefined, file: string): Document {
	if (text === undefined || text.trim() === "") {
		return parseDocument("apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n", {
			keepSourceTokens: false,
		});
	}
	const document = parseDocument(text, { strict: true });
	const [error] = document.errors;
	const broken = (line: number, reason: string): AuthError =>
		new AuthError({
			code: "storage",
			message: `${sanitize(file)}:${line} is not a kubeconfig`,
			reason: `${reason}; the file was not changed`,
			remedy: `mend ${sanitize(file)}, or move it away`,
		});
	if (error)
		throw broken(error.linePos?.[0].line ?? 1, sanitize(error.message.split("\n")[0] ?? "").replace(/ at line.*$/, ""));
	if (document.contents === null) return read(undefined, file);
	if (!isMap(document.contents)) throw broken(1, "expected a map");
	for (const list of Object.values(LISTS)) {
		const value = document.get(list);
		if (value !== undefined && value !== null && !isSeq(value)) throw broken(1, `expected a list in ${list}`);
	}
	return document as Document;
}

function listOf(document: Document, type: keyof typeof LISTS): YAMLSeq {
	const value = document.get(LISTS[type]);
	if (isSeq(value)) {
		// `clusters: []` grows downwards, unless the whole file is JSON.
		if (value.items.length === 0 && !isJson(document)) value.flow = false;
		return value;
	}
	const made = document.createNode([]) as YAMLSeq;
	made.flow = isJson(document);
	document.set(LISTS[type], made);
	return made;
}

const isJson = (document: Document): boolean => isMap(document.contents) && document.contents.flow === true;

function pathOf(document: Document, type: keyof typeof LISTS, name: string): [string, number, string] {
	const items = listOf(document, type).items;
	return [LISTS[type], items.findIndex((item) => isMap(item) && item.get("name") === name), type];
}

/** Sets keys of an entry, and leaves its others: a namespace, a proxy, an extension. */
function put(
	document: Document,
	type: keyof typeof LISTS,
	name: string,
	values: Readonly<Record<string, string>>,
): void {
	const list = listOf(document, type);
	const found = list.items.find((item) => isMap(item) && item.get("name") === name) as YAMLMap | undefined;
	if (found === undefined) {
		list.add(document.createNode({ [type]: values, name }, { flow: isJson(document) }));
		return;
	}
	const inner = found.get(type);
	if (!isMap(inner)) found.set(type, document.createNode(values, { flow: isJson(document) }));
	else for (const [key, value] of Object.entries(values)) if (inner.get(key) !== value) inner.set(key, value);
}

function putUser(document: Document, entry: ClusterEntry): void {
	const list = listOf(document, "user");
	const found = list.items.find((item) => isMap(item) && item.get("name") === entry.user) as YAMLMap | undefined;
	const user = document.createNode({ exec: entry.exec }, { flow: isJson(document) });
	if (found === undefined) {
		list.add(document.createNode({ name: entry.user, user }, { flow: isJson(document) }));
		return;
	}
	const old = found.get("user");
	if (!isMap(old) || JSON.stringify(old.toJS(document)) !== JSON.stringify(user.toJS(document)))
		found.set("user", user);
}

/** Users of ours for the same cluster that no context needs any more. */
function removeFormerUsers(document: Document, entry: ClusterEntry): void {
	const used = new Set(
		listOf(document, "context").items.map((item) => (isMap(item) ? item.getIn(["context", "user"]) : undefined)),
	);
	const list = listOf(document, "user");
	list.items = list.items.filter((item) => {
		if (!isMap(item)) return true;
		const name = item.get("name");
		const former = typeof name === "string" && (name === entry.userPrefix || name.startsWith(`${entry.userPrefix}-`));
		return !former || used.has(name) || !isOurs((item.toJS(document) as { user?: { exec?: unknown } }).user?.exec);
	});
}

function shouldTake(config: Kubeconfig, current: string, take: TakeContext): boolean {
	if (take === "always") return true;
	if (take === "never") return false;
	// None is set, it names a context that does not exist, or it is one of ours.
	const exists = config.contexts?.some(({ name }) => name === current) === true;
	return current === "" || !exists || isOurs(execOf(config, current));
}

function refuseClash(document: Document, file: string, entry: ClusterEntry): void {
	const wanted: Readonly<Record<string, readonly [name: string, values: unknown]>> = {
		cluster: [entry.cluster, { server: entry.server, "certificate-authority-data": entry.certificateAuthority }],
		context: [entry.context, { cluster: entry.cluster, user: entry.user }],
	};
	for (const [type, [name, values]] of Object.entries(wanted)) {
		const path = pathOf(document, type as keyof typeof LISTS, name);
		if (path[1] < 0) continue;
		const found = document.getIn(path);
		const value = isMap(found) ? found.toJS(document) : found;
		if (JSON.stringify(value) === JSON.stringify(values)) continue;
		throw new AuthError({
			code: "config",
			message: `${type} ${sanitize(name)} already exists in ${sanitize(file)}`,
			reason: "spec.cluster.kubeconfig.update is `error`",
			remedy: "remove the entry, or set `update: merge`",
		});
	}
}

function print(document: Document, before: string | undefined): string {
	if (isJson(document)) return `${JSON.stringify(document.toJS(), null, 2)}\n`;
	const text = document.toString({
		lineWidth: 0,
		flowCollectionPadding: false,
		// kubectl writes lists without indentation; what a person indented stays so.
		indentSeq: before !== undefined && /^\w[\w-]*:\s*\n[ \t]+-/m.test(before),
	});
	const mark = before?.startsWith("\ufeff") && !text.startsWith("\ufeff") ? "\ufeff" : "";
	return mark + (before?.includes("\r\n") ? text.replaceAll(/\r?\n/g, "\r\n") : text);
}
