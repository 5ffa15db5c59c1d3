/** A kubeconfig entry says where its project was when the entry was written. Projects are moved. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MAIN_FILES } from "../auth/config/find.ts";
import type { AuthContext } from "../auth/context.ts";
import { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { splitList } from "../auth/system/split-list.ts";

/**
 * To be called before a configuration is loaded that a kubeconfig entry names: without its own project's, that of the folder
 * in which kubectl happens to run would be taken.
 *
 * @param identity the name that the entry has
 * @throws AuthError `config` that names the folder or file that is gone
 */
export function assertProjectIsThere({ env }: Pick<AuthContext, "env">, identity: string | undefined): void {
	const folder = env.ATMOS_CLI_CONFIG_PATH || undefined;
	const files = splitList(env.ATMOS_CONFIG);
	const hasMain = (path: string): boolean => MAIN_FILES.some((name) => existsSync(join(path, name)));
	const gone = folder !== undefined && !hasMain(folder) ? folder : files.find((file) => !existsSync(file));
	if (gone === undefined) return;
	throw new AuthError({
		code: "config",
		message: `the project of this kubeconfig entry is no longer in ${sanitize(gone)}`,
		reason: existsSync(gone)
			? "there is no atmos.yaml"
			: "it was moved, renamed or deleted after the entry was written",
		remedy: {
			say: "in the folder where the project is now",
			run: ["atmos-auth", "login", ...(identity === undefined ? [] : [sanitize(identity)])],
		},
	});
}
