/**
 * A kubeconfig: one cluster's entries are put in, everything else stays as it is, comments and unknown keys included.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
import { AuthError } from "../errors.ts";
import type { EditPath } from "../storage/json-edit.ts";
import type { Edit } from "../storage/yaml-edit.ts";
import { sanitize } from "../system/sanitize.ts";
import { type ExecEntry, isOurs } from "./exec-entry.ts";
import {
	type Kubeconfig,
	LISTS,
	type Named,
	parseYaml,
	printKubeconfig,
	readKubeconfig,
	reviseKubeconfig,
} from "./kubeconfig-text.ts";

export interface ClusterEntry {
	/** Key of the cluster: its ARN. */
	readonly cluster: string;
	readonly context: string;
	readonly user: string;
	/** Users that were written for this context before, by this program or Atmos, begin so. */
	readonly userPrefix: string;
	/** The users of all clusters of this kind begin so. */
	readonly kindPrefix: string;
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
	/** True when something went that neither this program nor Atmos has written. */
	readonly drops: boolean;
}

const EMPTY: Kubeconfig = { apiVersion: "v1", kind: "Config", clusters: [], contexts: [], users: [] };

/**
 * @param text the file as it is; undefined or blank for none
 * @param file its path, for errors
 * @throws AuthError `storage` with path and line for a file that is no kubeconfig; `config` where an entry of this name
 *   belongs to somebody else, and for any clash in mode `error`
 */
export function putCluster(
	text: string | undefined,
	file: string,
	entry: ClusterEntry,
	options: { readonly update: UpdateMode; readonly takeContext: TakeContext },
): Change {
	const found = readKubeconfig(text, file);
	const replaces = options.update === "replace";
	const before = (replaces ? undefined : found) ?? EMPTY;
	if (options.update === "error") refuseClash(before, file, entry);
	refuseForeign(before, file, entry);

	const edits = [...putValues(before, "cluster", entry.cluster, clusterOf(entry))];
	// A certificate file or the insecure flag beside the data is an error for kubectl.
	edits.push(...without(before, "cluster", entry.cluster, ["certificate-authority", "insecure-skip-tls-verify"]));
	edits.push(...putValues(before, "context", entry.context, { cluster: entry.cluster, user: entry.user }));
	edits.push(...putUser(before, entry));

	const current = contextOf(before);
	const takes = current !== entry.context && shouldTake(before, current, entry, options.takeContext);
	if (takes) edits.push({ path: ["current-context"], value: entry.context });
	const isCurrent = takes || current === entry.context;

	if (found === undefined || replaces) {
		const fresh = printKubeconfig({
			...EMPTY,
			clusters: [{ cluster: clusterOf(entry), name: entry.cluster }],
			contexts: [{ context: { cluster: entry.cluster, user: entry.user }, name: entry.context }],
			users: [{ name: entry.user, user: { exec: entry.exec } }],
			...(takes ? { "current-context": entry.context } : {}),
		});
		// A file of comments alone keeps them.
		const next = found === undefined && text?.trim() && !replaces ? `${text.trimEnd()}\n${fresh}` : fresh;
		if (found !== undefined && JSON.stringify(found) === JSON.stringify(parseYaml(fresh).toJS()))
			return { text: text as string, changed: false, current: isCurrent, drops: false };
		const drops = replaces && text !== undefined && hasForeign(text, found, entry.kindPrefix);
		return { text: next, changed: true, current: isCurrent, drops };
	}
	if (edits.length === 0) return { text: text as string, changed: false, current: isCurrent, drops: false };
	return { text: reviseKubeconfig(text as string, file, edits), changed: true, current: isCurrent, drops: false };
}

const clusterOf = (entry: ClusterEntry): Readonly<Record<string, string>> => ({
	server: entry.server,
	"certificate-authority-data": entry.certificateAuthority,
});

const listOf = (config: Kubeconfig, type: keyof typeof LISTS): readonly Named[] => config[LISTS[type]] ?? [];

/** Entries may be anything: a list of numbers is no kubeconfig for kubectl, but no reason to fail here. */
const isNamed = (item: Named, name: unknown): boolean => (item as Named | null)?.name === name;

const named = (config: Kubeconfig, type: keyof typeof LISTS, name: unknown): Named | undefined =>
	listOf(config, type).find((item) => isNamed(item, name));

function contextOf(config: Kubeconfig): string {
	const current = config["current-context"];
	return typeof current === "string" ? current : "";
}

const userOf = (context: Named | undefined): unknown => context?.context?.user;

/** The plugin entry of a context's user. */
const execOf = (config: Kubeconfig, context: unknown): unknown =>
	named(config, "user", userOf(named(config, "context", context)))?.user?.exec;

