/**
 * The `credentials` and `config` files that `aws`, Terraform and Cloud Posse's `atmos` read, one pair for each realm and
 * root provider. Everything in them that is not ours stays as it is.
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { Realm } from "../config/model.ts";
import type { AuthContext } from "../context.ts";
import { Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import { fromBytes, IniSyntaxError, parseIni, toBytes } from "../storage/ini.ts";
import { checkOwnFolder } from "../storage/own-folder.ts";
import { filesBase, pathWord, providerFolder } from "../storage/paths.ts";
import { pauseFor } from "../storage/pause.ts";
import { readSecretFile } from "../storage/read.ts";
import { noteSession, readState, type SessionFacts, updateState } from "../storage/state.ts";
import { formatSeconds, parseTime } from "../storage/times.ts";
import { sanitize } from "../system/sanitize.ts";
import type { AwsCredentials } from "./credentials.ts";
import { REALM_FOLDER } from "./vendor.ts";

export interface AwsFilesOptions {
	/** The provider's `spec.files.base_path`. */
	readonly basePath?: string | undefined;
}

/** `; atmos: expiration=2026-11-23T15:42:07Z`, among other words perhaps. */
const EXPIRATION = /^[ \t]*[;#]+[ \t]*atmos:(?:.*[ \t])?expiration=([^ \t]+)/;

type RealmValue = Pick<Realm, "value">;

export const ID = "aws_access_key_id";
export const SECRET = "aws_secret_access_key";
export const TOKEN = "aws_session_token";
/** What the Go program writes where it knows none. */
const DEFAULT_REGION = "us-east-1";

/** The two files of a root provider. */
export function awsFiles(
	ctx: AuthContext,
	realm: RealmValue,
	providerKey: string,
	options: AwsFilesOptions = {},
): { readonly credentials: string; readonly config: string } {
	const folder = providerFolder(ctx, realm, REALM_FOLDER, providerKey, options.basePath);
	return { credentials: join(folder, "credentials"), config: join(folder, "config") };
}

/** As `awsFiles`, for reading or writing them. @throws AuthError `storage` for those that are not the user's own */
export async function ownFiles(...args: Parameters<typeof awsFiles>): Promise<ReturnType<typeof awsFiles>> {
	const files = awsFiles(...args);
	const base = filesBase(args[0], args[3]?.basePath);
	if (base !== undefined) await checkOwnFolder(base, dirname(files.credentials), ["credentials", "config"]);
	return files;
}

/**
 * @param identityKey the identity's name in lower case: the section
 * @param accepts whether credentials with these facts are the ones that are wanted
 * @returns the keys as they are stored, expired or not; undefined when there are none, or others than those that are wanted
 * @throws AuthError `storage` when the file cannot be read
 */
export async function loadAwsCredentials(
	ctx: AuthContext,
	realm: RealmValue,
	providerKey: string,
	identityKey: string,
	accepts: (facts: SessionFacts) => boolean,
	options: AwsFilesOptions = {},
): Promise<AwsCredentials | undefined> {
	const files = await ownFiles(ctx, realm, providerKey, options);
	const [credentials, config, state] = await Promise.all([
		readText(ctx, files.credentials),
		readText(ctx, files.config).catch(() => undefined),
		readState(ctx),
	]);
	if (credentials === undefined) return undefined;
	const section = toBytes(identityKey);
	const found = sectionsOf(credentials, [section]).get(section);
	const [id, secret, token] = [ID, SECRET, TOKEN].map((key) => found?.values.get(key));
	if (!found || !id || !secret) return undefined;
	const known = facts(found, state.sessions[realm.value]?.[providerKey]?.[identityKey]);
	if (!accepts(known)) {
		const reason =
			known.purpose === undefined ? "it is not known what they were made for" : "they were made for something else";
		ctx.log.debug("stored credentials not used", { identity: identityKey, reason });
		return undefined;
	}
	const { expiresAt, issuedAt, accountId, accountName, role, purpose } = known;
	const profiles = configSections(identityKey);
	const settings = sectionsOf(config ?? "", profiles);
	const region = profiles.map((name) => settings.get(name)?.values.get("region")).find(Boolean);
	return {
		type: "aws",
		accessKeyId: fromBytes(id),
		secretAccessKey: new Secret(fromBytes(secret)),
		sessionToken: token ? new Secret(fromBytes(token)) : undefined,
		// In `config`, unlike in `credentials`, a comment may follow a value.
		region: region?.replace(/[ \t]+[;#].*$/, "") || undefined,
		expiresAt,
		issuedAt,
		accountId,
		accountName,
		role,
		purpose,
	};
}

/**
 * Reads what a list needs, for thousands of identities in one go.
 *
 * @returns by identity key; empty when there is no file or it cannot be read (the log says so then)
 */
export async function listAwsSessions(
	ctx: AuthContext,
	realm: RealmValue,
	providerKey: string,
	options: AwsFilesOptions = {},
): Promise<Map<string, SessionFacts>> {
	const sessions = new Map<string, SessionFacts>();
	try {
		const path = (await ownFiles(ctx, realm, providerKey, options)).credentials;
		const [text, state] = await Promise.all([readText(ctx, path), readState(ctx)]);
		const known = state.sessions[realm.value]?.[providerKey];
		for (const [name, section] of sectionsOf(text ?? "")) {
			if (!section.values.get(ID) || !section.values.get(SECRET)) continue;
			const identityKey = fromBytes(name);
			sessions.set(identityKey, facts(section, known?.[identityKey]));
		}
	} catch (error) {
		ctx.log.warn((error as Error).message, { reason: (error as AuthError).reason });
	}
	return sessions;
}

/**
 * Writes the identity's section of both files, each whole and under the locks of this program and of `atmos`, and
 * remembers when the credentials were issued and for which account.
 *
 * @throws AuthError `storage`; what was there is intact then. `service` for credentials that no file can hold
 */
export async function saveAwsCredentials(
	ctx: AuthContext,
	realm: RealmValue,
	providerKey: string,
	identityKey: string,
	credentials: AwsCredentials,
	options: AwsFilesOptions = {},
): Promise<void> {
	checkSection(identityKey);
	const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials;
	const region = credentials.region || DEFAULT_REGION;
	const files = await ownFiles(ctx, realm, providerKey, options);
	const keys = new Map<string, string | undefined>([
		[ID, accessKeyId],
		[SECRET, secretAccessKey.reveal()],
		[TOKEN, sessionToken?.reveal() || undefined],
	]);
	for (const value of [...keys.values(), region]) checkValue(value);
	// Keys without their region do more harm than a region without keys, should this process end in between.
	const settings = new Map([["region", region]]);
	const { editSection } = await import("../storage/ini-edit.ts");
	await editFile(ctx, files.config, (text) =>
		configSections(identityKey).reduce((before, section) => editSection(before, { section, keys: settings }), text),
	);
	const note = expiresAt === undefined ? undefined : `expiration=${formatSeconds(expiresAt)}`;
	await editFile(ctx, files.credentials, (text) => editSection(text, { section: toBytes(identityKey), keys, note }));
	await updateState(ctx, (state) =>
		noteSession(state, realm.value, providerKey, identityKey, {
			expiresAt: expiresAt === undefined ? undefined : Math.floor(expiresAt / 1000) * 1000,
			issuedAt: credentials.issuedAt,
			accountId: credentials.accountId,
			accountName: credentials.accountName,
			role: credentials.role,
			keys: digestOf(accessKeyId),
			purpose: credentials.purpose,
		}),
	);
}

/**
 * Changes a file under the locks of this program and of `atmos`. One that becomes empty is deleted, as the Go program does
 * when the last profile goes; its lock stays.
 *
 * @param change is given the text as it is, one character per byte, and does the same each time
 * @returns whether there was anything to change
 * @throws AuthError `storage`; what was there is intact then
 */
export async function editFile(ctx: AuthContext, path: string, change: (text: string) => string): Promise<boolean> {
	const next = (text: string): string => {
		try {
			return change(text);
		} catch (error) {
			if (error instanceof IniSyntaxError) throw damaged(path, error);
			throw error;
		}
	};
	// Nothing to do is the rule for a region. No lock is needed to see it.
	const before = await readText(ctx, path);
	if (next(before ?? "") === (before ?? "")) return false;
	const [{ withLock }, { removeWhole, writeWhole }] = await Promise.all([
		import("../storage/with-lock.ts"),
		import("../storage/write.ts"),
	]);
	return withLock(ctx, path, {}, async () => {
		const now = (await readText(ctx, path)) ?? "";
		const after = next(now);
		if (after === now) return false;
		// What may be left is a byte order mark.
		if (/^(?:\u00ef\u00bb\u00bf)?\s*$/.test(after)) await removeWhole(path);
		else await writeWhole(path, Buffer.from(after, "latin1"));
		return true;
	});
}

/** The Go program writes in place, in one call: what is half there now is whole in a moment. */
const SECOND_LOOK_MS = 20;

/** One character per byte. */
async function readText(ctx: AuthContext, path: string): Promise<string | undefined> {
	const read = async (): Promise<string | undefined> => (await readSecretFile(ctx, path))?.bytes.toString("latin1");
	const text = await read();
	if (text === undefined || text.endsWith("\n")) return text;
	await pauseFor(SECOND_LOOK_MS, undefined);
	return read();
}

interface Section {
	readonly values: Map<string, string>;
	/** The comment above that tells when the credentials expire. */
	readonly note: string | undefined;
}

/**
 * Sections by name. One that is there several times has the last value of each key. What is no ini is passed over.
 *
 * @param only the sections to look for; all, if left out
 */
export function sectionsOf(text: string, only?: readonly string[]): Map<string, Section> {
	const sections = new Map<string, Section>();
	let note: string | undefined;
	let values: Map<string, string> | undefined;
	for (const { kind, name, value, text: line } of parseIni(text).lines) {
		if (kind === "comment") {
			// The first one, as for the Go program.
			if (note === undefined && EXPIRATION.test(line)) note = line;
		} else if (kind === "section") {
			values = undefined;
			if (only === undefined || only.includes(name)) {
				const known = sections.get(name);
				values = known?.values ?? new Map();
				sections.set(name, { values, note: note ?? known?.note });
			}
			note = undefined;
		} else if (kind !== "blank") {
			note = undefined;
			if (kind === "key") values?.set(name, value);
		}
	}
	return sections;
}

function expirationIn(note: string): number | undefined {
	return parseTime(EXPIRATION.exec(note)?.[1]);
}

/** What we remember holds only for the very keys that we wrote: another program may have put its own in their place. */
function facts({ values, note }: Section, known: SessionFacts | undefined): SessionFacts {
	const expiresAt = values.get(TOKEN) && note !== undefined ? expirationIn(note) : undefined;
	const holds = known?.keys === digestOf(fromBytes(values.get(ID) ?? "")) && known.expiresAt === expiresAt;
	return holds ? known : { expiresAt };
}

/** An access key's id is no secret, but it is nobody else's business either. */
function digestOf(accessKeyId: string): string {
	return createHash("sha256").update(accessKeyId).digest("base64url").slice(0, 16);
}

/**
 * The sections of `config`: `default`, or `profile` and the name. A name with white space or quotes has two: botocore takes
 * it only in quotes (`shlex`), and the AWS SDK for Go, with it Terraform and `atmos`, only without. Each passes over the
 * other's.
 */
export function configSections(identityKey: string): string[] {
	if (identityKey === "default") return ["default"];
	const plain = toBytes(`profile ${identityKey}`);
	if (!/[\s"'\\]/.test(identityKey)) return [plain];
	// The Go program renews the plain one alone: where both are read, that one counts.
	return [plain, toBytes(`profile "${identityKey.replace(/["\\]/g, "\\$&")}"`)];
}

function checkSection(identityKey: string): void {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no section's name can have
	if (identityKey !== "" && !/[\u0000-\u001f\u007f]/.test(identityKey)) return;
	throw new AuthError({
		code: "config",
		message: `the name ${JSON.stringify(sanitize(identityKey))} of the identity cannot be used for an AWS profile`,
		reason: "it is empty or contains control characters",
		remedy: "rename the identity in atmos.yaml",
	});
}

/** A line break in a value would be a way to write other sections. */
function checkValue(value: string | undefined): void {
	if (value === undefined || /^[\x21-\x7e]+$/.test(value)) return;
	throw new AuthError({
		code: "service",
		message: "the service returned credentials with unprintable characters",
		reason: "they were not stored",
		remedy: "check `endpoint_url` and AWS_ENDPOINT_URL",
	});
}

function damaged(path: string, error: IniSyntaxError): AuthError {
	return new AuthError({
		code: "storage",
		message: `${sanitize(path)}:${error.line}: ${error.message}`,
		reason: "a file that cannot be parsed is never overwritten",
		remedy: {
			say: `fix line ${error.line}, or move the file away`,
			run: ["mv", pathWord(path), pathWord(`${path}.bad`)],
			edit: { file: path, line: error.line },
		},
		cause: error,
	});
}
