/** Profiles: named folders of configuration that are merged over the rest. */
import { readdirSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { AuthContext, Environment } from "../context.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../sanitize.ts";
import { configHome } from "../storage/paths.ts";
import { type FoundFile, type Reader, yamlFilesUnder } from "./find.ts";
import type { ConfigRequest } from "./model.ts";
import { closest } from "./near.ts";
import { isMap, type YamlValue } from "./yaml.ts";

type ProfileContext = Pick<AuthContext, "home" | "cwd" | "platform"> & { readonly env: Environment };

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Which profiles were asked for: `--profile`, else `ATMOS_PROFILE`, else `profiles.default`. */
export function wantedProfiles(
	ctx: ProfileContext,
	request: ConfigRequest,
	settings: YamlValue | undefined,
): readonly string[] {
	if (request.profiles !== undefined) return request.profiles;
	const list = (text: string): string[] =>
		text
			.split(",")
			.map((name) => name.trim())
			.filter((name) => name !== "");
	const fromEnv = list(ctx.env.ATMOS_PROFILE ?? "");
	if (fromEnv.length > 0) return fromEnv;
	const standard = isMap(settings) ? settings.default : undefined;
	if (typeof standard === "string") return list(standard);
	return Array.isArray(standard) ? standard.filter((name): name is string => typeof name === "string") : [];
}

/** Folders that hold profiles, in the order in which they are looked at. */
function profileFolders(ctx: ProfileContext, folder: string, settings: YamlValue | undefined): string[] {
	const base = isMap(settings) ? settings.base_path : undefined;
	const configured = typeof base === "string" && base !== "" ? [isAbsolute(base) ? base : resolve(folder, base)] : [];
	return [
		...configured,
		join(folder, ".atmos", "profiles"),
		join(configHome(ctx), "profiles"),
		join(folder, "profiles"),
	];
}

/**
 * @param folder the configuration's folder
 * @param settings the `profiles` section
 * @param isIdentity whether a name is an identity's, for the hint
 * @returns the profiles' files in the order in which they are merged
 * @throws AuthError `config` that lists the profiles there are
 */
export function profileFiles(
	ctx: ProfileContext & { readonly reader: Reader },
	names: readonly string[],
	folder: string,
	settings: YamlValue | undefined,
	isIdentity: (name: string) => boolean,
): FoundFile[] {
	const folders = profileFolders(ctx, folder, settings);
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
		const near = closest(name, known);
		throw new AuthError({
			code: "config",
			message: `there is no profile "${sanitize(name)}"${near === undefined ? "" : `, did you mean "${sanitize(near)}"?`}`,
			reason: isIdentity(name) ? `"${sanitize(name)}" is an identity` : undefined,
			remedy: isIdentity(name)
				? `atmos-auth login ${sanitize(name)}`
				: known.length > 0
					? "choose one of the profiles below"
					: `make a folder ${join(folder, "profiles", sanitize(name))} with an atmos.yaml`,
			details: known.map(sanitize),
		});
	});
}
