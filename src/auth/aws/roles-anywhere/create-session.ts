/**
 * Exchanges a certificate for the keys of a role.
 *
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html
 */
import { durationMs } from "../../config/duration.ts";
import type { AuthContext } from "../../context.ts";
import { describeSkew } from "../../net/clock-skew.ts";
import { jsonOf, type PlainAnswer, request } from "../../net/request.ts";
import { badAnswer, CREATED_SESSION, checkAnswer } from "../answers.ts";
import { accountIn, nameIn } from "../arn.ts";
import { isTrue } from "../clients.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { AWS, awsError } from "../errors.ts";
import { issuedKeys, ROLE_HOURS } from "../issued-keys.ts";
import { dnsSuffix, dualStackSuffix } from "../partitions.ts";
import type { Identified } from "./identify.ts";
import { signedHeaders } from "./sign.ts";
import { regionOfArn, type Spec } from "./spec.ts";

const OPERATION = "rolesanywhere:CreateSession";

export interface Caller {
	readonly ctx: AuthContext;
	readonly signal: AbortSignal;
	/** `spec.endpoint_url`, or its older spelling. */
	readonly endpoint: string | undefined;
}

/**
 * @returns keys with account and role, without a region
 * @throws AuthError see `awsError`; with the service's own words in `service`
 */
export async function createSession(caller: Caller, spec: Spec, identified: Identified): Promise<AwsCredentials> {
	const { ctx } = caller;
	const answer = await send(caller, spec, identified);
	if (answer.status !== 201) throw refusal(answer, ctx);
	const given = checkAnswer(OPERATION, CREATED_SESSION, jsonOf(answer));
	const accountId = accountIn(spec.role_arn);
	const role = nameIn(spec.role_arn);
	const { arn } = given?.assumedRoleUser ?? {};
	// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`: a role's path is not part of it.
	if (given?.roleArn !== spec.role_arn || accountIn(arn) !== accountId || arn?.split("/")[1] !== role) {
		throw badAnswer(OPERATION, "credentialSet", "is not a session of the role that was asked for");
	}
	return { ...issuedKeys(ctx, OPERATION, given.credentials, ROLE_HOURS), accountId, role, roleArn: spec.role_arn };
}

/** Once more with the servers' time, where ours was wrong and they have just told us: as the clients of the SDK do. */
async function send(caller: Caller, spec: Spec, identified: Identified): Promise<PlainAnswer> {
	const { ctx, signal } = caller;
	const region = regionOfArn(spec.trust_anchor_arn);
	const url = addressOf(caller, spec, region);
	const body = bodyOf(spec);
	for (let corrected = correction(ctx); ; ) {
		const at = ctx.clock.now() + corrected;
		const headers = {
			...signedHeaders({ url, body, region, at }, identified),
			"user-agent": `atmos-auth/${ctx.self.version}`,
		};
		const answer = await request({
			ctx,
			signal,
			operation: OPERATION,
			vendor: AWS,
			method: "POST",
			url,
			headers,
			body,
		});
		const known = correction(ctx);
		if (corrected !== 0 || known === 0 || (answer.status !== 400 && answer.status !== 403)) return answer;
		ctx.log.debug("signing again with the service's time", { operation: OPERATION });
		corrected = known;
	}
}

/** How far the servers are ahead, in milliseconds; 0 where that is little, or not known. */
function correction({ network }: AuthContext): number {
	const skew = network.skewMs();
	return skew !== undefined && describeSkew(skew) !== undefined ? skew : 0;
}

function addressOf({ ctx, endpoint }: Caller, spec: Spec, region: string): URL {
	const { env } = ctx;
	const suffix = isTrue(env.AWS_USE_DUALSTACK_ENDPOINT) ? dualStackSuffix(region) : dnsSuffix(region);
	const fips = isTrue(env.AWS_USE_FIPS_ENDPOINT) ? "-fips" : "";
	const base = endpointFor(env, "rolesanywhere", endpoint) ?? `https://rolesanywhere${fips}.${region}.${suffix}`;
	const url = new URL(base);
	url.pathname = `${url.pathname.replace(/\/+$/, "")}/sessions`;
	url.search = "";
	url.hash = "";
	url.searchParams.set("profileArn", spec.profile_arn);
	url.searchParams.set("roleArn", spec.role_arn);
	url.searchParams.set("trustAnchorArn", spec.trust_anchor_arn);
	return url;
}

function bodyOf({ session_duration: duration, role_session_name: roleSessionName }: Spec): string {
	const ms = durationMs(duration ?? "");
	return JSON.stringify({
		...(ms === undefined ? {} : { durationSeconds: Math.round(ms / 1000) }),
		...(roleSessionName === undefined ? {} : { roleSessionName }),
	});
}

/** The service's protocol is REST JSON: its errors come to what the SDK's clients would throw. */
function refusal(answer: PlainAnswer, ctx: AuthContext): Error {
	const { status, headers } = answer;
	const body = jsonOf(answer);
	const $metadata = { httpStatusCode: status, requestId: headers["x-amzn-requestid"] };
	const call = { ctx, operation: OPERATION };
	if (typeof body !== "object" || body === null) {
		return awsError({ name: "SyntaxError", message: "Deserialization error:", $metadata }, call);
	}
	if (status >= 200 && status < 300) return badAnswer(OPERATION, "status", `is ${status} instead of 201`);
	const { message, Message, __type: type, code } = body as Readonly<Record<string, unknown>>;
	const name = [headers["x-amzn-errortype"], type, code].find((each) => typeof each === "string") as string | undefined;
	const short = name?.replace(/:.*$/s, "").replace(/^.*#/s, "");
	return awsError({ name: short, message: message ?? Message, $metadata }, call);
}
