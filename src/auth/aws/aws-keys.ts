/** What integrations of AWS, and the commands about them, need of an identity. */
import type { Credentials } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { AwsCredentials } from "./credentials.ts";

/** @throws AuthError `config` for credentials of another cloud */
export function awsKeys(credentials: Credentials): AwsCredentials {
	if (credentials.type === "aws") return credentials;
	throw needsAwsKeys();
}

export function needsAwsKeys(): AuthError {
	return new AuthError({
		code: "config",
		message: "this integration needs the credentials of an AWS identity",
		remedy: "link it with via.identity",
	});
}
