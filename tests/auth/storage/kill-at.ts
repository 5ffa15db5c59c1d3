/**
 * Kills this process before the n-th call into the file system: the harshest moment there is, chosen exactly. Imported by
 * a child process before anything of the storage is.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FUNCTIONS = [
	"chmod",
	"lstat",
	"lutimes",
	"mkdir",
	"open",
	"readdir",
	"readFile",
	"readlink",
	"realpath",
	"rename",
	"stat",
	"symlink",
	"unlink",
	"utimes",
	"writeFile",
] as const;
const METHODS = ["chmod", "chown", "close", "readFile", "stat", "sync", "truncate", "write", "writeFile"] as const;

type AnyFunction = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/**
 * @param steps calls that are let through; a write of a whole file counts twice, and the second time half of it is done
 * @returns how many calls there were so far
 */
export async function killAfter(steps: number): Promise<() => number> {
	let count = 0;
	const step = (): void => {
		if (count++ === steps) process.kill(process.pid, "SIGKILL");
	};
	const wrap = (owner: Record<string, AnyFunction>, name: string): void => {
		const original = owner[name] as AnyFunction;
		owner[name] = async function (...args) {
			step();
			return original.apply(this, args);
		};
	};
	const handle = await fs.promises.open(join(tmpdir(), `.kill-at-${process.pid}`), "w");
	const prototype = Object.getPrototypeOf(handle) as Record<string, AnyFunction>;
	await handle.close();
	await fs.promises.unlink(join(tmpdir(), `.kill-at-${process.pid}`));

	const write = prototype.write as AnyFunction;
	const writeFile = prototype.writeFile as AnyFunction;
	prototype.writeFile = async function (...args) {
		if (count === steps) {
			const data = Buffer.from(args[0] as Uint8Array);
			await write.call(this, data, 0, Math.floor(data.length / 2), 0);
		}
		step();
		return writeFile.apply(this, args);
	};
	for (const name of METHODS) wrap(prototype, name);
	for (const name of FUNCTIONS) wrap(fs.promises as unknown as Record<string, AnyFunction>, name);
	syncBuiltinESMExports();
	return () => count;
}
