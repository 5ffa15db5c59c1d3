/** From a response that a browser or a person brought to what roles are assumed with. */
import { durationMs } from "../../config/duration.ts";
import type { Provider } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { AuthError } from "../../errors.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { SamlAssertion } from "../credentials.ts";
import { partitionOf } from "../partitions.ts";
import { ResponseError, readResponse, type SamlResponse } from "./response.ts";
import type { Config } from "./schema.ts";

/** "Token must be redeemed within 5 minutes of issuance", says STS. */
const REDEEMED_WITHIN_MS = 5 * 60_000;

/** An assertion, and all names that it has for the person. */
export interface Received {
	readonly assertion: SamlAssertion;
	readonly names: readonly string[];
}

export interface Receiver {
	readonly ctx: AuthContext;
	readonly provider: Provider<Config>;
	/**
	 * Whether it has just been issued. Then its lifetime counts from now, whatever the identity provider's clock says: nobody but
	 * AWS judges it by that.
	 */
	readonly isNew: boolean;
}

/**
 * @param base64 the response as it is posted, without white space
 * @throws ResponseError for a text that is no response, or one without roles
 * @throws AuthError `expired` for one that is over; `config` for one that is for another partition
 */
export function receive(base64: string, { ctx, provider, isNew }: Receiver): Received {
	const response = readResponse(base64);
	const { log, clock } = ctx;
	if (response.malformed > 0) log.debug("values for roles that are none were skipped", { count: response.malformed });
	const roles = ofPartition(response, provider);
	const now = clock.now();
	const lifetime = Math.min(
		REDEEMED_WITHIN_MS,
		(response.notOnOrAfter ?? Number.POSITIVE_INFINITY) - response.issuedAt,
	);
	const issuedAt = isNew ? now : response.issuedAt;
	if (issuedAt + lifetime <= now) throw tooOld(now - issuedAt, ctx);
	if (isNew && Math.abs(now - response.issuedAt) > 60_000) {
		log.warn("the clocks of this machine and of the identity provider differ; AWS judges the assertion by its own", {
			seconds: Math.round((now - response.issuedAt) / 1000),
		});
	}
	const configured = durationMs(provider.config.session?.duration ?? "");
	const [person] = response.names;
	log.debug("an assertion was received", { roles: roles.length, person });
	return {
		names: response.names,
		assertion: {
			type: "saml",
			assertion: new Secret(base64),
			roles,
			seconds: configured === undefined ? response.seconds : Math.round(configured / 1000),
			person,
			region: provider.config.region,
			issuedAt,
			expiresAt: issuedAt + lifetime,
		},
	};
}

/** An account belongs to one partition, and so do the keys for it: STS of another one knows neither. */
function ofPartition({ roles }: SamlResponse, { name, config }: Provider<Config>): SamlAssertion["roles"] {
	const wanted = partitionOf(config.region);
	const fitting = roles.filter(({ roleArn }) => partitionIn(roleArn) === wanted);
	if (fitting.length > 0) return fitting;
	const found = [...new Set(roles.map(({ roleArn }) => partitionIn(roleArn)))].join(", ");
	throw new AuthError({
		code: "config",
		message: `the assertion is for the partition ${found}, and \`region\` of "${sanitize(name)}" is ${config.region} (${wanted})`,
		reason: "roles of one partition cannot be assumed in a region of another",
		details: roles.map(({ roleArn }) => roleArn),
		remedy: `set \`region\` of "${sanitize(name)}" to one of that partition, or \`url\` to the application for ${wanted}`,
	});
}

const partitionIn = (arn: string): string => arn.split(":")[1] ?? "";

function tooOld(ageMs: number, ctx: AuthContext): AuthError {
	const minutes = Math.max(1, Math.round(ageMs / 60_000));
	return new AuthError({
		code: "expired",
		message: `the response was issued ${minutes} ${minutes === 1 ? "minute" : "minutes"} ago and is over`,
		reason: "AWS takes it for 5 minutes, or for as long as the identity provider says, if that is shorter",
		remedy: { say: "sign in once more, and use the new response at once", run: signInCommand(ctx) },
	});
}

/** @returns what a response that cannot be used comes to, for somebody who cannot give another one */
export function explained(error: unknown, { name }: Provider<Config>, ctx: AuthContext): unknown {
	if (!(error instanceof ResponseError)) return error;
	const provider = `"${sanitize(name)}"`;
	const again = { say: "sign in once more", run: signInCommand(ctx) };
	const details = error.details;
	switch (error.kind) {
		case "refused":
			return new AuthError({
				code: "denied",
				message: `the identity provider of ${provider} did not sign you in: ${error.message}`,
				details,
				remedy: {
					say: "ask whoever runs the identity provider to assign you the application for AWS, then sign in again",
					run: signInCommand(ctx),
				},
			});
		case "encrypted":
			return new AuthError({
				code: "config",
				message: `the response for ${provider} cannot be used: ${error.message}`,
				reason: "only AWS has the key",
				remedy:
					"have the identity provider send AWS's assertions without encryption: the connection is encrypted anyway",
			});
		case "no-roles":
			return new AuthError({
				code: "denied",
				message: `the response for ${provider} gives you no role of AWS`,
				reason: error.message,
				details,
				remedy: {
					say: "ask whoever runs the identity provider to assign you roles in the application for AWS, then sign in again",
					run: signInCommand(ctx),
				},
			});
		case "not-a-response":
			return new AuthError({
				code: "service",
				message: `the response for ${provider} cannot be used: ${error.message}`,
				details,
				remedy: again,
			});
	}
}
