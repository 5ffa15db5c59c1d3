/** The page that is before a person, and what an event says of it. */
import type { AuthorizationPrompt, Prompt, Shown } from "../auth/interaction.ts";
import type { Asked, LoginSnapshot } from "../flows/snapshot.ts";

/** A page on which a person signs in, with or without a code to compare. */
export type ShownPage = Shown;

/** @returns the page that is before a person now; the first of several */
export function shownPage({ prompts }: LoginSnapshot): ShownPage | undefined {
	const [first] = prompts.flatMap(({ prompt }) => (isPage(prompt) ? [prompt] : []));
	return first;
}

export function isPage(prompt: Prompt | undefined): prompt is ShownPage {
	return prompt?.type === "device-code" || prompt?.type === "authorization";
}

/** The page to open: with the code in it, where the service gives such a one. */
export function approvalUrl(prompt: ShownPage): string {
	if (prompt.type === "authorization") return prompt.url;
	return prompt.verificationUriComplete ?? prompt.verificationUri;
}

/** Tells approvals apart: also one from the next, should a service give the same code again. */
export function approvalKey({ step, prompt }: Asked): string {
	if (!isPage(prompt)) return "";
	return `${step} ${prompt.type === "device-code" ? prompt.userCode : prompt.url} ${prompt.startedAt}`;
}

/** What `approval.required` says of a page; whom it is for is said beside it. */
export function pageFields(prompt: ShownPage) {
	return {
		provider: prompt.provider,
		portal: prompt.portal,
		...(prompt.type === "device-code" ? { code: prompt.userCode } : {}),
		url: approvalUrl(prompt),
		...(prompt.type === "device-code" ? { plainUrl: prompt.verificationUri } : returnOf(prompt)),
		...(prompt.waitingForPid === undefined ? {} : { waitingForPid: prompt.waitingForPid }),
		...waysOf(prompt),
	};
}

/** How what the page gives comes back. */
function returnOf({ callbackPort, paste, opensItself }: AuthorizationPrompt) {
	return {
		...(callbackPort === undefined ? {} : { callbackPort }),
		...(paste === undefined ? {} : { paste: paste.label }),
		...(opensItself === true ? { opensItself } : {}),
	};
}

function waysOf({ ways }: ShownPage) {
	if (ways === undefined) return {};
	return {
		flow: ways.taken.flow,
		why: ways.why,
		flows: ways.others.map(({ flow, label }) => ({ flow, label })),
	};
}
