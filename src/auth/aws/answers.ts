/**
 * What a service answered is checked before it is used or changes anything on disk: its types are those of the
 * documentation only if the server wants it so. Each operation has a schema; every function here throws the same AuthError,
 * which names the field and never its value.
 */
import * as v from "valibot";
import { AuthError } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";

/** Longest access token, refresh token or client secret that is taken; AWS's have a few kilobytes. */
const MAX_SECRET = 64 * 1024;

/** @throws AuthError `service`: `operation` gave an answer without a usable `field` */
export function badAnswer(operation: string, field: string, problem: string): AuthError {
	return new AuthError({
		code: "service",
		message: `${operation} returned an unusable response`,
		reason: field === "" ? `it ${problem}` : `its ${field} ${problem}`,
		remedy: "run the command again; if it keeps failing, check the endpoint and the proxy",
		service: { operation },
	});
}

/**
 * @param operation what was called, such as `sso:ListAccounts`
 * @returns the answer as the schema makes it
 * @throws AuthError see `badAnswer`
 */
export function checkAnswer<Schema extends v.GenericSchema>(
	operation: string,
	schema: Schema,
	answer: unknown,
): v.InferOutput<Schema> {
	const result = v.safeParse(schema, answer, { abortEarly: true });
	if (result.success) return result.output;
	const [issue] = result.issues;
	const field = sanitize(
		(issue.path ?? []).map(({ key }) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join(""),
	).replace(/^\./, "");
	const input = issue.path === undefined ? answer : issue.path.at(-1)?.value;
	if (input === undefined || input === null) throw badAnswer(operation, field, "is missing");
	throw badAnswer(
		operation,
		field,
		issue.kind === "schema" ? `is not ${NOUNS[issue.type] ?? "usable"}` : issue.message,
	);
}

const NOUNS: Readonly<Record<string, string>> = {
	string: "a string",
	number: "a number",
	array: "a list",
	object: "an object",
	date: "a date",
};

/**
 * A text that goes back to the service, in a header or in JSON: as it came, and printable ASCII throughout, since
 * anything else could not have been meant.
 */
const secret = v.pipe(
	v.string(),
	v.nonEmpty("is missing"),
	v.maxLength(MAX_SECRET, "is too long"),
	v.regex(/^[\x21-\x7e]+$/, "has invalid characters"),
);

/** A text that is shown to a person: sanitized. */
const shown = (longest: number) =>
	v.pipe(
		v.string(),
		v.transform((value) => sanitize(value.slice(0, longest * 4))),
		v.nonEmpty("is missing"),
		v.maxLength(longest, "is too long"),
	);

/** One that names something at the service: a text that is changed by `sanitize` would name something else. */
const name = v.pipe(
	v.string(),
	v.nonEmpty("is missing"),
	v.maxLength(256, "is too long"),
	v.check((value) => sanitize(value) === value, "has invalid characters"),
);

const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/, "is not a 12-digit account ID"));

/** Nothing, or a text that is not empty: the SDK and its services write the end of a listing in both ways. */
const nextToken = v.pipe(
	v.nullish(v.string(), ""),
	v.maxLength(MAX_SECRET, "is too long"),
	v.transform((token) => (token === "" ? undefined : token)),
);

/** Numbers that are nothing to fail for are read by `seconds` and `lifetime`. */
const leniently = v.optional(v.unknown());

export const REGISTRATION = v.object({ clientId: secret, clientSecret: secret, clientSecretExpiresAt: leniently });

export const DEVICE_AUTHORIZATION = v.object({
	deviceCode: secret,
	userCode: shown(64),
	verificationUri: secret,
	verificationUriComplete: v.nullish(secret),
	expiresIn: leniently,
	interval: leniently,
});

export const TOKEN = v.object({ accessToken: secret, refreshToken: v.nullish(secret), expiresIn: leniently });

export const ROLE_CREDENTIALS = v.object({
	roleCredentials: v.object({
		accessKeyId: secret,
		secretAccessKey: secret,
		sessionToken: secret,
		expiration: v.pipe(
			v.number(),
			v.check((value) => Number.isFinite(value) && value > 0, "is not a valid time"),
			// A value in seconds lies in January 1970 when read as milliseconds.
			v.minValue(1e11, "is not in milliseconds"),
		),
	}),
});

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html */
const temporaryKeys = v.pipe(
	v.object({ AccessKeyId: secret, SecretAccessKey: secret, SessionToken: secret, Expiration: v.date() }),
	v.transform((keys) => ({
		accessKeyId: keys.AccessKeyId,
		secretAccessKey: keys.SecretAccessKey,
		sessionToken: keys.SessionToken,
		/** Milliseconds since the epoch. */
		expiration: keys.Expiration.getTime(),
	})),
);

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
export const SESSION_TOKEN = v.object({ Credentials: temporaryKeys });

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const ASSUMED_ROLE = v.object({ Credentials: temporaryKeys, AssumedRoleUser: v.object({ Arn: name }) });

