/** The lazy way to `locate.ts`, which brings a second YAML parser: loaded only when there is something to complain about. */
import type { Located } from "./locate.ts";
import type { SourceLocation } from "./model.ts";

/** See `locate` in locate.ts. */
export async function locate(file: string, path: readonly string[]): Promise<Located | undefined> {
	const { locate: find } = await import("./locate.ts");
	return find(file, path);
}

/**
 * The place of a key that several files may have.
 *
 * @param files the ones to look into first come first; the one that has most of the path counts
 */
export async function locateDeepest(
	files: readonly string[],
	path: readonly string[],
): Promise<SourceLocation | undefined> {
	let best: Located | undefined;
	for (const file of files) {
		const found = await locate(file, path);
		if (found && found.depth > (best?.depth ?? 0)) best = found;
		if (best?.depth === path.length) break;
	}
	return best?.location;
}
