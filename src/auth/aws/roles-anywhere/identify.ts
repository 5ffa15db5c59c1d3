/**
 * Which of the certificates is the one to sign with, what leads from it to a trust anchor, and whether Roles Anywhere could
 * take them at all: what it would turn down for "Untrusted certificate" is told apart here, before it is asked.
 *
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
 */
import type { KeyObject, X509Certificate } from "node:crypto";
import type { AuthContext } from "../../context.ts";
import { AuthError, type AuthErrorOptions } from "../../errors.ts";
import { describeSkew, setClock } from "../../net/clock-skew.ts";
import {
	describeCertificate,
	isWeaklySigned,
	maySign,
	subjectOf,
	timeText,
	validityOf,
	versionOf,
} from "./certificate.ts";
import type { Gathered } from "./material.ts";

export interface Identified {
	readonly key: KeyObject;
	readonly leaf: X509Certificate;
	/** From the leaf's issuer on; without a root, which the trust anchor has to be itself. */
	readonly chain: readonly X509Certificate[];
}

/** A clock may be off by so much before anybody minds: within it, the service decides. */
const LEEWAY_MS = 5 * 60_000;

const CURVES: readonly string[] = ["prime256v1", "secp384r1", "secp521r1"];

/**
 * @throws AuthError `config` for certificates and keys that do not fit, or that Roles Anywhere does not take; `expired` for a
 *   certificate that is over; `denied` for one that is not valid yet
 */
export function identify(gathered: Gathered, ctx: AuthContext): Identified {
	const { key, certificates } = gathered;
	checkKey(gathered);
	const own = certificates.filter((each) => each.checkPrivateKey(key));
	if (own.length === 0) throw mismatch(gathered);
	const now = ctx.clock.now() + (ctx.network.skewMs() ?? 0);
	// A certificate that was renewed for the same key may stand beside the old one: the one that is valid longest counts.
	const leaf = own.reduce((best, each) => (rank(each, now) > rank(best, now) ? each : best));
	const chain = chainOf(leaf, certificates);
	checkLeaf(leaf, gathered, ctx);
	for (const each of [leaf, ...chain]) checkTime(each, each === leaf, gathered, ctx, now);
	const unused = certificates.filter((each) => !own.includes(each) && !chain.includes(each) && !isRoot(each));
	if (unused.length > 0) {
		ctx.log.warn(`not sent, since the certificate was not issued by way of it: ${unused.map(subjectOf).join("; ")}`);
	}
	return { key, leaf, chain };
}

function rank(certificate: X509Certificate, now: number): number {
	const { from, to } = validityOf(certificate);
	return from <= now ? to : to - Number.MAX_SAFE_INTEGER;
}

function isRoot(certificate: X509Certificate): boolean {
	return certificate.checkIssued(certificate);
}

/** In order, whatever order the files have. */
function chainOf(leaf: X509Certificate, pool: readonly X509Certificate[]): X509Certificate[] {
	const chain: X509Certificate[] = [];
	for (let at = leaf; !isRoot(at); ) {
		const current = at;
		const next = pool.find(
			(each) =>
				each.ca && each !== current && !chain.includes(each) && current.checkIssued(each) && isSigned(current, each),
		);
		if (next === undefined || isRoot(next)) break;
		chain.push(next);
		at = next;
	}
	return chain;
}

function isSigned(certificate: X509Certificate, issuer: X509Certificate): boolean {
	try {
		return certificate.verify(issuer.publicKey);
	} catch {
		return false;
	}
}

function checkKey({ key, places }: Gathered): void {
	const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
	if (type === "rsa" || (type === "ec" && CURVES.includes(details?.namedCurve ?? ""))) return;
	const what = type === "ec" ? `an EC key on ${details?.namedCurve ?? "an unnamed curve"}` : `a key of type ${type}`;
	throw new AuthError({
		code: "config",
		message: `${places.key} is ${what}`,
		reason: "IAM Roles Anywhere takes signatures of RSA keys, and of EC keys on P-256, P-384 and P-521",
		remedy: "have a certificate issued for such a key",
	});
}

