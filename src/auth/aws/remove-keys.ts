/** Takes an identity's keys, with the settings beside them, off this machine. */
import { rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Place } from "../kinds.ts";
import { toBytes } from "../storage/ini.ts";
import { removeSection } from "../storage/ini-remove.ts";
import { tildify } from "../storage/paths.ts";
import { noteSession, readState, updateState } from "../storage/state.ts";
import { sanitize } from "../system/sanitize.ts";
import { configSections, editFile, ID, ownFiles, SECRET, sectionsOf, TOKEN } from "./files.ts";

/**
 * Keys are the identity's by the name of their section, whichever program has put them there. A section without a pair of
 * keys is somebody else's, and so are the settings of that name then.
 *
 * The keys go first: should the rest fail, or this process end in between, no secret is left, and the next call takes up the
 * rest, since the session is forgotten last.
 *
 * @returns what was removed, a line each; empty where there was nothing
 * @throws AuthError `storage` for a file that is damaged or cannot be written: that one is intact then
 */
export async function removeAwsCredentials({ ctx, realm, root, key }: Place): Promise<readonly string[]> {
	const files = await ownFiles(ctx, realm, root.key, root);
	const name = toBytes(key);
	const removed: string[] = [];
	const hadKeys = await editFile(ctx, files.credentials, (text) => {
		const { values } = sectionsOf(text, [name]).get(name) ?? {};
		// Also says so of a damaged file in which the section is not found.
		const without = removeSection(text, { section: name, keys: [ID, SECRET, TOKEN] });
		return values?.get(ID) && values.get(SECRET) ? without : text;
	});
	if (hadKeys) removed.push(`keys of ${sanitize(key)} in ${tildify(ctx, files.credentials)}`);

	const known = (await readState(ctx)).sessions[realm.value]?.[root.key]?.[key];
	if (!hadKeys && known === undefined) return removed;
	const hadSettings = await editFile(ctx, files.config, (text) =>
		configSections(key).reduce((before, section) => removeSection(before, { section, keys: ["region"] }), text),
	);
	if (hadSettings) removed.push(`settings of ${sanitize(key)} in ${tildify(ctx, files.config)}`);
	if (known !== undefined) {
		await updateState(ctx, (state) => noteSession(state, realm.value, root.key, key, undefined));
	}
	// Only an empty one goes: what other programs keep there, the locks of atmos too, stays where it is.
	await rmdir(dirname(files.credentials)).catch(() => {});
	return removed;
}
