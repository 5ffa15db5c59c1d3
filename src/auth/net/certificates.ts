/** Which certificate authorities are trusted: Node's own, `AWS_CA_BUNDLE`, and the system's where those do not do. */
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
 * `AWS_CA_BUNDLE` is not set: building a context costs some ten milliseconds.
 *
 * @throws AuthError `config` with the path when the bundle cannot be read or holds no certificate
 */
export async function initialTrust(env: Environment): Promise<SecureContext | undefined> {
	const bundle = await bundleCertificates(env);
	return bundle.length === 0 ? undefined : contextOf([...getCACertificates("default"), ...bundle]);
}

/**
 * The same with the system's store. Reading that takes 50 ms on Linux and more elsewhere, so it is asked for only after
 * a certificate was not trusted.
 *
 * @returns undefined when the system adds nothing to what `initialTrust` has
 */
export async function widerTrust(env: Environment): Promise<SecureContext | undefined> {
	const known = [...getCACertificates("default"), ...(await bundleCertificates(env))];
	const seen = new Set(known.map(fingerprint));
	const added = getCACertificates("system").filter((pem) => !seen.has(fingerprint(pem)));
	return added.length === 0 ? undefined : contextOf([...known, ...added]);
}

async function bundleCertificates(env: Environment): Promise<readonly string[]> {
	const path = env.AWS_CA_BUNDLE;
	if (!path) return [];
	const resolved = path.startsWith("~/") && env.HOME ? join(env.HOME, path.slice(2)) : path;
	let text: string;
	try {
		text = await readFile(resolved, "utf8");
	} catch (cause) {
		throw bundleError(path, cause instanceof Error ? sanitize(cause.message) : undefined, cause);
	}
	const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
	if (certificates.length === 0) throw bundleError(path, "it contains no PEM certificate");
	for (const [index, pem] of certificates.entries()) {
		try {
			new X509Certificate(pem);
		} catch (cause) {
			throw bundleError(path, `certificate ${index + 1} of ${certificates.length} in it is damaged`, cause);
		}
	}
	return certificates;
}

function bundleError(path: string, reason: string | undefined, cause?: unknown): AuthError {
	return new AuthError({
		code: "config",
		message: `AWS_CA_BUNDLE cannot be used: ${sanitize(path)}`,
		reason,
		remedy: "point AWS_CA_BUNDLE at a readable file of PEM certificates, or unset it",
		cause,
	});
}

/** Two stores write the same certificate with different line widths. */
function fingerprint(pem: string): string {
	return pem.replace(/\s+/g, "");
}

function contextOf(certificates: readonly string[]): SecureContext {
	return createSecureContext({ ca: [...certificates] });
}
