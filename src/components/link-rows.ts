/** The links of all chains as they are shown: each below the one that it hangs on. Pure. */
import type { LoginSnapshot, Row } from "../flows/snapshot.ts";

export interface LinkRow {
	readonly row: Row;
	/** How many links it hangs on; zero where there is one chain alone, which needs no drawing. */
	readonly depth: number;
}

/** @returns the links of a login's chains; of several targets, those as well that are broken in themselves */
export function linkRows(snapshot: LoginSnapshot): readonly LinkRow[] {
	const { targets, chain } = snapshot;
	if (targets.length < 2) return chain.map((row) => ({ row, depth: 0 }));
	const placed: LinkRow[] = [];
	for (const { id } of targets) {
		let parent = -1;
		for (const [depth, row] of chain.filter((link) => link.for.includes(id)).entries()) {
			const known = placed.findIndex((link) => link.row === row);
			parent = known === -1 ? place(placed, { row, depth }, parent) : known;
		}
	}
	const isPlaced = new Set(placed.map(({ row }) => row));
	const others = [...chain.filter((row) => !isPlaced.has(row)), ...brokenTargets(snapshot)];
	return [...placed, ...others.map((row) => ({ row, depth: 0 }))];
}

/** Puts a link after all that hangs on its parent already. @returns where */
function place(placed: LinkRow[], link: LinkRow, parent: number): number {
	let at = parent === -1 ? placed.length : parent + 1;
	while ((placed[at]?.depth ?? -1) >= link.depth) at++;
	placed.splice(at, 0, link);
	return at;
}

/** A target with a mistake in its entry has no links, so it stands for itself. */
function brokenTargets({ targets, chain }: LoginSnapshot): Row[] {
	const links = new Set(chain.map(({ id }) => id));
	return targets.flatMap(({ id, type, name, error }): Row[] => {
		if (error === undefined || links.has(id)) return [];
		return [{ id, for: [id], name, kind: type, state: "failed", text: error.message, error }];
	});
}
