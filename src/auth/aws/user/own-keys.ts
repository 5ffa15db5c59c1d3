/** A session of a user's own access keys, wherever they are kept: they go to STS and nowhere else. */
import { durationMs } from "../../config/duration.ts";
import type { Identity } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import type { Run } from "../../kinds.ts";
import { sanitize } from "../../system/sanitize.ts";
import { accountIn } from "../arn.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointOf } from "../entry-spec.ts";
import { DEFAULT_REGION, getSessionToken, type SessionTokenRequest, type StsCaller } from "../sts.ts";
import type { Config } from "./schema.ts";

const DEFAULT_SECONDS = 12 * 3600;
const SHORTEST_SECONDS = 900;
/** As in the Go program; AWS itself gives 36 hours without MFA too. */
const LONGEST_SECONDS = 12 * 3600;
const LONGEST_WITH_MFA_SECONDS = 36 * 3600;

/** A user's own keys, with what was said about its sessions. */
export interface OwnKeys {
	readonly keys: AwsCredentials;
	/** Whether they are in the configuration: else in the keyring. */
	readonly isConfigured: boolean;
	/** The MFA device; undefined for sessions without. */
	readonly device: string | undefined;
	/** How long a session is to last, as it was written. */
	readonly duration: string | undefined;
}

/**
 * @returns the keys of a session, with the region and, where the device tells it, the account
 * @throws AuthError `denied` for keys or a code that AWS refuses; PersonNeededError where nobody can be asked for a code; the
 *   signal's reason when it is aborted
 */
export async function sessionOf(own: OwnKeys, identity: Identity<Config>, run: Run): Promise<AwsCredentials> {
	const { region = DEFAULT_REGION } = identity.config.credentials ?? {};
	const caller: StsCaller = {
		ctx: run.ctx,
		signal: run.signal,
		region,
		endpoint: endpointOf(identity.config),
		credentials: own.keys,
	};
	const seconds = secondsOf(own, identity, run.ctx);
	const { device } = own;
	const keys =
		device === undefined
			? await session({ caller, own, identity, run }, { seconds })
			: await sessionWithMfa({ caller, own, identity, run }, { seconds, device });
	return { ...keys, region, accountId: accountIn(device) };
}

interface Doing {
	readonly caller: StsCaller;
	readonly own: OwnKeys;
	readonly identity: Identity<Config>;
	readonly run: Run;
}

function secondsOf({ device, duration: text }: OwnKeys, { name }: Identity, ctx: AuthContext): number {
	const ms = durationMs(text ?? "");
	if (ms === undefined) return DEFAULT_SECONDS;
	const longest = device === undefined ? LONGEST_SECONDS : LONGEST_WITH_MFA_SECONDS;
	const wanted = Math.round(ms / 1000);
	const seconds = Math.min(Math.max(wanted, SHORTEST_SECONDS), longest);
	if (seconds !== wanted) {
		const given = seconds === SHORTEST_SECONDS ? "15m" : `${seconds / 3600}h`;
		const limits = `a user's session lasts from 15m to ${LONGEST_SECONDS / 3600}h, with MFA to ${LONGEST_WITH_MFA_SECONDS / 3600}h`;
		ctx.log.warn(`session.duration of "${sanitize(name)}" is ${text}; ${given} is used: ${limits}`);
	}
	return seconds;
}

async function session({ caller, own, identity, run }: Doing, wanted: SessionTokenRequest) {
	run.interaction.status("requesting a session");
	try {
		return await getSessionToken(caller, wanted);
	} catch (error) {
		run.signal.throwIfAborted();
		const { explained } = await import("./errors.ts");
		throw explained(error, identity, own, caller);
	}
}

async function sessionWithMfa(
	doing: Doing,
	{ seconds, device }: { readonly seconds: number; readonly device: string },
): Promise<AwsCredentials> {
	const { withMfaCode } = await import("../mfa.ts");
	const question = { name: doing.identity.name, device, setting: deviceSetting(doing.own) };
	return withMfaCode(question, doing.run, (mfa) => session(doing, { seconds, mfa }));
}

/** What names the MFA device, as sentences have it. */
export const deviceSetting = ({ isConfigured }: OwnKeys): string =>
	isConfigured ? "`credentials.mfa_arn`" : "MFA device";
