/** The face without a screen: one line an event, each with a prefix that stays, on stderr. */
import type { Clock } from "../auth/context.ts";
import type { LoginHandle, LoginSnapshot } from "../flows/snapshot.ts";
import { answerQuestions, type LineInput } from "./ask-line.ts";
import { shortDuration, utcTime } from "./duration.ts";
import type { LoginEvent } from "./events.ts";
import type { EndingOptions } from "./exit-code.ts";
import { follow } from "./follow.ts";
import { goneText } from "./gone.ts";
import type { Printer } from "./printer.ts";
import type { Style } from "./style.ts";

/** Hundreds of accounts do not become hundreds of lines, in milliseconds. */
const PROGRESS_EVERY_MS = 2_000;

export interface PlainOptions {
	readonly login: LoginHandle;
	readonly clock: Clock;
	readonly printer: Printer;
	/** Where questions are answered; nowhere, if left out. */
	readonly input?: LineInput | undefined;
	/** Says by which signal it was cancelled. */
	readonly ending?: EndingOptions | undefined;
}

/** Follows a login to its end. What it has come to is said by `endingLines`. @returns the last snapshot */
export async function runPlain(options: PlainOptions): Promise<LoginSnapshot> {
	const { clock, printer, login, input } = options;
	const stopAnswering = input === undefined ? () => undefined : answerQuestions(login, printer, input);
	let progressed = Number.NEGATIVE_INFINITY;
	const last = await follow(options, (event) => {
		const now = clock.now();
		if (event.type === "provision.progress") {
			const over = event.accountsDone === event.accountsTotal;
			if (
				!over &&
				event.failedAccounts.length === 0 &&
				event.gone === undefined &&
				now - progressed < PROGRESS_EVERY_MS
			)
				return;
			progressed = now;
		}
		printer.print(plainLines(event, now, printer.style));
	});
	stopAnswering();
	return last;
}

/** @returns the lines of one event; none for what the summary says at the end */
export function plainLines(event: LoginEvent, now: number, style: Style): string[] {
	switch (event.type) {
		case "login.started": {
			const profiles = event.profiles.length === 0 ? "" : ` (profile ${event.profiles.join(", ")})`;
			return event.project === "" ? [] : [`project: ${event.project}${profiles}`];
		}
		case "identity.selected":
			// One that is broken in itself has no chain.
			return [`login: ${event.chain.length === 0 ? event.target : event.chain.join(" → ")}`];
		case "approval.required":
			return [
				event.waitingForPid === undefined
					? `approve: sign in to ${event.provider} (${event.portal}): open this page in a browser`
					: `approve: process ${event.waitingForPid} is already signing in to ${event.provider} (${event.portal}): open its page in a browser`,
				// Alone on its line, so that every terminal sees where it ends.
				style.paint("link", event.url),
				`approve: code ${style.paint("bold", event.code)} (a device code, not an MFA code): approve only if the page shows exactly this`,
				`approve: expires ${utcTime(Date.parse(event.expiresAt))} (${left(event.expiresAt, now)})`,
			];
		case "approval.waiting":
			return [`approve: still waiting, ${left(event.expiresAt, now)} left`];
		case "login.waiting":
			return [`waiting: ${event.waitingFor}, ${event.seconds}s so far`];
		case "provider.signed-in":
			return [`provider: ${event.provider}: ${event.detail}${until(event.expiresAt, now)}`];
		case "identity.assumed":
			return [`identity: ${event.identity}: ${event.detail}${until(event.expiresAt, now)}`];
		case "link.failed":
			return [
				`${event.id.startsWith("provider:") ? "provider" : "identity"}: ${event.name}: failed: ${event.error.message}`,
			];
		case "provision.progress":
			return [
				`discover: ${event.accountsDone} of ${event.accountsTotal ?? "?"} accounts, ${event.identitiesTotal} identities`,
				...event.failedAccounts.map(({ account, message }) => `discover: ${account}: ${message}`),
				...(event.gone === undefined ? [] : [`discover: ${goneText(event.gone)}`]),
			];
		case "integration.started":
			return [`integration: ${event.integration}: started`];
		case "integration.ready":
			return [
				`integration: ${event.integration}: ${event.changed ? "ready" : "still valid"}${until(event.expiresAt, now)}`,
			];
		case "integration.failed":
			return [`integration: ${event.integration}: failed: ${event.error.message}`];
		case "warning":
			return [`${style.paint("soon", "warning:")} ${event.message}`];
		case "login.cancelled":
			return [event.reason === "user" ? "cancelled" : `cancelled: received ${event.reason}`];
		default:
			return [];
	}
}

const left = (expiresAt: string, now: number): string => shortDuration(Date.parse(expiresAt) - now);

function until(expiresAt: string | undefined, now: number): string {
	return expiresAt === undefined ? "" : ` (${left(expiresAt, now)} left)`;
}
