/** What is said where there is nothing to sign in to: where a configuration was looked for, and what may have gone wrong. */
import type { AuthConfig } from "../auth/config/model.ts";
import { describeProblem, firstPlace } from "../auth/config/problems.ts";
import { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";

/** Longest list of files or folders; what is left out is counted. */
const LISTED = 10;

/** @throws AuthError `config` for a configuration without providers and identities */
export async function assertConfigured(config: AuthConfig): Promise<void> {
	if (config.identities().length > 0 || config.providers().length > 0) return;
	const searched = config.searched ?? [];
	const looked = searched.length === 0 ? [] : ["looked in:", ...list(searched)];
	if (config.files.length === 0) {
		throw new AuthError({
			code: "config",
			message: "no atmos.yaml was found",
			details: looked,
			remedy: "change to the project's folder, or name one with --chdir, --config or --config-path",
		});
	}
	const read = ["read:", ...list(config.files)];
	const message = "there is nothing to sign in to: the configuration has no auth.providers and no auth.identities";
	const misses = await config.nearMisses();
	if (misses.length > 0) {
		throw new AuthError({
			code: "config",
			message,
			details: [...misses.map((problem) => describeProblem(problem)), ...read],
			remedy: {
				say: "fix the key, then check the file",
				run: ["atmos-auth", "validate"],
				edit: firstPlace(misses),
			},
			candidates: misses.flatMap(({ suggestion }) => suggestion ?? []),
		});
	}
	throw new AuthError({
		code: "config",
		message,
		details: [...read, ...looked],
		remedy:
			"add an auth section to atmos.yaml, or point to a configuration that has one with --config, --config-path or --profile",
	});
}

function list(paths: readonly string[]): string[] {
	const shown = paths.slice(0, LISTED).map((path) => `  ${sanitize(path)}`);
	return paths.length > LISTED ? [...shown, `  … and ${paths.length - LISTED} more`] : shown;
}
