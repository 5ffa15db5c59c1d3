/** A profile of the AWS CLI's own files. https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html */
import { join } from "node:path";
import { readFailure, readRegular } from "../../config/read-regular.ts";
import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { AuthError } from "../../errors.ts";
import { expandHome, tildify } from "../../storage/paths.ts";
import type { AwsCredentials } from "../credentials.ts";
import { sectionsOf } from "../files.ts";

export interface Profile {
	readonly name: string;
	readonly region: string | undefined;
	readonly keys: AwsCredentials | undefined;
	/** The setting by which others would get keys. */
	readonly needs: string | undefined;
	/** Where it was looked for, for sentences. */
	readonly files: string;
}

/** Settings that lead to keys, and are none. */
const LEADING = ["role_arn", "sso_session", "sso_start_url", "credential_process", "login_session"] as const;

/** @throws AuthError `storage` for files that are there and cannot be read */
export function readProfile(ctx: AuthContext): Profile {
	const { env, home } = ctx;
	const name = env.AWS_PROFILE || env.AWS_DEFAULT_PROFILE || "default";
	const credentialsFile = expandHome(ctx, env.AWS_SHARED_CREDENTIALS_FILE || join(home, ".aws", "credentials"));
	const configFile = expandHome(ctx, env.AWS_CONFIG_FILE || join(home, ".aws", "config"));
	const config = valuesIn(ctx, configFile, name === "default" ? ["default", "profile default"] : [`profile ${name}`]);
	const credentials = valuesIn(ctx, credentialsFile, [name]);
	const value = (key: string): string | undefined => credentials.get(key) || config.get(key) || undefined;
	const [id, secret, token] = [value("aws_access_key_id"), value("aws_secret_access_key"), value("aws_session_token")];
	const isWhole = id !== undefined && secret !== undefined;
	return {
		name,
		region: value("region"),
		keys: isWhole
			? {
					type: "aws",
					accessKeyId: id,
					secretAccessKey: new Secret(secret),
					sessionToken: token === undefined ? undefined : new Secret(token),
				}
			: undefined,
		needs: LEADING.find((key) => value(key) !== undefined),
		files: `${tildify(ctx, credentialsFile)} and ${tildify(ctx, configFile)}`,
	};
}

function valuesIn(ctx: AuthContext, path: string, names: readonly string[]): ReadonlyMap<string, string> {
	let text: string;
	try {
		text = readRegular(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
		throw new AuthError({
			code: "storage",
			message: `${tildify(ctx, path)} cannot be read`,
			reason: readFailure(error),
			remedy: "check its permissions",
			cause: error,
		});
	}
	const sections = sectionsOf(text, names);
	return names.map((name) => sections.get(name)?.values).find((values) => values !== undefined) ?? new Map();
}
