/**
 * Docker's config.json: where a registry's login is kept, by Docker's own rules, with everything else in the file left as it
 * is, byte for byte. https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
	applyEdits,
	type FormattingOptions,
	findNodeAtLocation,
	modify,
	type ParseError,
	parse,
	parseTree,
	printParseErrorCode,
} from "jsonc-parser";
import type { AuthContext } from "../context.ts";
import type { Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../sanitize.ts";
import { withLock } from "../storage/lock.ts";
import { expandHome } from "../storage/paths.ts";
import { readText, writeWhole } from "../storage/write.ts";
import { type HelperOutcome, storeWithHelper } from "./docker-helper.ts";

export interface DockerLogin {
	/** A bare host, such as `123456789012.dkr.ecr.us-east-2.amazonaws.com`. */
	readonly host: string;
	readonly username: string;
	readonly password: Secret;
}

/** What Docker would find for a host. */
export interface DockerEntry {
	/** Who keeps the login: the file, a credential helper by its name, or nobody yet. */
	readonly keeper: { readonly type: "file" } | { readonly type: "helper"; readonly name: string };
	readonly present: boolean;
	/** A short hash of what is kept in the file, to recognize our own entry without knowing it. */
	readonly mark: string | undefined;
}

export interface StoredLogin {
	readonly mark: string | undefined;
	readonly notes: readonly string[];
}

/** The helper that asks ECR itself: it needs no login and takes none. */
const ECR_HELPER = "ecr-login";

/** `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
export function dockerConfigFile(ctx: Pick<AuthContext, "env" | "home" | "cwd" | "platform">): string {
	const folder = ctx.env.DOCKER_CONFIG ? expandHome(ctx, ctx.env.DOCKER_CONFIG) : join(ctx.home, ".docker");
	return join(folder, "config.json");
}

interface DockerConfig {
	readonly auths?: Readonly<Record<string, { readonly auth?: unknown } | null>>;
	readonly credHelpers?: Readonly<Record<string, unknown>>;
	readonly credsStore?: unknown;
}

/** @throws AuthError `storage` with path, line and column for a file that is not JSON, or not an object */
function parseConfig(text: string, file: string): DockerConfig {
	if (text.trim() === "") return {};
	const plain = text.replace(/^\ufeff/, " ");
	const errors: ParseError[] = [];
	const value: unknown = parse(plain, errors, { disallowComments: true, allowTrailingComma: false });
	const [first] = errors;
	const broken = (offset: number, reason: string): AuthError => {
		const before = text.slice(0, offset).split("\n");
		return new AuthError({
			code: "storage",
			message: `${sanitize(file)}:${before.length}:${(before.at(-1)?.length ?? 0) + 1} is not valid JSON`,
			reason: `${reason}; the file was not changed`,
			remedy: `mend ${sanitize(file)}, or move it away`,
		});
	};
	if (first) throw broken(first.offset, printParseErrorCode(first.error));
	if (typeof value !== "object" || value === null || Array.isArray(value)) throw broken(0, "expected an object");
	for (const key of ["auths", "credHelpers"] as const) {
		const part = (value as Record<string, unknown>)[key];
		if (part === undefined || part === null || (typeof part === "object" && !Array.isArray(part))) continue;
		const node = findNodeAtLocation(parseTree(plain) as never, [key]);
		throw broken(node?.offset ?? 0, `expected an object in ${key}`);
	}
	return value as DockerConfig;
}

function entryOf(config: DockerConfig, host: string): DockerEntry {
	const own = config.credHelpers && Object.hasOwn(config.credHelpers, host) ? config.credHelpers[host] : undefined;
	// An empty helper for a host forces the file, also where there is a general one.
	const name = own === undefined ? config.credsStore : own;
	const entry = config.auths && Object.hasOwn(config.auths, host) ? config.auths[host] : undefined;
	const auth = typeof entry?.auth === "string" && entry.auth !== "" ? entry.auth : undefined;
	if (typeof name === "string" && name !== "") {
		return { keeper: { type: "helper", name }, present: entry !== undefined && entry !== null, mark: `helper ${name}` };
	}
	return { keeper: { type: "file" }, present: auth !== undefined, mark: auth && markOf(auth) };
}

