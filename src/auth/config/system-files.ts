/** Where the configuration of a whole machine, and on Windows of a user, is looked for. */
import { join } from "node:path";
import type { AuthContext } from "../context.ts";

/**
 * Files, in the order in which they are merged. On Windows Atmos reads `%LOCALAPPDATA%\atmos.yaml`; the folder `atmos`
 * in it is what its documentation names.
 */
export function systemFiles(ctx: Pick<AuthContext, "env" | "platform">): readonly string[] {
	if (ctx.platform !== "win32") return ["/usr/local/etc/atmos/atmos.yaml", "/usr/local/etc/atmos/atmos.yml"];
	const base = ctx.env.LOCALAPPDATA;
	if (!base) return [];
	return [base, join(base, "atmos")].flatMap((folder) => ["atmos.yaml", "atmos.yml"].map((name) => join(folder, name)));
}
