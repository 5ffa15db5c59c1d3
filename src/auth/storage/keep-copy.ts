/** A copy of a file that is about to lose something, kept beside it. */
import { open, unlink } from "node:fs/promises";
import { errnoOf, storageError } from "./failure.ts";
import { resolveTarget } from "./target.ts";

/** Copies made within one second. */
const MOST = 100;

/**
 * @param path the file; the copy of a symbolic link's target is beside the target
 * @param now milliseconds since the epoch, for the copy's name: `config.20261123T120000Z.bak`
 * @returns the path of the copy, which has mode 0600 and is on the disk; no file is ever overwritten
 * @throws AuthError `storage` with the path; nothing is left behind then
 */
export async function keepCopy(path: string, content: string, now: number): Promise<string> {
	try {
		const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
		const target = await resolveTarget(path, 0o700);
		for (let attempt = 1; ; attempt++) {
			const copy = `${target}.${time}${attempt === 1 ? "" : `-${attempt}`}.bak`;
			try {
				await writeNew(copy, content);
				return copy;
			} catch (error) {
				if (errnoOf(error) !== "EEXIST" || attempt === MOST) throw error;
			}
		}
	} catch (error) {
		throw await storageError(error, "write", path);
	}
}

async function writeNew(path: string, content: string): Promise<void> {
	const handle = await open(path, "wx", 0o600);
	try {
		await handle.writeFile(content);
		await handle.sync();
	} catch (error) {
		await unlink(path).catch(() => {});
		throw error;
	} finally {
		await handle.close();
	}
}
