/** OpenID Connect issuers: they vouch for jobs, and publish the keys by which others believe it. https://openid.net/specs/openid-connect-core-1_0.html#IDToken */
import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from "node:crypto";
import { type Answer, type Exchange, json, ServiceError } from "./exchange.ts";

export const GITHUB = "https://token.actions.githubusercontent.com";

export interface JobToken {
	/** GitHub's, if left out. */
	readonly issuer?: string;
	/** `repo:acme/infra:ref:refs/heads/main`, if left out. */
	readonly subject?: string;
	/** `sts.amazonaws.com`, if left out. */
	readonly audience?: string | readonly string[];
	/** How long it is good, in seconds: 300, if left out. */
	readonly goodForSeconds?: number;
	/** When it begins to be good, in seconds from now. */
	readonly notBeforeSeconds?: number;
	readonly algorithm?: "RS256" | "ES256";
	/** Signed by a key that the issuer does not publish. */
	readonly forged?: boolean;
}

interface SigningKey {
	readonly id: string;
	readonly algorithm: "RS256" | "ES256";
	readonly privateKey: KeyObject;
	readonly publicKey: KeyObject;
}

function makeKey(algorithm: SigningKey["algorithm"]): SigningKey {
	const pair =
		algorithm === "RS256"
			? generateKeyPairSync("rsa", { modulusLength: 2048 })
			: generateKeyPairSync("ec", { namedCurve: "P-256" });
	return { id: randomUUID(), algorithm, ...pair };
}

export class Issuers {
	readonly #now: () => number;
	readonly #keys = new Map<string, SigningKey>();
	readonly #issued: string[] = [];
	/** What a job shows to get its token, and what its token says. */
	readonly #jobs = new Map<string, JobToken>();

	constructor(now: () => number) {
		this.#now = now;
	}

	/** @returns a signed JWT (RFC 7515 §3.1) */
	issue(options: JobToken = {}): string {
		const { issuer = GITHUB, subject = "repo:acme/infra:ref:refs/heads/main", algorithm = "RS256" } = options;
		const { audience = "sts.amazonaws.com", goodForSeconds = 300, notBeforeSeconds = 0, forged = false } = options;
		const key = forged ? { ...makeKey(algorithm), id: this.#key(issuer, algorithm).id } : this.#key(issuer, algorithm);
		const now = Math.floor(this.#now() / 1000);
		const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
		const signed = `${part({ alg: algorithm, typ: "JWT", kid: key.id })}.${part({
			jti: randomUUID(),
			iss: issuer,
			sub: subject,
			aud: audience,
			iat: now,
			nbf: now + notBeforeSeconds,
			exp: now + goodForSeconds,
		})}`;
		const signature = sign("sha256", Buffer.from(signed), { key: key.privateKey, dsaEncoding: "ieee-p1363" });
		const token = `${signed}.${signature.toString("base64url")}`;
		this.#issued.push(token);
		return token;
	}

	/** @returns the key that an issuer publishes under this ID */
	published(issuer: string, id: string): { readonly algorithm: string; readonly publicKey: KeyObject } | undefined {
		return (["RS256", "ES256"] as const)
			.map((algorithm) => this.#keys.get(`${issuer} ${algorithm}`))
			.find((key) => key?.id === id);
	}

	/** @returns what a job shows to be given tokens */
	job(options: JobToken = {}): string {
		const secret = randomBytes(32).toString("base64url");
		this.#jobs.set(secret, options);
		return secret;
	}

	/** https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token */
	githubToken(exchange: Exchange): Answer {
		const audience = exchange.url.searchParams.get("audience") ?? "https://github.com/acme";
		return json({ count: 1, value: this.issue({ ...this.#jobOf(exchange), audience }) });
	}

	/** An issuer with an address of its own, which gives the token as it is. */
	token(exchange: Exchange): Answer {
		const audience = exchange.url.searchParams.get("audience");
		const options = { issuer: "https://issuer.acme.example", ...this.#jobOf(exchange) };
		const token = this.issue({ ...options, ...(audience === null ? {} : { audience }) });
		return { status: 200, headers: { "content-type": "text/plain" }, body: `${token}\n` };
	}

	secrets(): string[] {
		return [...this.#issued, ...this.#jobs.keys()];
	}

	#jobOf({ headers, facts, url }: Exchange): JobToken {
		const job = this.#jobs.get(/^bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? "");
		Object.assign(facts, { audience: url.searchParams.get("audience") ?? "none" });
		if (job === undefined) throw new ServiceError(401, "Unauthorized", "the token of the job is not valid");
		return job;
	}

	#key(issuer: string, algorithm: SigningKey["algorithm"]): SigningKey {
		const name = `${issuer} ${algorithm}`;
		const key = this.#keys.get(name) ?? makeKey(algorithm);
		this.#keys.set(name, key);
		return key;
	}
}
