/** The face without a screen: one line an event, each with a prefix that stays, on stderr. */
import type { Clock } from "../auth/context.ts";
import type { LoginHandle, LoginSnapshot } from "../flows/snapshot.ts";
import { answerQuestions, type LineInput } from "./ask-line.ts";
import { shortDuration, utcTime } from "./duration.ts";
import type { LoginEvent } from "./events.ts";
import type { EndingOptions } from "./exit-code.ts";
import { follow } from "./follow.ts";
import type { Forwarding } from "./forwarding.ts";
import { goneText } from "./gone.ts";
import type { OpenedPages } from "./opened-pages.ts";
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
	/** How a page gets back to a port of this machine; undefined, or left out, where it does by itself. */
	readonly forwarding?: ((port: number) => Forwarding | undefined) | undefined;
	/** What came of the pages that were opened. */
	readonly pages?: OpenedPages | undefined;
	/** Says by which signal it was cancelled. */
	readonly ending?: EndingOptions | undefined;
}

/** Follows a login to its end. What it has come to is said by `endingLines`. @returns the last snapshot */
export async function runPlain(options: PlainOptions): Promise<LoginSnapshot> {
	const { clock, printer, login, input, forwarding, pages } = options;
	let progressed = Number.NEGATIVE_INFINITY;
	const following = follow(options, (event) => {
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
		printer.print(plainLines(event, now, printer.style, forwarding));
	});
	// After the lines that say what the question is about.
	const stopAnswering = input === undefined ? () => undefined : answerQuestions(login, printer, input);
	const stopTelling = pages?.subscribe((_, outcome) => printer.print([`approve: ${outcome}`]));
	const last = await following;
	stopAnswering();
	stopTelling?.();
	return last;
}

/** @returns the lines of one event; none for what the summary says at the end */
export function plainLines(
	event: LoginEvent,
	now: number,
	style: Style,
	forwarding?: PlainOptions["forwarding"],
): string[] {
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
				...pageLines(event, style),
				...returnLines(event, style, forwarding),
				...wayLines(event),
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

type Approval = Extract<LoginEvent, { readonly type: "approval.required" }>;

/** What to open, and what it has to show. */
function pageLines(event: Approval, style: Style): string[] {
	const { provider, portal, code, waitingForPid } = event;
	if (event.opensItself) return [`approve: sign in to ${provider} (${portal}) in the window that has opened`];
	return [
		waitingForPid === undefined
			? `approve: sign in to ${provider} (${portal}): open this page in a browser`
			: `approve: process ${waitingForPid} is already signing in to ${provider} (${portal}): open its page in a browser`,
		// Alone on its line, so that every terminal sees where it ends.
		style.paint("link", event.url),
		...(code === undefined
			? []
			: [
					`approve: code ${style.paint("bold", code)} (a device code, not an MFA code): approve only if the page shows exactly this`,
				]),
	];
}

/** Where the page goes when somebody has signed in there. */
function returnLines({ callbackPort }: Approval, style: Style, forwarding: PlainOptions["forwarding"]): string[] {
	if (callbackPort === undefined) return [];
	const forward = forwarding?.(callbackPort);
	if (forward === undefined) return [`approve: the page returns to this machine by itself (port ${callbackPort})`];
	return [`approve: ${forward.why}`, style.paint("bold", forward.command)];
}

/** Why it is signed in to in this way, and how another one is taken. */
function wayLines({ flow, why, flows = [] }: Approval): string[] {
	return [
		...(why === undefined ? [] : [`approve: --flow ${flow} was taken: ${why}`]),
		...flows.map((other) => `approve: or --flow ${other.flow}: ${other.label}`),
	];
}

const left = (expiresAt: string, now: number): string => shortDuration(Date.parse(expiresAt) - now);

function until(expiresAt: string | undefined, now: number): string {
	return expiresAt === undefined ? "" : ` (${left(expiresAt, now)} left)`;
}
