/**
 * The realm: the namespace of the credential files, so that two projects with an identity of the same name do not share
 * credentials. The value must be the one that Atmos computes, or neither program would find the other's files.
 */
import { createHash } from "node:crypto";
import { posix, win32 } from "node:path";
import { AuthError } from "../errors.ts";
import { lowerCase } from "../system/lower-case.ts";
import { sanitize } from "../system/sanitize.ts";
import type { Realm } from "./model.ts";

/** Atmos's rule for a realm that somebody chose: pkg/auth/realm. */
function refusal(value: string): string | undefined {
	if (value.length > 64) return "it is longer than 64 characters";
	if (!/^[a-z0-9_-]+$/.test(value)) return "only a-z, 0-9, - and _ are allowed";
	if (/^[-_]|[-_]$/.test(value)) return "it starts or ends with - or _";
	if (/[-_]{2}/.test(value)) return "it has - or _ twice in a row";
	return undefined;
}

function chosen(value: string, where: string, source: "env" | "config"): Realm {
	const why = refusal(value);
	if (why !== undefined) {
		throw new AuthError({
			code: "config",
			message: `invalid realm value "${sanitize(value)}" in ${where}`,
			reason: why,
			remedy: `set ${where} to something like "acme-prod"`,
		});
	}
	return { value, source };
}

/** Go's `filepath.Clean`, `filepath.ToSlash` and `strings.ToLower`, in Atmos's order: pkg/config/auth_realm.go. */
function normalized(folder: string, platform: NodeJS.Platform): string {
	if (platform !== "win32") return lowerCase(withoutFinalSlash(posix.normalize(folder)));
	const clean = win32.normalize(folder);
	// `C:\` keeps its backslash, and so does a share, if it was given one.
	const { root } = win32.parse(clean);
	const isRoot = clean === root && (/^[a-z]:/i.test(root) || /[\\/]$/.test(folder));
	return lowerCase((isRoot ? clean : clean.replace(/(?<=.)\\$/, "")).replaceAll("\\", "/"));
}

const withoutFinalSlash = (path: string): string => path.replace(/(?<=.)\/$/, "");

/**
 * @param options.env `ATMOS_AUTH_REALM`, which wins
 * @param options.configured `auth.realm`
 * @param options.directory the configuration's folder as it was found or typed; undefined when there is no configuration
 * @param options.platform whose paths these are
 * @throws AuthError `config` for a chosen value that Atmos would refuse
 */
export function resolveRealm(options: {
	readonly env: string | undefined;
	readonly configured: string | undefined;
	readonly directory: string | undefined;
	readonly platform: NodeJS.Platform;
}): Realm {
	if (options.env) return chosen(options.env, "ATMOS_AUTH_REALM", "env");
	if (options.configured) return chosen(options.configured, "auth.realm", "config");
	if (options.directory === undefined) return { value: "default", source: "default" };
	const hash = createHash("sha256").update(normalized(options.directory, options.platform)).digest("hex");
	return { value: hash.slice(0, 16), source: "path" };
}
