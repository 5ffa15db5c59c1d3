/** The door to `locate.ts`, which brings a second YAML parser: loaded only when there is something to complain about. */
import type { SourceLocation } from "./model.ts";

/** See `locate` in locate.ts. */
export async function locate(
	file: string,
	path: readonly string[],
): Promise<{ location: SourceLocation; depth: number } | undefined> {
	const { locate: find } = await import("./locate.ts");
	return find(file, path);
}
