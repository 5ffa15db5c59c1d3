/** What a session of a role is called: it stands in its ARN, and in CloudTrail. */
import type { Identity } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import type { Config } from "./assume-role-schema.ts";

/**
 * As in the Go program, so that a trust policy that asks for a name (`sts:RoleSessionName`) takes both: what AWS does not allow
 * becomes a dash, and so does the underscore, which it would.
 *
 * @returns at most 64 characters
 */
export function sessionName(wanted: string): string {
	const clean = wanted
		.replace(/[^A-Za-z0-9+=,.@-]/gu, "-")
		.slice(0, 64)
		.replace(/-+$/, "");
	return clean || "atmos-session";
}

/** @returns the configured name, or `atmos-<identity>-<seconds>` */
export function sessionNameOf({ name, config }: Identity<Config>, { clock }: Pick<AuthContext, "clock">): string {
	return sessionName(config.principal.session_name ?? `atmos-${name}-${Math.floor(clock.now() / 1000)}`);
}
