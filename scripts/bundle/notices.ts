/** The licences of everything that the bundle contains, as their terms ask. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @param modules paths of the modules in the bundle
 * @returns the text of THIRD-PARTY-NOTICES.txt: name, version and licence text of each package
 */
export function thirdPartyNotices(modules: readonly string[]): string {
	const folders = new Set<string>();
	for (const id of modules) {
		const match = /^\0?(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id);
		if (match?.[1]) folders.add(match[1]);
	}
	const notices = [...folders].sort().map((folder) => {
		const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
			string,
			string
		>;
		const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
		const text = file ? readFileSync(join(folder, file), "utf8").trim() : `Licensed under ${license}.`;
		return `${name} ${version} (${license})\n\n${text}\n`;
	});
	return `atmos-auth contains these packages.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`;
}
