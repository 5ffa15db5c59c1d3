/**
 * Which modules share a file. Every file that has to be found and opened costs a start more than the code in it does, so what
 * a path always needs comes in one piece, and what it may need later stays apart.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** As much of the bundler's view of a module as is needed. */
interface Graph {
	getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** A file, and the modules from which all that they import goes into it. Earlier ones take first. */
const GROUPS: readonly (readonly [name: string, roots: readonly string[]])[] = [
	// `--version` has no use for anything else.
	["entry", ["cli.ts"]],
	["help", ["commands/help.ts"]],
	// kubectl's plugin runs for every kubectl command.
	["token", ["commands/aws-eks-token-run.ts"]],
	// A login that finds everything still valid.
	[
		"login",
		[
			"commands/login-run.ts",
			"auth/config/check.ts",
			"auth/aws/files.ts",
			"auth/aws/schemas.ts",
			"auth/aws/identity-center/kind.ts",
			"auth/aws/roles/permission-set.ts",
			"auth/aws/ecr/kind.ts",
			"auth/aws/eks/kind.ts",
		],
	],
	["dashboard", ["auth/board.ts", "components/dashboard.tsx"]],
	["screens", ["components/ink-parts.ts", "terminal/browser.ts"]],
	[
		"aws",
		["auth/net/handler.ts", "auth/aws/identity-center/obtain-session.ts", "auth/aws/identity-center/sso-portal.ts"],
	],
];

/** A group as the bundler wants it. */
export interface Group {
	readonly debugName: string;
	readonly priority: number;
	name(id: string, graph: Graph): string | null;
}

/** @param src the folder of the sources */
export function groups(src: string): Group[] {
	let names: Map<string, string> | undefined;
	return GROUPS.map(([group], index) => ({
		debugName: group,
		// A module that two groups need goes into the earlier one.
		priority: GROUPS.length - index,
		name(id, graph) {
			names ??= collect(src, graph);
			return names.get(id) === group ? group : null;
		},
	}));
}

function collect(src: string, graph: Graph): Map<string, string> {
	const names = new Map<string, string>();
	for (const [name, roots] of GROUPS) {
		for (const root of roots) {
			if (!existsSync(join(src, root))) throw new Error(`scripts/bundle/groups.ts: there is no ${root}`);
			for (const id of reachable(join(src, root), graph, names)) names.set(id, name);
		}
	}
	return names;
}

function reachable(root: string, graph: Graph, taken: ReadonlyMap<string, string>): Set<string> {
	const found = new Set<string>();
	const queue = [root];
	for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
		if (found.has(id) || taken.has(id)) continue;
		const info = graph.getModuleInfo(id);
		if (!info) continue;
		found.add(id);
		queue.push(...info.importedIds);
	}
	return found;
}
