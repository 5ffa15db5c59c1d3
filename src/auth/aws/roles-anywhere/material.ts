/** The certificate, its chain and its private key, as an entry names them. */
import type { KeyObject, X509Certificate } from "node:crypto";
import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { AuthError } from "../../errors.ts";
import { reaches } from "../../interaction.ts";
import type { Run } from "../../kinds.ts";
import { PersonNeededError } from "../../person-needed.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import { certificatesIn, openKey, privateKeyIn, WrongPassword } from "./pem.ts";
import type { Unpacked } from "./pkcs12.ts";
import { type Found, readKey, type Source } from "./source.ts";

/** How often a password is asked for, as by ssh. */
const TRIES = 3;

/** All that the entry names; which certificate belongs to the key is another matter. */
export interface Gathered {
	readonly key: KeyObject;
	readonly certificates: readonly X509Certificate[];
	/** For messages. */
	readonly places: { readonly key: string; readonly certificate: string };
}

/**
 * Asks for a password where one is needed, none is configured, and somebody is there.
 *
 * @throws PersonNeededError where nobody is; AuthError `config` or `storage` for files that are missing or of no use; the
 *   signal's reason when it is aborted
 */
export async function gather(source: Source, run: Run): Promise<Gathered> {
	const { ctx } = run;
	const between = await readKey(ctx, source, "intermediates", { isSecret: false });
	const intermediates = between === undefined ? [] : certificatesIn(between);
	const packed = await readKey(ctx, source, "pkcs12", { isSecret: true });
	if (packed !== undefined) {
		const { key, certificates } = await unpacked(source, packed, run);
		const places = { key: packed.label, certificate: packed.label };
		return { key, certificates: [...certificates, ...intermediates], places };
	}
	const [certificate, secret] = await Promise.all([
		readKey(ctx, source, "certificate", { isSecret: false }),
		readKey(ctx, source, "private_key", { isSecret: true }),
	]);
	if (certificate === undefined || secret === undefined) {
		throw new AuthError({ code: "bug", message: `"${sanitize(source.name)}" has no certificate` });
	}
	const certificates = [...certificatesIn(certificate), ...intermediates];
	const sealed = privateKeyIn(secret);
	const { private_key_password: password } = source.spec;
	const needed = { found: secret, what: "private key", setting: "private_key_password" } as const;
	const key = sealed.isEncrypted
		? await opened({ ...needed, password }, source, run, (given) => openKey(secret, sealed, given))
		: openKey(secret, sealed, undefined);
	return { key, certificates, places: { key: secret.label, certificate: certificate.label } };
}

async function unpacked(source: Source, found: Found, run: Run): Promise<Unpacked> {
	const { unpack } = await import("./pkcs12.ts");
	const { pkcs12_password: password } = source.spec;
	if (password === undefined) {
		try {
			return unpack(found, undefined);
		} catch (error) {
			if (!(error instanceof WrongPassword)) throw error;
		}
	}
	const needed = { found, what: "PKCS#12 file", setting: "pkcs12_password", password } as const;
	return opened(needed, source, run, (given) => unpack(found, given));
}

interface Needed {
	readonly found: Found;
	readonly what: "private key" | "PKCS#12 file";
	readonly setting: "private_key_password" | "pkcs12_password";
	readonly password: Secret | undefined;
}

async function opened<T>(needed: Needed, source: Source, run: Run, open: (password: Secret) => T): Promise<T> {
	for (let left = TRIES, problem: string | undefined; ; left--) {
		const password = needed.password ?? (await asked(needed, source, run, problem));
		try {
			return open(password);
		} catch (error) {
			if (!(error instanceof WrongPassword)) throw error;
			if (needed.password !== undefined || left === 1) throw wrongPassword(needed, source, run.ctx);
			problem = "that password does not open it";
		}
	}
}

async function asked(
	{ found, what, setting }: Needed,
	source: Source,
	run: Run,
	problem: string | undefined,
): Promise<Secret> {
	const { interaction, signal, ctx } = run;
	const name = sanitize(source.name);
	if (!reaches(interaction, "secret")) {
		throw new PersonNeededError({
			message: `the ${what} of "${name}" is encrypted, and this session is not interactive`,
			reason: `${found.label} needs a password, and \`spec.${setting}\` is not set`,
			remedy: {
				say: `set \`spec.${setting}\` of "${name}", for example with !env, or sign in from a terminal`,
				run: signInCommand(ctx),
			},
		});
	}
	interaction.status(`waiting for the password of the ${what}`);
	const question = `Password of the ${what} of "${name}"`;
	return new Secret(await interaction.ask({ type: "secret", question, source: found.place, problem }, signal));
}

function wrongPassword({ found, what, setting, password }: Needed, source: Source, ctx: AuthContext): AuthError {
	const isConfigured = password !== undefined;
	return new AuthError({
		code: isConfigured ? "config" : "denied",
		message: `the password does not open ${found.label}`,
		reason: isConfigured
			? `it is the one that \`spec.${setting}\` of "${sanitize(source.name)}" gives`
			: "it is the one that was entered",
		remedy: isConfigured
			? `correct \`spec.${setting}\` of "${sanitize(source.name)}"`
			: { say: `sign in again, with the password of the ${what}`, run: signInCommand(ctx) },
	});
}