/**
 * @param context the context's name
 * @param exec what its plugin entry has to be; any of ours will do if it is left out
 * @param takeContext what the entry might do to the current context
 * @param siblings contexts that it takes it from in no case
 * @returns true when the file has the entry and there is nothing to change; a file that does not parse has it not
 */
export function isSettled(
	text: string,
	context: string,
	exec: ExecEntry | undefined,
	takeContext: TakeContext,
	siblings: readonly unknown[] = [],
): boolean {
	try {
		const config = parseYaml(text).toJS() as Kubeconfig;
		const found = execOf(config, context);
		if (!isOurs(found) || (exec !== undefined && JSON.stringify(found) !== JSON.stringify(exec))) return false;
		const current = contextOf(config);
		if (siblings.includes(current) && named(config, "context", current) !== undefined) return true;
		return current === context || !shouldTake(config, current, undefined, takeContext);
	} catch {
		return false;
	}
}

export interface Removal {
	readonly text: string;
	/** What went, under its own names. Empty where the context is not there, or is somebody else's. */
	readonly removed: readonly { readonly type: keyof typeof LISTS; readonly name: string }[];
}

/**
 * Takes out a context of ours, with its cluster and its user unless another context needs them. It is no longer the current
 * one then.
 *
 * @param text the file as it is; undefined or blank for none
 * @param file its path, for errors
 * @throws AuthError `storage` with path and line for a file that is no kubeconfig, and for one that cannot be changed safely
 */
export function removeContext(
	text: string | undefined,
	file: string,
	entry: Pick<ClusterEntry, "context" | "kindPrefix">,
): Removal {
	const config = readKubeconfig(text, file);
	const found = config && named(config, "context", entry.context);
	if (text === undefined || config === undefined || found === undefined) return { text: text ?? "", removed: [] };
	if (!isOurContext(config, found, entry.kindPrefix)) return { text, removed: [] };

	const others = listOf(config, "context").filter((item) => item !== found);
	const { cluster, user } = found.context ?? {};
	const isOurUser = isOurs(named(config, "user", user)?.user?.exec);
	const going = [
		{ type: "context" as const, name: entry.context as unknown },
		...(others.some((item) => item?.context?.cluster === cluster) ? [] : [{ type: "cluster" as const, name: cluster }]),
		...(!isOurUser || others.some((item) => userOf(item) === user) ? [] : [{ type: "user" as const, name: user }]),
	];
	const removed: { type: keyof typeof LISTS; name: string }[] = [];
	const edits: Edit[] = [];
	for (const { type, name } of going) {
		const at = listOf(config, type).findIndex((item) => isNamed(item, name));
		if (at < 0 || typeof name !== "string") continue;
		edits.push({ path: [LISTS[type], at], value: undefined });
		removed.push({ type, name });
	}
	if (contextOf(config) === entry.context) edits.push({ path: ["current-context"], value: undefined });
	return { text: reviseKubeconfig(text, file, edits), removed };
}

/** Sets keys of an entry, and leaves its others: a namespace, a proxy, an extension. */
function putValues(
	config: Kubeconfig,
	type: "cluster" | "context",
	name: string,
	values: Readonly<Record<string, string>>,
): Edit[] {
	const at = listOf(config, type).findIndex((item) => isNamed(item, name));
	if (at < 0) return [{ path: [LISTS[type], -1], value: { [type]: values, name } }];
	const inner = listOf(config, type)[at]?.[type] as Readonly<Record<string, unknown>> | null | undefined;
	const path: EditPath = [LISTS[type], at, type];
	if (typeof inner !== "object" || inner === null) return [{ path, value: values }];
	return Object.entries(values)
		.filter(([key, value]) => inner[key] !== value)
		.map(([key, value]) => ({ path: [...path, key], value }));
}

function without(config: Kubeconfig, type: "cluster", name: string, keys: readonly string[]): Edit[] {
	const at = listOf(config, type).findIndex((item) => isNamed(item, name));
	const inner = listOf(config, type)[at]?.[type] as object | null | undefined;
	return keys
		.filter((key) => typeof inner === "object" && inner !== null && key in inner)
		.map((key) => ({ path: [LISTS[type], at, type, key], value: undefined }));
}

/** The user, in place of former ones for the same cluster that no context needs any more. */
function putUser(config: Kubeconfig, entry: ClusterEntry): Edit[] {
	const users = listOf(config, "user");
	const used = new Set(
		listOf(config, "context")
			.filter((item) => !isNamed(item, entry.context))
			.map(userOf),
	);
	used.add(entry.user);
	const former = [...users.keys()].filter((index) => {
		const { name, user } = users[index] ?? {};
		const prefixed = typeof name === "string" && (name === entry.userPrefix || name.startsWith(`${entry.userPrefix}-`));
		return prefixed && !used.has(name) && isOurs(user?.exec);
	});
	const at = users.findIndex((item) => isNamed(item, entry.user));
	const edits: Edit[] = [];
	const user = { exec: entry.exec };
	if (at < 0) edits.push({ path: [LISTS.user, former.shift() ?? -1], value: { name: entry.user, user } });
	else if (JSON.stringify(users[at]?.user) !== JSON.stringify(user))
		edits.push({ path: [LISTS.user, at, "user"], value: user });
	return [...edits, ...former.map((index): Edit => ({ path: [LISTS.user, index], value: undefined }))];
}

