/** How a running step asks and tells: as reports to the machine. */
import type { ChoicePrompt, Interaction } from "../auth/interaction.ts";
import { sanitize } from "../auth/sanitize.ts";
import type { Report } from "./login-data.ts";

/**
 * @param options.signal the actor's
 * @param options.prompts false for a step beside the main line, which must not ask
 */
export function actorInteraction(options: {
	readonly signal: AbortSignal;
	readonly canChoose: boolean;
	readonly prompts: boolean;
	report(report: Report): void;
}): Interaction {
	const { signal, prompts, report } = options;
	return {
		canChoose: options.canChoose && prompts,
		prompt: (prompt) => {
			if (prompts) report({ type: "PROMPT", prompt });
		},
		status: (text) => {
			if (prompts) report({ type: "STATUS", text: sanitize(text) });
		},
		provision: (progress) => report({ type: "PROVISION_PROGRESS", progress }),
		choose: (prompt, given) => ask(prompt, AbortSignal.any([signal, given]), report),
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
