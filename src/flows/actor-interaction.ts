/** How a running step asks and tells: as reports to the machine. */
import type { ChoicePrompt, Interaction } from "../auth/interaction.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import type { Progress } from "../auth/system/time-limit.ts";
import type { Report } from "./login-data.ts";

/**
 * @param options.signal the actor's
 * @param options.prompts false for a step beside the main line, which must not ask
 */
export function actorInteraction(options: {
	readonly signal: AbortSignal;
	readonly canChoose: boolean;
	readonly prompts: boolean;
	/** Of the limit that the step is under: whatever it tells is news, and while it asks, a person is waited for. */
	readonly progress?: Progress | undefined;
	report(report: Report): void;
}): Interaction {
	const { signal, prompts, progress, report } = options;
	return {
		canChoose: options.canChoose && prompts,
		prompt: (prompt) => {
			progress?.hold(prompt !== undefined);
			if (prompts) report({ type: "PROMPT", prompt });
		},
		status: (text) => {
			progress?.heard();
			if (prompts) report({ type: "STATUS", text: sanitize(text) });
		},
		discovery: (found) => report({ type: "DISCOVERY_PROGRESS", progress: found }),
		choose: (prompt, given) => {
			progress?.hold(true);
			return ask(prompt, AbortSignal.any([signal, given]), report).finally(() => progress?.hold(false));
		},
	};
}

function ask(prompt: ChoicePrompt, signal: AbortSignal, report: (event: Report) => void): Promise<string> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) {
			reject(signal.reason);
			return;
		}
		const abort = (): void => {
			report({ type: "PROMPT", prompt: undefined });
			reject(signal.reason);
		};
		signal.addEventListener("abort", abort, { once: true });
		report({
			type: "ASK",
			prompt,
			answer: (value) => {
				signal.removeEventListener("abort", abort);
				report({ type: "PROMPT", prompt: undefined });
				resolve(value);
			},
		});
	});
}
