/** What a project is called on the screen. */
import { basename, isAbsolute, resolve } from "node:path";
import type { AuthConfig } from "./model.ts";

/** @returns the name of the configuration's folder, or of the working directory where there is no configuration */
export function projectName(config: Pick<AuthConfig, "directory">, cwd: string): string {
	const first = config.directory.split(";")[0] ?? "";
	return basename(isAbsolute(first) ? first : resolve(cwd, first));
}
