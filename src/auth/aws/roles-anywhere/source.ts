/** Where a certificate and its key are: the entry that names them, and what it names. */
import { dirname } from "node:path";
import type { AuthContext } from "../../context.ts";
import type { Secret } from "../../credentials.ts";
import { AuthError, type AuthErrorOptions, remedyText } from "../../errors.ts";
import { expandHome, rulesOf, tildify } from "../../storage/paths.ts";
import { readForeignSecretFile } from "../../storage/read.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { Material, Spec } from "./spec.ts";

/** An entry with a `spec`: a provider, or an identity that stands alone. */
export interface Source {
	readonly name: string;
	/** That defines it: relative paths are from its folder, so that they mean the same wherever a program is started. */
	readonly file: string;
	readonly spec: Spec;
	/** `region` of the entry. */
	readonly region?: string | undefined;
}

export type Key = "certificate" | "private_key" | "intermediates" | "pkcs12";

/** What a key of `spec` leads to. */
export interface Found {
	readonly key: Key;
	/** For messages: `spec.certificate of "ci"`, with its path where it has one. */
	readonly label: string;
	/** The path for display, or where an inline value is defined. */
	readonly place: string;
	readonly bytes: Buffer;
}

/** @returns the absolute path of what `spec` names; undefined for what stands there itself */
export function pathOf(
	ctx: Pick<AuthContext, "home" | "cwd" | "platform">,
	{ file }: Pick<Source, "file">,
	material: Material,
): string | undefined {
	if (!("path" in material)) return undefined;
	return rulesOf(ctx).resolve(ctx.cwd, dirname(file), expandHome(ctx, material.path));
}

/**
 * A project's configuration may name any file here. None is changed, and nothing of it is shown or sent but certificates,
 * and those only with a key that they belong to.
 *
 * @param isSecret whether others must not be able to read it: the log says so if they can
 * @throws AuthError `config` for a file that there is not; `storage` for one that cannot be read
 */
export async function readKey(
	ctx: AuthContext,
	source: Source,
	key: Key,
	{ isSecret }: { readonly isSecret: boolean },
): Promise<Found | undefined> {
	const material = source.spec[key];
	if (material === undefined) return undefined;
	const label = `\`spec.${key}\` of "${sanitize(source.name)}"`;
	if ("inline" in material) return { key, label, place: sanitize(source.file), bytes: bytesOf(key, material.inline) };
	const path = pathOf(ctx, source, material) ?? "";
	const place = tildify(ctx, path);
	// What others may see needs no warning.
	const log = isSecret ? ctx.log : { ...ctx.log, warn: () => undefined };
	const bytes = await readForeignSecretFile({ ...ctx, log }, path);
	if (bytes !== undefined) return { key, label: `${label} (${place})`, place, bytes };
	throw new AuthError({
		code: "config",
		message: `there is no ${place}`,
		reason: `${label} names it; a relative path is from the folder of ${sanitize(source.file)}`,
		remedy: `put the file there, or correct ${label}`,
	});
}

const bytesOf = (key: Key, inline: Secret | string): Buffer =>
	Buffer.from(typeof inline === "string" ? inline : inline.reveal(), key === "pkcs12" ? "base64" : "utf8");

/** @returns an error about what a key of `spec` leads to */
export function unusable(
	found: Found,
	options: Omit<AuthErrorOptions, "code" | "message"> & { readonly problem: string },
): AuthError {
	const { problem, ...rest } = options;
	return new AuthError({ code: "config", message: `${found.label} ${problem}`, ...rest });
}

/** What to do with a file that is no PEM. */
export const convert = (found: Found, words: readonly string[]): string =>
	found.place.startsWith("~") || found.place.startsWith("/")
		? `convert it to PEM, for example with ${remedyText({ run: ["openssl", ...words] })}`
		: "give it in PEM";
