/** A question whose answer must not be seen, such as the passphrase of a key. */
import type { ReactNode } from "react";
import type { SecretPrompt } from "../../auth/interaction.ts";
import { counted } from "../../output/counted.ts";
import { secretKeys } from "../keys/secret.ts";
import { createTextEntry, useLength } from "../keys/text-entry.ts";
import { useOnce } from "../store.ts";
import { useUi } from "../ui-context.ts";
import { QuestionPage, type QuestionPageProps } from "./question-page.tsx";

export interface SecretQuestionProps extends Pick<QuestionPageProps, "snapshot" | "step"> {
	readonly prompt: SecretPrompt;
}

export function SecretQuestion({ snapshot, step, prompt }: SecretQuestionProps): ReactNode {
	const { login, symbols } = useUi();
	const entry = useOnce(createTextEntry);
	const length = useLength(entry);
	return (
		<QuestionPage
			snapshot={snapshot}
			step={step}
			prompt={prompt}
			keys={secretKeys({ login, step, entry })}
			line={(columns) => [
				{ text: `${symbols.pointer} `, tone: "accent" },
				// A dot for each, as long as there is room for them.
				{
					text: length <= columns - 3 ? symbols.hidden.repeat(length) : counted(length, "character"),
					tone: "accent",
					strong: true,
				},
				{ text: symbols.cursor, tone: "accent" },
			]}
		/>
	);
}
