/** The licences of everything that the bundle contains, as their terms ask. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/**
 * @param root the project's folder
 * @param metafile what the bundler read
 * @returns the text of THIRD-PARTY-NOTICES.txt: name, version and licence text of each package
 */
export function thirdPartyNotices(root: string, metafile: Metafile): string {
	const folders = new Set<string>();
	for (const input of Object.keys(metafile.inputs)) {
		const match = /^(?:[a-z-]+:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
		if (match?.[1]) folders.add(match[1]);
	}
	const notices = [...folders].sort().map((folder) => {
		const path = join(root, folder);
		const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Record<
			string,
			string
		>;
		const file = existsSync(path) ? readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry)) : undefined;
		const text = file ? readFileSync(join(path, file), "utf8").trim() : `Licensed under ${license}.`;
		return `${name} ${version} (${license})\n\n${text}\n`;
	});
	return `atmos-auth contains these packages.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`;
}
