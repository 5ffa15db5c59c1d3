/** Profiles: named folders of configuration that are merged over the rest. */
import { readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { AuthContext, Environment } from "../context.ts";
import { AuthError } from "../errors.ts";
import { configHome } from "../storage/paths.ts";
import { sanitize } from "../system/sanitize.ts";
import { splitList } from "../system/split-list.ts";
import { type FoundFile, type Reader, yamlFilesUnder } from "./find.ts";
import type { ConfigRequest } from "./model.ts";
import { suggestionFor } from "./suggest.ts";
import { isMap, type YamlValue } from "./yaml.ts";

type ProfileContext = Pick<AuthContext, "home" | "cwd" | "platform"> & { readonly env: Environment };

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The `profiles` section of the merged configuration. */
export interface ProfileSettings {
	/** `profiles.default`. */
	readonly standard: readonly string[];
	/** `profiles.base_path`, absolute. */
	readonly folder: string | undefined;
}

/**
 * Reads the `profiles` section.
 *
 * @param files in merge order
 * @param plain a text, its function evaluated
 */
export function profileSettings(
	files: readonly FoundFile[],
	plain: (value: YamlValue | undefined) => string | undefined,
): ProfileSettings {
	let standard: readonly string[] = [];
	let folder: string | undefined;
	for (const { file, content } of files) {
		const section = content.profiles;
		if (!isMap(section)) continue;
		// A path is relative to the file that has it.
		const path = plain(section.base_path);
		if (path) folder = resolve(dirname(file), path);
		const names = section.default;
		if (names === undefined) continue;
		standard = (Array.isArray(names) ? (names as readonly YamlValue[]) : [names]).flatMap((name) =>
			splitList(plain(name)),
		);
	}
	return { standard, folder };
}

/** Which profiles were asked for: `--profile`, else `ATMOS_PROFILE`, else `profiles.default`. */
export function wantedProfiles(
	ctx: ProfileContext,
	request: ConfigRequest,
	settings: ProfileSettings,
): readonly string[] {
	if (request.profiles !== undefined) return request.profiles;
	const fromEnv = splitList(ctx.env.ATMOS_PROFILE);
	return fromEnv.length > 0 ? fromEnv : settings.standard;
}

/** Folders that hold profiles, in the order in which they are looked at. */
function profileFolders(ctx: ProfileContext, folders: readonly string[], settings: ProfileSettings): string[] {
	return [
		...(settings.folder === undefined ? [] : [settings.folder]),
		...folders.map((folder) => join(folder, ".atmos", "profiles")),
		join(configHome(ctx), "profiles"),
		...folders.map((folder) => join(folder, "profiles")),
	];
}

/**
 * @param bases the configuration's folders
 * @param isIdentity whether a name is an identity's, for the hint
 * @returns the profiles' files in the order in which they are merged
 * @throws AuthError `config` that lists the profiles there are
 */
export function profileFiles(
	ctx: ProfileContext & { readonly reader: Reader },
	names: readonly string[],
	bases: readonly string[],
	settings: ProfileSettings,
	isIdentity: (name: string) => boolean,
): FoundFile[] {
	const folders = profileFolders(ctx, bases, settings);
	return names.flatMap((name) => {
		const safe = name !== "." && !name.split(/[\\/]/).includes("..");
		const found = safe ? folders.map((base) => join(base, name)).find(isFolder) : undefined;
		if (found !== undefined) return yamlFilesUnder(found).map((file) => ctx.reader.file(file));
		const known = [
			...new Set(
				folders.flatMap((base) =>
					isFolder(base) ? readdirSync(base).filter((entry) => isFolder(join(base, entry))) : [],
				),
			),
		].sort();
		const near = suggestionFor(name, known);
		throw new AuthError({
			code: "config",
			message: `there is no profile "${sanitize(name)}"${near === undefined ? "" : `, did you mean "${sanitize(near)}"?`}`,
			reason: isIdentity(name) ? `"${sanitize(name)}" is an identity` : undefined,
			remedy: isIdentity(name)
				? { run: ["atmos-auth", "login", sanitize(name)] }
				: known.length > 0
					? "choose one of these profiles"
					: `create the folder ${join(bases[0] ?? ".", "profiles", sanitize(name))} with an atmos.yaml in it`,
			details: known.map(sanitize),
		});
	});
}
