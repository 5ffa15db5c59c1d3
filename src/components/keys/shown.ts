/** What the screens do with their keys on which a person signs in on a page: a device code, or an authorization page. */
import { toErrorView } from "../../auth/errors.ts";
import type { Flow } from "../../auth/sign-in-ways.ts";
import type { LoginHandle, StepId } from "../../flows/snapshot.ts";
import { approvalUrl, isPage, type ShownPage } from "../../output/shown-page.ts";
import { clean } from "../text.ts";
import type { Actions } from "../ui-context.ts";
import type { KeySource } from "./dispatch.ts";
import { askedFirst } from "./handlers.ts";
import { submit } from "./secret.ts";
import type { Command, Handlers, ScreenName } from "./table.ts";
import { entryKeys, type TextEntry } from "./text-entry.ts";

export interface ShownKeys {
	readonly login: LoginHandle;
	readonly actions: Actions;
	notify(text: string): void;
	/** Aborted when the prompt that the actions are for is no longer shown. */
	readonly gone: AbortSignal;
	/** What is pasted, where something is. */
	readonly entry: TextEntry;
	/** Shows the menu of the other ways. */
	openWays(): void;
}

const WAYS: Readonly<Record<Flow, Command>> = {
	browser: "browserWay",
	"device-code": "deviceCodeWay",
	paste: "pasteWay",
};

/** Whether something is pasted on this screen. Letters are text there. */
export function takesPaste(prompt: ShownPage): boolean {
	return prompt.type === "authorization" && prompt.paste !== undefined && prompt.waitingForPid === undefined;
}

/** Whether its link is of any use to a person. */
export function hasLink(prompt: ShownPage): boolean {
	return prompt.type === "device-code" || prompt.opensItself !== true;
}

export function shownKeys(options: ShownKeys): KeySource {
	const { login, entry } = options;
	const shown = (): { readonly step: StepId; readonly prompt: ShownPage } | undefined => {
		const asked = askedFirst(login.snapshot());
		return asked !== undefined && isPage(asked.prompt) ? { step: asked.step, prompt: asked.prompt } : undefined;
	};
	const typing = entryKeys(entry);
	const canType = (): boolean => {
		const prompt = shown()?.prompt;
		return prompt !== undefined && takesPaste(prompt);
	};
	return {
		screen: () => screenOf(shown()?.prompt),
		handlers() {
			const now = shown();
			if (now === undefined) return {};
			const { choice } = login.snapshot();
			const cancel = (): void => login.send({ type: "CANCEL" });
			const value = entry.get().trim();
			return {
				...(takesPaste(now.prompt) && value !== "" ? { submit: () => submit(login, now.step, entry, value) } : {}),
				...linkHandlers(now.prompt, options),
				...wayHandlers(now.step, now.prompt, options),
				...(choice === undefined ? { cancel } : { back: () => login.send({ type: "BACK" }) }),
				quit: cancel,
			};
		},
		text(character) {
			if (canType()) typing.text(character);
		},
		edit(name) {
			if (canType()) typing.edit(name);
		},
		paste(text) {
			if (canType()) typing.paste(text);
		},
	};
}

function screenOf(prompt: ShownPage | undefined): ScreenName {
	if (prompt?.type !== "authorization") return "approval";
	return takesPaste(prompt) ? "paste" : "page";
}

function linkHandlers(prompt: ShownPage, { actions, notify, gone }: ShownKeys): Handlers {
	const note = (text: string): void => {
		if (!gone.aborted) notify(text);
	};
	const tell = (line: Promise<string>): void => {
		line.then(note, (error: unknown) => note(`that did not work: ${clean(toErrorView(error).message)}`));
	};
	if (!hasLink(prompt)) return {};
	const url = approvalUrl(prompt);
	return {
		...(prompt.type === "device-code" ? { copyCode: () => tell(actions.copy(prompt.userCode, "code")) } : {}),
		copyLink: () => tell(actions.copy(url, "link")),
		open: () => tell(actions.open(url, prompt.browser)),
		plainLink: () => actions.plainLink(url, gone),
	};
}

/** One other way is taken at once, and the key says which; of several one is chosen. */
function wayHandlers(step: StepId, { ways }: ShownPage, { login, openWays }: ShownKeys): Handlers {
	const [first, ...more] = ways?.others ?? [];
	if (first === undefined) return {};
	if (more.length > 0) return { ways: openWays };
	return { [WAYS[first.flow]]: () => login.send({ type: "CHANGE_WAY", step, flow: first.flow }) };
}
