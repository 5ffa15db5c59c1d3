/**
 * Which certificate authorities are trusted: Node's own, those of the files that variables of the clouds name, and the
 * system's where those do not do.
 */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import type { Environment } from "../context.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";

/**
 * The trust that an https connection starts with.
 *
 * Node's default store (which holds `NODE_EXTRA_CA_CERTS`) needs no context of its own, so undefined is returned where
 * no variable is set: building a context costs some ten milliseconds.
 *
 * @param variables those that name a file of further authorities, such as `AWS_CA_BUNDLE`
 * @throws AuthError `config` with the path when such a file cannot be read or holds no certificate
 */
export async function initialTrust(env: Environment, variables: readonly string[]): Promise<SecureContext | undefined> {
	const bundle = await certificatesIn(env, variables);
	return bundle.length === 0 ? undefined : contextOf([...getCACertificates("default"), ...bundle]);
}

/**
 * The same with the system's store. Reading that takes 50 ms on Linux and more elsewhere, so it is asked for only after
 * a certificate was not trusted.
 *
 * @returns undefined when the system adds nothing to what `initialTrust` has
 */
export async function widerTrust(env: Environment, variables: readonly string[]): Promise<SecureContext | undefined> {
	const known = [...getCACertificates("default"), ...(await certificatesIn(env, variables))];
	const seen = new Set(known.map(fingerprint));
	const added = getCACertificates("system").filter((pem) => !seen.has(fingerprint(pem)));
	return added.length === 0 ? undefined : contextOf([...known, ...added]);
}

async function certificatesIn(env: Environment, variables: readonly string[]): Promise<readonly string[]> {
	const bundles = await Promise.all(variables.map((variable) => bundleOf(env, variable)));
	return bundles.flat();
}

async function bundleOf(env: Environment, variable: string): Promise<readonly string[]> {
	const path = env[variable];
	if (!path) return [];
	const unusable = (reason: string | undefined, cause?: unknown): AuthError =>
		new AuthError({
			code: "config",
			message: `${variable} cannot be used: ${sanitize(path)}`,
			reason,
			remedy: `point ${variable} at a readable file of PEM certificates, or unset it`,
			cause,
		});
	const resolved = path.startsWith("~/") && env.HOME ? join(env.HOME, path.slice(2)) : path;
	let text: string;
	try {
		text = await readFile(resolved, "utf8");
	} catch (cause) {
		throw unusable(cause instanceof Error ? sanitize(cause.message) : undefined, cause);
	}
	const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
	if (certificates.length === 0) throw unusable("it contains no PEM certificate");
	for (const [index, pem] of certificates.entries()) {
		try {
			new X509Certificate(pem);
		} catch (cause) {
			throw unusable(`certificate ${index + 1} of ${certificates.length} in it is damaged`, cause);
		}
	}
	return certificates;
}

/** Two stores write the same certificate with different line widths. */
function fingerprint(pem: string): string {
	return pem.replace(/\s+/g, "");
}

function contextOf(certificates: readonly string[]): SecureContext {
	return createSecureContext({ ca: [...certificates] });
}