/** @param entry what is about to be written, whose context is one of ours then */
function shouldTake(config: Kubeconfig, current: string, entry: ClusterEntry | undefined, take: TakeContext): boolean {
	if (take === "always") return true;
	if (take === "never") return false;
	// None is set, it names a context that does not exist, or it is one of ours.
	const exists = named(config, "context", current) !== undefined && current !== entry?.context;
	return current === "" || !exists || isOurs(execOf(config, current));
}

function refuseClash(config: Kubeconfig, file: string, entry: ClusterEntry): void {
	const wanted: Readonly<Record<string, readonly [name: string, values: unknown]>> = {
		cluster: [entry.cluster, clusterOf(entry)],
		context: [entry.context, { cluster: entry.cluster, user: entry.user }],
	};
	for (const [type, [name, values]] of Object.entries(wanted)) {
		const found = named(config, type as keyof typeof LISTS, name);
		if (found === undefined || JSON.stringify(found[type as "context"]) === JSON.stringify(values)) continue;
		throw new AuthError({
			code: "config",
			message: `the ${type} "${sanitize(name)}" already exists in ${sanitize(file)}`,
			reason: "spec.cluster.kubeconfig.update is `error`",
			remedy: "remove the entry, or set `update: merge`",
		});
	}
}

/** A context is ours by its user's plugin. A user of ours that somebody has deleted leaves its name. */
function isOurContext(config: Kubeconfig, context: Named, kindPrefix: string): boolean {
	const user = userOf(context);
	const found = named(config, "user", user);
	return found ? isOurs(found.user?.exec) : typeof user === "string" && user.startsWith(kindPrefix);
}

/** What a person or another program has under the same names is theirs: `kubectl` would lead them to another cluster. */
function refuseForeign(config: Kubeconfig, file: string, entry: ClusterEntry): void {
	const foreign = (type: keyof typeof LISTS, name: string, remedy: string): AuthError =>
		new AuthError({
			code: "config",
			message: `the ${type} "${sanitize(name)}" in ${sanitize(file)} was written by something else`,
			reason: "it is neither from atmos-auth nor from Atmos; the file was not changed",
			remedy,
		});
	const ownFile = "set spec.cluster.kubeconfig.path (--kubeconfig) to another file, or remove the entry";

	const context = named(config, "context", entry.context);
	const points = context?.context?.cluster === entry.cluster && userOf(context) === entry.user;
	if (context && !points && !isOurContext(config, context, entry.kindPrefix)) {
		throw foreign("context", entry.context, "choose another name with `spec.cluster.alias` (--alias)");
	}
	const cluster = named(config, "cluster", entry.cluster);
	if (
		cluster &&
		without(config, "cluster", entry.cluster, ["certificate-authority", "insecure-skip-tls-verify"]).length +
			putValues(config, "cluster", entry.cluster, clusterOf(entry)).length >
			0
	) {
		const users = listOf(config, "context").filter((item) => item?.context?.cluster === entry.cluster);
		if (!users.some((item) => isOurContext(config, item, entry.kindPrefix)))
			throw foreign("cluster", entry.cluster, ownFile);
	}
	const user = named(config, "user", entry.user);
	if (user && !isOurs(user.user?.exec)) throw foreign("user", entry.user, ownFile);
}

/** Whether a file has anything in it that neither this program nor Atmos writes, comments included. */
function hasForeign(text: string, config: Kubeconfig | undefined, kindPrefix: string): boolean {
	if (/(?:^|\s)#/m.test(text)) return true;
	if (config === undefined) return false;
	const {
		apiVersion: _,
		kind: __,
		clusters: ___,
		contexts,
		users,
		preferences = {},
		"current-context": ____,
		...rest
	} = config;
	if (Object.keys(rest).length > 0 || Object.keys(preferences ?? {}).length > 0) return true;
	const clusters = new Set((contexts ?? []).map((item) => item?.context?.cluster));
	return (
		(users ?? []).some((item) => !isOurs(item?.user?.exec)) ||
		(contexts ?? []).some((item) => !isOurContext(config, item, kindPrefix)) ||
		listOf(config, "cluster").some((item) => !clusters.has(item?.name))
	);
}
