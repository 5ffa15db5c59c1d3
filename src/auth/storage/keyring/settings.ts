/** Which keyring is used, and where: what the environment says comes before the configuration. */
import type { AuthContext } from "../../context.ts";
import { sanitize } from "../../system/sanitize.ts";
import { dataHome, expandHome, rulesOf } from "../paths.ts";

export const KEYRING_TYPES = ["system", "file", "memory"] as const;

export type KeyringType = (typeof KEYRING_TYPES)[number];

/** `auth.keyring` of the configuration, as far as it was agreed to. */
export interface KeyringSettings {
	readonly type?: string | undefined;
	/** `spec.path`: the folder of a file keyring. */
	readonly path?: string | undefined;
	/** `spec.password_env`: the variable with its password. */
	readonly passwordVariable?: string | undefined;
}

type SettingsContext = Pick<AuthContext, "env" | "log">;

/** @returns the system's, with a warning, for a type that there is not: as in the Go program */
export function keyringType({ env, log }: SettingsContext, settings: KeyringSettings): KeyringType {
	const wanted = env.ATMOS_KEYRING_TYPE || settings.type;
	if (wanted === undefined || wanted === "") return "system";
	const known = KEYRING_TYPES.find((type) => type === wanted);
	if (known === undefined) {
		log.warn(
			`there is no keyring of type "${sanitize(wanted)}" (${KEYRING_TYPES.join(", ")}): the system's keyring is used`,
		);
	}
	return known ?? "system";
}

export interface FileKeyringPlace {
	/** Absolute. */
	readonly folder: string;
	/** Whether the configuration chose it, and not the user's environment. */
	readonly isConfigured: boolean;
}

/**
 * As in the Go program, what looks like a file stands for its folder: whatever has a dot in its last part, so `~/.keyring`
 * does too.
 */
export function fileKeyringPlace(
	ctx: Pick<AuthContext, "env" | "home" | "cwd" | "platform">,
	settings: KeyringSettings,
): FileKeyringPlace {
	const { join, resolve, basename, dirname } = rulesOf(ctx);
	const own = ctx.env.ATMOS_KEYRING_FILE_PATH;
	const wanted = own || settings.path;
	if (!wanted) return { folder: join(dataHome(ctx), "keyring"), isConfigured: false };
	const path = resolve(ctx.cwd, expandHome(ctx, wanted));
	return { folder: /\.[^.]*$/.test(basename(path)) ? dirname(path) : path, isConfigured: !own };
}

/** The variable that the Go program reads the password from, where nothing else is said. */
export const PASSWORD_VARIABLE = "ATMOS_KEYRING_PASSWORD";

export function passwordVariable({ env }: Pick<AuthContext, "env">, settings: KeyringSettings): string {
	return env.ATMOS_KEYRING_PASSWORD_ENV || settings.passwordVariable || PASSWORD_VARIABLE;
}
