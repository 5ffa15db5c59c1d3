/**
 * Notes the calls into the file system that matter for what a kill, a power failure or another user can see. Imported by a
 * child process before anything of the storage is.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** `open .tmp 600`, `sync .tmp`, `rename .tmp file`, … with the name of a temporary file cut down to its ending. */
export type Call = string;

type AnyFunction = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/**
 * @param folder whose folder and files are told of, and nothing else
 * @param failRename the code with which every rename fails
 */
export async function traceCalls(folder: string, failRename?: string): Promise<readonly Call[]> {
	const calls: Call[] = [];
	const paths = new WeakMap<object, string>();
	const short = (path: string): string => (path === folder ? "folder" : basename(path).replace(/^\..*\.tmp$/, ".tmp"));
	const promises = fs.promises as unknown as Record<string, AnyFunction>;
	const probe = await fs.promises.open(join(tmpdir(), `.trace-${process.pid}`), "w");
	const prototype = Object.getPrototypeOf(probe) as Record<string, AnyFunction>;
	await probe.close();
	await fs.promises.unlink(join(tmpdir(), `.trace-${process.pid}`));

	const open = promises.open as AnyFunction;
	promises.open = async function (...args) {
		const handle = (await open.apply(this, args)) as fs.promises.FileHandle;
		const path = String(args[0]);
		if (path === folder || path.startsWith(`${folder}/`)) {
			paths.set(handle, path);
			const mode = fs.fstatSync(handle.fd).mode & 0o777;
			if (path !== folder) calls.push(`open ${short(path)} ${mode.toString(8)}`);
		}
		return handle;
	};
	for (const name of ["writeFile", "write", "truncate", "chmod", "sync"]) {
		const original = prototype[name] as AnyFunction;
		prototype[name] = async function (...args) {
			const path = paths.get(this as object);
			const mode = name === "chmod" ? ` ${Number(args[0]).toString(8)}` : "";
			if (path !== undefined) calls.push(`${name} ${short(path)}${mode}`);
			return original.apply(this, args);
		};
	}
	const rename = promises.rename as AnyFunction;
	promises.rename = async function (...args) {
		calls.push(`rename ${args.map((path) => short(String(path))).join(" ")}`);
		if (failRename !== undefined) throw Object.assign(new Error("refused by the test"), { code: failRename });
		return rename.apply(this, args);
	};
	syncBuiltinESMExports();
	return calls;
}
