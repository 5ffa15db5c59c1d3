/**
 * Which modules share a file. Every file that has to be found and opened costs a start more than the code in it does, so what
 * a path always needs comes in one piece, and what it may need later stays apart.
 *
 * No kind is named here: they are what the registry loads lazily, as the bundler sees it.
 */
import { join, relative, sep } from "node:path";

/** As much of the bundler's view of a module as is needed. */
interface Graph {
	getModuleInfo(
		id: string,
	): { readonly importedIds: readonly string[]; readonly dynamicallyImportedIds: readonly string[] } | null;
}

/** A module by its path in `src`; what one imports, without itself; or all that one, and what it imports, loads lazily. */
type Root = string | { readonly importedBy: string } | { readonly loadedBy: string };

/** What loads the kinds of all clouds, and their schemas. */
const REGISTRY = "auth/registry.ts";

/** A file, and the modules from which all that they import goes into it. Earlier ones take first. */
const GROUPS: readonly (readonly [name: string, roots: readonly Root[]])[] = [
	// `--version` has no use for anything else.
	// The command line itself stays in its own file: who imports the library does not run it.
	["entry", [{ importedBy: "cli.ts" }]],
	["help", ["commands/help.ts"]],
	// kubectl's plugin runs for every kubectl command.
	["token", [{ loadedBy: "commands/aws-eks-token.ts" }, "auth/aws/eks/cluster-tokens.ts"]],
	// A login that finds everything still valid.
	["login", [{ loadedBy: "commands/login.ts" }, "auth/config/check.ts", { loadedBy: REGISTRY }]],
	// A login that has something to do, before it asks a service.
	["machine", ["flows/run-machine.ts"]],
	["dashboard", ["auth/board.ts", "components/dashboard.tsx"]],
	["screens", ["components/ink-parts.ts", "terminal/browser.ts"]],
	// A login that has to ask a service. Also here: what several kinds load for that.
	["network", ["auth/net/handler.ts"]],
];

/** A group as the bundler wants it. */
export interface Group {
	readonly debugName: string;
	readonly priority: number;
	name(id: string, graph: Graph): string | null;
}

/** @param src the folder of the sources */
export function groups(src: string): Group[] {
	let names: ReadonlyMap<string, string> | undefined;
	const nameOf = (id: string, graph: Graph): string | undefined => {
		names ??= new Modules(src, graph).named();
		return names.get(id);
	};
	const fixed = GROUPS.map(
		([group], index): Group => ({
			debugName: group,
			// A module that two groups need goes into the earlier one.
			priority: GROUPS.length - index + 1,
			name: (id, graph) => (nameOf(id, graph) === group ? group : null),
		}),
	);
	const others = fixed.map(({ debugName }) => debugName);
	const own: Group = {
		debugName: "what a kind loads for itself",
		priority: 1,
		name(id, graph) {
			const name = nameOf(id, graph);
			return name === undefined || others.includes(name) ? null : name;
		},
	};
	return [...fixed, own];
}

class Modules {
	readonly #src: string;
	readonly #graph: Graph;
	readonly #names = new Map<string, string>();

	constructor(src: string, graph: Graph) {
		this.#src = src;
		this.#graph = graph;
	}

	/** @returns the file of each module that is put somewhere; the others stay with who imports them */
	named(): ReadonlyMap<string, string> {
		for (const [name, roots] of GROUPS) {
			for (const root of roots) this.#put(name, this.#modulesOf(root));
		}
		// A schema is among them, and loads nothing more.
		const loaded = this.#loadedBy(REGISTRY).map((kind) => ({
			kind,
			modules: this.#reachable(this.#lazyPartsOf(kind)),
		}));
		const shared = loaded
			.flatMap(({ modules }) => [...modules])
			.filter((id) => loaded.filter(({ modules }) => modules.has(id)).length > 1);
		this.#put("network", shared);
		for (const { kind, modules } of loaded) this.#put(this.#fileNameOf(kind), modules);
		return this.#names;
	}

	#put(name: string, modules: Iterable<string>): void {
		for (const id of this.#reachable(modules)) this.#names.set(id, name);
	}

	#modulesOf(root: Root): readonly string[] {
		if (typeof root === "string") return [this.#idOf(root)];
		if ("loadedBy" in root) return this.#loadedBy(root.loadedBy);
		return this.#graph.getModuleInfo(this.#idOf(root.importedBy))?.importedIds ?? [];
	}

	/** @throws for a module that is not in the bundle */
	#idOf(path: string): string {
		const id = join(this.#src, path);
		if (this.#graph.getModuleInfo(id)) return id;
		throw new Error(`scripts/bundle/groups.ts: there is no ${path} in the bundle`);
	}

	/** @throws for a module that loads nothing lazily */
	#loadedBy(path: string): readonly string[] {
		const loaded = [...this.#closure([this.#idOf(path)])].flatMap((id) => this.#lazy(id));
		if (loaded.length === 0) throw new Error(`scripts/bundle/groups.ts: ${path} loads nothing lazily`);
		return loaded;
	}

	/** What a kind, and what it imports, loads lazily of its cloud's folder. The rest is for more than one cloud. */
	#lazyPartsOf(kind: string): readonly string[] {
		const folder = /^auth\/[^/]+\//.exec(this.#path(kind))?.[0] ?? "";
		return [...this.#closure([kind])]
			.flatMap((id) => this.#lazy(id))
			.filter((id) => id !== kind && this.#path(id).startsWith(folder));
	}

	#lazy(id: string): readonly string[] {
		return this.#graph.getModuleInfo(id)?.dynamicallyImportedIds ?? [];
	}

	/** `aws-identity-center` for `auth/aws/identity-center/kind.ts`. */
	#fileNameOf(kind: string): string {
		return this.#path(kind)
			.replace(/^auth\/|(?:\/kind)?\.ts$/g, "")
			.replaceAll("/", "-");
	}

	#path(id: string): string {
		return relative(this.#src, id).replaceAll(sep, "/");
	}

	/** All that these import, and they themselves, as far as no group has it yet. */
	#reachable(roots: Iterable<string>): Set<string> {
		return this.#closure(roots, this.#names);
	}

	#closure(roots: Iterable<string>, without: ReadonlyMap<string, string> = new Map()): Set<string> {
		const found = new Set<string>();
		const queue = [...roots];
		for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
			if (found.has(id) || without.has(id)) continue;
			const info = this.#graph.getModuleInfo(id);
			if (!info) continue;
			found.add(id);
			queue.push(...info.importedIds);
		}
		return found;
	}
}