const markOf = (auth: string): string => createHash("sha256").update(auth).digest("hex").slice(0, 16);

/** @throws AuthError `storage` when the file cannot be read or parsed */
export async function readDockerEntry(ctx: AuthContext, host: string): Promise<DockerEntry> {
	const file = dockerConfigFile(ctx);
	return entryOf(parseConfig((await readText(file)) ?? "", file), host);
}

/** True where Docker asks ECR by itself for this host. */
export function servedByEcrHelper(entry: DockerEntry): boolean {
	return entry.keeper.type === "helper" && entry.keeper.name === ECR_HELPER;
}

/**
 * Keeps a login where Docker will look for it: with the host's credential helper if it has one and it can, else in the
 * file. Where the helper cannot, the file is used and the helper is switched off for this one host, which the notes say.
 *
 * @throws AuthError `storage`; the file is as it was then
 */
export async function storeDockerLogin(
	ctx: AuthContext,
	login: DockerLogin,
	signal: AbortSignal,
): Promise<StoredLogin> {
	const file = dockerConfigFile(ctx);
	return withLock(ctx, file, { signal }, async () => {
		const text = (await readText(file)) ?? "";
		const config = parseConfig(text, file);
		const { keeper } = entryOf(config, login.host);
		const auth = Buffer.from(`${login.username}:${login.password.reveal()}`).toString("base64");
		if (keeper.type === "file") {
			await writeWhole(file, edit(text, [[["auths", login.host], withAuth(config, login.host, auth)]]));
			return { mark: markOf(auth), notes: [] };
		}
		const outcome: HelperOutcome = await storeWithHelper(ctx, keeper.name, login, signal);
		if (outcome.stored) {
			// Docker marks a host whose login a helper keeps with an empty entry.
			await writeWhole(file, edit(text, [[["auths", login.host], {}]]));
			return { mark: `helper ${keeper.name}`, notes: [] };
		}
		await writeWhole(
			file,
			edit(text, [
				[["auths", login.host], withAuth(config, login.host, auth)],
				[["credHelpers", login.host], ""],
			]),
		);
		return {
			mark: markOf(auth),
			notes: [
				`the credential helper ${sanitize(keeper.name)} could not keep the login (${outcome.reason}); it is in ${sanitize(file)}`,
			],
		};
	});
}

/** The entry with its other keys, such as an e-mail address; an identity token would win over the login. */
function withAuth(config: DockerConfig, host: string, auth: string): Record<string, unknown> {
	const { identitytoken: _, registrytoken: __, ...rest } = (config.auths?.[host] ?? {}) as Record<string, unknown>;
	return { ...rest, auth };
}

/** Changes values in a JSON text and leaves every other byte. */
function edit(
	text: string,
	changes: readonly (readonly [path: readonly [section: string, name: string], value: unknown])[],
): string {
	const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? "  ";
	const formattingOptions: FormattingOptions = {
		insertSpaces: !indent.startsWith("\t"),
		tabSize: indent.startsWith("\t") ? 1 : indent.length,
		eol: text.includes("\r\n") ? "\r\n" : "\n",
	};
	const start = text.trim() === "" ? "{}" : text;
	const [mark, body] = start.startsWith("\ufeff") ? ["\ufeff", start.slice(1)] : ["", start];
	const changed = changes.reduce((result, [[section, name], value]) => {
		// `"auths": null` is no place to put something into.
		const absent = (JSON.parse(result) as Record<string, unknown>)[section] === null;
		const edits = absent
			? modify(result, [section], { [name]: value }, { formattingOptions })
			: modify(result, [section, name], value, { formattingOptions });
		return applyEdits(result, edits);
	}, body);
	return mark + changed + (text.trim() === "" ? "\n" : "");
}