function mismatch({ certificates, places }: Gathered): AuthError {
	const [likely] = certificates.toSorted((a, b) => Number(a.ca) - Number(b.ca));
	return new AuthError({
		code: "config",
		message:
			places.key === places.certificate
				? `${places.key} has no certificate of its private key`
				: `${places.key} is not the private key of ${places.certificate}`,
		reason: "what is signed with a key counts for its own certificate alone",
		details: likely === undefined ? [] : describeCertificate(likely),
		remedy: "use the key that the certificate was requested with, or have a certificate issued for this key",
	});
}

function checkLeaf(leaf: X509Certificate, { places }: Gathered, ctx: AuthContext): void {
	const refuse = (message: string, options: Omit<AuthErrorOptions, "code" | "message">): AuthError =>
		new AuthError({ code: "config", message, details: describeCertificate(leaf), ...options });
	const usage = maySign(leaf);
	if (leaf.ca) {
		throw refuse(`${subjectOf(leaf)} is the certificate of a certificate authority`, {
			reason: `IAM Roles Anywhere takes certificates of end entities (CA:FALSE) only; ${places.key} belongs to this one`,
			remedy: "have the authority issue a certificate for this machine or program, and use that with its own key",
		});
	}
	if (versionOf(leaf) !== 3) {
		throw refuse(`${subjectOf(leaf)} is an X.509 certificate of version ${versionOf(leaf)}`, {
			reason: "IAM Roles Anywhere takes version 3, which has extensions that say what a certificate is for",
			remedy: "have it issued with the extensions basicConstraints=CA:FALSE and keyUsage=digitalSignature",
		});
	}
	if (usage === false) {
		throw refuse(`${subjectOf(leaf)} may not be used for signatures`, {
			reason: "its key usage does not include digitalSignature, which IAM Roles Anywhere asks for",
			remedy: "have it issued with the extension keyUsage=digitalSignature",
		});
	}
	if (isWeaklySigned(leaf)) {
		throw refuse(`${subjectOf(leaf)} is signed with MD5 or SHA-1`, {
			reason: "IAM Roles Anywhere takes SHA-256 or stronger",
			remedy: "have it issued again, signed with SHA-256",
		});
	}
	if (usage === undefined) {
		ctx.log.warn(`${subjectOf(leaf)} does not say what its key is for; IAM Roles Anywhere asks for digitalSignature`);
	}
}

function checkTime(
	certificate: X509Certificate,
	isLeaf: boolean,
	{ places }: Gathered,
	ctx: AuthContext,
	now: number,
): void {
	const { from, to } = validityOf(certificate);
	const isOver = now > to + LEEWAY_MS;
	if (!isOver && now >= from - LEEWAY_MS) return;
	// By a clock that is wrong, any certificate may look so. Where servers were asked before, their time counts already.
	const skew = ctx.network.skewMs();
	const clock =
		skew === undefined
			? `by this machine's clock it is ${timeText(now)}`
			: `by the servers' clocks it is ${timeText(now)}${describeSkew(skew) === undefined ? "" : `; ${describeSkew(skew)}`}`;
	const what = isLeaf ? subjectOf(certificate) : `${subjectOf(certificate)}, by which the certificate was issued,`;
	throw new AuthError({
		code: isOver ? "expired" : "denied",
		message: isOver ? `${what} expired on ${timeText(to)}` : `${what} is not valid until ${timeText(from)}`,
		reason: clock,
		details: [...describeCertificate(certificate), `from ${places.certificate}`],
		remedy:
			!isOver && skew === undefined
				? { ...setClock(ctx), say: "if the clock is wrong, set it; else wait, or use the certificate before this one" }
				: isLeaf
					? "have it renewed, and put the new one (with its private key, if that is new) in its place"
					: "get the authority's current certificate, and put it in the place of this one",
	});
}
