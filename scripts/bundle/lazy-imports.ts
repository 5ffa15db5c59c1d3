/**
 * Lazy imports that have no effect: of a module that is imported statically elsewhere, and so may be loaded long before. What
 * was meant to be loaded later is then in every start, and nobody sees it.
 */
import { relative, sep } from "node:path";
import type { RolldownLog } from "rolldown";

/** Modules that are imported in both ways, and why they are loaded late all the same. */
const LATE: Readonly<Record<string, string>> = {
	"auth/config/check.ts": "the one static import is in check-all.ts, which itself is loaded lazily",
};

export class LazyImports {
	readonly #src: string;
	readonly #found = new Map<string, string>();

	/** @param src the folder of the sources */
	constructor(src: string) {
		this.#src = src;
	}

	/** @returns whether it is about a lazy import; then `check` answers it */
	take({ code, id, ids = [] }: RolldownLog): boolean {
		if (code !== "INEFFECTIVE_DYNAMIC_IMPORT" || id === undefined) return false;
		this.#found.set(this.#path(id), ids.map((importer) => this.#path(importer)).join(", "));
		return true;
	}

	/** @throws where a lazy import has no effect, and where a reason above is for one that there no longer is */
	check(): void {
		const problems = [
			...[...this.#found]
				.filter(([path]) => !Object.hasOwn(LATE, path))
				.map(([path, importers]) => `${path} is imported both lazily and statically, by ${importers}`),
			...Object.keys(LATE)
				.filter((path) => !this.#found.has(path))
				.map((path) => `${path} needs no exception in scripts/bundle/lazy-imports.ts any more`),
		];
		if (problems.length > 0) throw new Error(problems.join("\n"));
	}

	#path(id: string): string {
		return relative(this.#src, id).replaceAll(sep, "/");
	}
}
