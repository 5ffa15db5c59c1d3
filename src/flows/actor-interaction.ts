/** How a running step asks and tells: as reports to the machine. */
import {
	type BrowserChoice,
	type Interaction,
	type Prompt,
	type Reach,
	type Response,
	reaches,
	type Shown,
} from "../auth/interaction.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import type { Progress } from "../auth/system/time-limit.ts";
import type { Report } from "./login-data.ts";
import type { StepId } from "./snapshot.ts";

/**
 * @param options.signal the actor's
 * @param options.reach `nobody` for a step beside the main line, which must not ask
 */
export function actorInteraction(options: {
	readonly step: StepId;
	readonly signal: AbortSignal;
	readonly reach: Reach;
	/** Of the limit that the step is under: whatever it tells is news, and while it asks, a person is waited for. */
	readonly progress?: Progress | undefined;
	/** The browser that a person wants for a portal, in place of the configuration's. */
	readonly browserFor?: ((portal: string) => BrowserChoice | undefined) | undefined;
	report(report: Report): void;
}): Interaction {
	const { step, signal, reach, progress, browserFor, report } = options;
	const inBrowser = <Some extends Shown>(shown: Some): Some => {
		const browser = browserFor?.(shown.portal);
		return browser === undefined ? shown : { ...shown, browser };
	};
	return {
		reach,
		show: (prompt) => {
			progress?.hold(prompt !== undefined);
			if (prompt === undefined || reaches({ reach }, prompt.type)) {
				report({ type: "SHOW", step, prompt: prompt && inBrowser(prompt) });
			}
		},
		status: (text) => {
			progress?.heard();
			report({ type: "STATUS", step, text: sanitize(text) });
		},
		progress: (found) => report({ type: "PROGRESS", progress: found }),
		ask: async (prompt, given) => {
			if (!reaches({ reach }, prompt.type)) throw new Error(`there is nobody to answer: ${prompt.question}`);
			const response = await open(prompt, given);
			if (response.type !== "text") throw new Error(`a question was answered with ${response.type}`);
			return response.value;
		},
		offer: async (prompt, given) => {
			if (!reaches({ reach }, prompt.type)) throw new Error(`there is nobody to show it to: ${prompt.provider}`);
			return open(inBrowser(prompt), given);
		},
	};

	async function open(prompt: Prompt, given: AbortSignal): Promise<Response> {
		progress?.hold(true);
		try {
			return await responseTo(step, prompt, AbortSignal.any([signal, given]), report);
		} finally {
			progress?.hold(false);
		}
	}
}

function responseTo(
	step: StepId,
	prompt: Prompt,
	signal: AbortSignal,
	report: (event: Report) => void,
): Promise<Response> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) {
			reject(signal.reason);
			return;
		}
		const abort = (): void => {
			report({ type: "ASKED", step });
			reject(signal.reason);
		};
		signal.addEventListener("abort", abort, { once: true });
		report({
			type: "ASK",
			step,
			prompt,
			respond: (response) => {
				signal.removeEventListener("abort", abort);
				report({ type: "ASKED", step });
				resolve(response);
			},
		});
	});
}