/** https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html */
export const CREATED_SESSION = v.pipe(
	v.object({
		credentialSet: v.pipe(
			v.array(
				v.object({
					roleArn: name,
					assumedRoleUser: v.object({ arn: name }),
					credentials: v.object({
						accessKeyId: secret,
						secretAccessKey: secret,
						sessionToken: secret,
						/** Milliseconds since the epoch. */
						expiration: v.pipe(
							v.string(),
							v.transform((text) => Date.parse(text)),
							v.check((time) => Number.isFinite(time), "is not a valid time"),
						),
					}),
				}),
			),
			v.nonEmpty("is empty"),
		),
	}),
	v.transform(({ credentialSet: [first] }) => first),
);

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const CALLER_IDENTITY = v.object({ Account: accountId, Arn: name });

/** `access_key_id` is `accessKeyId` here: the service answers a form in the one spelling, and JSON in the other. */
const camelCase = (found: Readonly<Record<string, unknown>>): Record<string, unknown> =>
	Object.fromEntries(
		Object.entries(found).map(([name, value]) => [
			name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
			value,
		]),
	);
const spelledEitherWay = v.pipe(v.looseObject({}), v.transform(camelCase));

/** CreateOAuth2Token of AWS Sign-In (the service model of the AWS SDKs, `signin` 2023-01-01). */
export const SIGN_IN_TOKENS = v.pipe(
	spelledEitherWay,
	v.object({
		accessToken: v.pipe(
			spelledEitherWay,
			v.object({ accessKeyId: secret, secretAccessKey: secret, sessionToken: secret }),
		),
		refreshToken: secret,
		idToken: v.nullish(secret),
		expiresIn: leniently,
	}),
);

export const ACCOUNTS = v.object({
	accountList: v.array(
		v.pipe(
			v.object({ accountId, accountName: v.nullish(v.string(), "") }),
			v.transform((entry) => ({
				id: entry.accountId,
				name: sanitize(entry.accountName.slice(0, 256)) || entry.accountId,
			})),
		),
	),
	nextToken,
});

export const ROLES = v.object({
	roleList: v.array(
		v.pipe(
			v.object({ roleName: name }),
			v.transform((entry) => entry.roleName),
		),
	),
	nextToken,
});

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_AuthorizationData.html */
export const REGISTRY_TOKEN = v.pipe(
	v.object({
		authorizationData: v.pipe(
			v.array(
				v.object({
					authorizationToken: v.pipe(
						v.string(),
						v.maxLength(MAX_SECRET, "is too long"),
						v.transform((token) => /^([^:]+):(.+)$/s.exec(Buffer.from(token, "base64").toString("utf8"))),
						v.check((pair) => pair !== null && !/[\r\n\0]/.test(pair[0]), "is not a user name and password"),
					),
					expiresAt: v.nullish(v.date()),
					proxyEndpoint: v.nullish(v.pipe(v.string(), v.maxLength(512, "is too long"))),
				}),
			),
			v.nonEmpty("is empty"),
		),
	}),
	v.transform(({ authorizationData: [data] }) => ({
		username: data?.authorizationToken?.[1] ?? "",
		password: data?.authorizationToken?.[2] ?? "",
		/** Milliseconds since the epoch. */
		expiresAt: data?.expiresAt?.getTime(),
		proxyEndpoint: data?.proxyEndpoint ?? undefined,
	})),
);

/**
 * The parts of a cluster that are used. What its endpoint may be is said where it is written; a cluster that is being made
 * has none yet.
 *
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html
 */
export const CLUSTER = v.object({
	cluster: v.object({
		status: v.nullish(name),
		arn: v.nullish(name),
		endpoint: v.nullish(v.pipe(v.string(), v.maxLength(2048, "is too long"))),
		certificateAuthority: v.nullish(
			v.object({ data: v.nullish(v.pipe(v.string(), v.maxLength(MAX_SECRET, "is too long"))) }),
		),
	}),
});

/**
 * A number of seconds.
 *
 * @param limits.fallback used for what is no number
 * @returns seconds between `limits.least` and `limits.most`
 */
export function seconds(
	value: unknown,
	limits: { readonly least: number; readonly most: number; readonly fallback: number },
): number {
	const given = typeof value === "number" && Number.isFinite(value) ? value : limits.fallback;
	return Math.min(Math.max(given, limits.least), limits.most);
}

/** The same for a lifetime: one that is over before it began was not meant, and falls back too. */
export function lifetime(value: unknown, limits: { readonly most: number; readonly fallback: number }): number {
	return seconds(typeof value === "number" && value <= 0 ? undefined : value, { least: 1, ...limits });
}
