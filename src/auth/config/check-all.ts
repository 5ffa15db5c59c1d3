/** Everything that is wrong with a configuration as a whole, for `validate`; and what was probably meant otherwise. */
import { SECTIONS } from "../manifest.ts";
import { nameDoubt } from "../registry.ts";
import { sanitize } from "../system/sanitize.ts";
import { checkEntry, doubts, type LinkTargets } from "./check.ts";
import { type Linked, linkProblem } from "./check-links.ts";
import type { LoadedParts } from "./loaded-config.ts";
import { locate, locateDeepest } from "./locate-lazily.ts";
import type { Entry } from "./merge.ts";
import type { ConfigProblem, IdentitySummary } from "./model.ts";
import { suggestionFor } from "./suggest.ts";

/** Keys of `auth`. */
const AUTH_KEYS = [...SECTIONS, "realm", "logs", "keyring", "console", "_metadata"];

/** What is known of chains. */
export interface ChainsOf {
	/** The problem of an entry whose `via` leads back to it. */
	circle(entry: Entry): Promise<ConfigProblem | undefined>;
	linked(entry: Entry): Linked;
}

export async function checkAll(
	parts: LoadedParts,
	targets: LinkTargets,
	identities: readonly IdentitySummary[],
	chains: ChainsOf,
): Promise<readonly ConfigProblem[]> {
	const { functions, merged } = parts;
	const problems = [...parts.problems, ...(await strays(parts)), ...(await unknownKeys(parts))];
	for (const { file, path, name } of merged.twice) {
		problems.push({
			severity: "warning",
			key: path.join("."),
			message: `merged with "${sanitize(name)}": names are not case-sensitive`,
			location: await locateDeepest([file], path),
		});
	}
	if (merged.keyring !== undefined) {
		const { checkKeyring, keyringDoubts } = await import("./keyring.ts");
		problems.push(
			...(await checkKeyring(functions, merged.keyring)).problems,
			...(await keyringDoubts(merged.keyring)),
		);
	}
	problems.push(...(await noEntries(parts)), ...(await severalDefaults(parts, identities)));
	for (const section of SECTIONS) {
		for (const entry of merged.sections[section].values()) {
			const checked = await checkEntry(functions, entry, targets, { idle: true, run: new Set() });
			const own = checked.foreign
				? checked.problems.map((problem) => ({ ...problem, severity: "warning" as const }))
				: checked.problems;
			problems.push(...own, ...(await doubts(entry, new Set(own.map(({ key }) => key)))));
			if (section !== "identities") continue;
			const doubt = nameDoubt(entry.value.kind, entry.name);
			if (doubt !== undefined) problems.push(await warning(entry, doubt));
			const circular = await chains.circle(entry);
			if (circular !== undefined) problems.push(circular);
			const isWhole = own.length === 0 && checked.config !== undefined;
			const unfit = isWhole ? await linkProblem(entry, chains.linked(entry), checked.config) : undefined;
			if (unfit !== undefined) problems.push(unfit);
		}
	}
	return problems;
}

/** Keys that look like ones that are missing. */
export async function nearMisses(parts: LoadedParts): Promise<readonly ConfigProblem[]> {
	const unknown = await unknownKeys(parts);
	return [...(await strays(parts)), ...unknown.filter(({ suggestion }) => suggestion !== undefined)];
}

/** At the top of a file without an `auth`. */
function strays({ strays: found }: LoadedParts): Promise<ConfigProblem[]> {
	return Promise.all(
		found.map(
			async ({ key, file }): Promise<ConfigProblem> => ({
				severity: "warning",
				key,
				message: "unknown key",
				location: (await locate(file, [key]))?.location,
				suggestion: "auth",
			}),
		),
	);
}

async function unknownKeys({ merged }: LoadedParts): Promise<ConfigProblem[]> {
	const problems: ConfigProblem[] = [];
	for (const { key, file } of merged.others) {
		if (AUTH_KEYS.includes(key)) continue;
		problems.push({
			severity: "warning",
			key: `auth.${key}`,
			message: "unknown key",
			location: (await locate(file, ["auth", key]))?.location,
			suggestion: suggestionFor(key, AUTH_KEYS),
		});
	}
	return problems;
}

async function noEntries({ files, merged }: LoadedParts): Promise<ConfigProblem[]> {
	const file = files.at(-1);
	if (file === undefined || SECTIONS.some((section) => merged.sections[section].size > 0)) return [];
	const location = (await locate(file, ["auth"]))?.location ?? { file, line: 1, column: 1 };
	return [
		{
			severity: "error",
			key: "auth",
			message: "no providers and no identities: there is nothing to sign in to",
			location,
		},
	];
}

async function severalDefaults(
	{ merged }: LoadedParts,
	identities: readonly IdentitySummary[],
): Promise<ConfigProblem[]> {
	const defaults = identities.filter(({ isDefault }) => isDefault);
	const entry = merged.sections.identities.get(defaults.at(-1)?.key ?? "");
	if (entry === undefined || defaults.length < 2) return [];
	const names = defaults.map(({ name }) => sanitize(name)).join(", ");
	const message = `${defaults.length} identities are the default (${names}): login asks which one to use, and fails when it cannot ask`;
	return [await warning(entry, message, ["default"])];
}

async function warning(entry: Entry, message: string, path: readonly string[] = []): Promise<ConfigProblem> {
	const full = ["auth", entry.section, entry.name, ...path];
	const location = await locateDeepest(entry.files, full);
	return { severity: "warning", key: full.join("."), message, location };
}
