/**
 * The realm: the namespace of the credential files, so that two projects with an identity of the same name do not share
 * credentials. The value must be the one that Atmos computes, or neither program would find the other's files.
 */
import { createHash } from "node:crypto";
import { posix, win32 } from "node:path";
import { AuthError } from "../errors.ts";
import { lowerCase } from "../lower-case.ts";
import { sanitize } from "../sanitize.ts";
import type { Realm } from "./model.ts";

/** Atmos's rule for a realm that somebody chose: pkg/auth/realm. */
function refusal(value: string): string | undefined {
	if (value.length > 64) return "it has more than 64 characters";
	if (!/^[a-z0-9_-]+$/.test(value)) return "only a-z, 0-9, - and _ are allowed";
	if (/^[-_]|[-_]$/.test(value)) return "it starts or ends with - or _";
	if (/[-_]{2}/.test(value)) return "it has two of - and _ in a row";
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

/**
 * @param options.env `ATMOS_AUTH_REALM`, which wins
 * @param options.configured `auth.realm`
 * @param options.directory the configuration's folder as it was found or typed; undefined when there is no configuration
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
	const hash = createHash("sha256")
		.update(lowerCase(clean(options.directory, options.platform)))
		.digest("hex");
	return { value: hash.slice(0, 16), source: "path" };
}

/** Go's `filepath.ToSlash(filepath.Clean(path))`: a backslash separates folders on Windows alone, and is a character elsewhere. */
function clean(path: string, platform: NodeJS.Platform): string {
	if (platform !== "win32") return posix.normalize(path).replace(/(?<=.)\/$/, "");
	const normal = win32.normalize(path);
	return (normal === win32.parse(normal).root ? normal : normal.replace(/\\$/, "")).replaceAll("\\", "/");
}
