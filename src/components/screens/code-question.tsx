/** A question that is answered with a few digits, such as an MFA code. */
import type { ReactNode } from "react";
import type { CodePrompt } from "../../auth/interaction.ts";
import { codeKeys, createCodeEntry } from "../keys/code-entry.ts";
import { useOnce, useStore } from "../store.ts";
import { widthOf } from "../text.ts";
import { useUi } from "../ui-context.ts";
import { QuestionPage, type QuestionPageProps } from "./question-page.tsx";

export interface CodeQuestionProps extends Pick<QuestionPageProps, "snapshot" | "step"> {
	readonly prompt: CodePrompt;
}

const LABEL = "Code  ";

/** What was typed, and places for the rest, apart where the width allows. */
function places(typed: string, digits: number, width: number): string {
	const all = [...typed.padEnd(digits, "_")];
	const apart = all.join(" ");
	return widthOf(apart) <= width ? apart : all.join("");
}

export function CodeQuestion({ snapshot, step, prompt }: CodeQuestionProps): ReactNode {
	const { login } = useUi();
	const { digits } = prompt;
	const entry = useOnce(() => createCodeEntry(digits));
	const typed = useStore(entry);
	return (
		<QuestionPage
			snapshot={snapshot}
			step={step}
			prompt={prompt}
			keys={codeKeys({ login, step, entry, digits })}
			help={`Type the ${digits} digits that it shows: they are sent by themselves.`}
			line={(columns) => [
				{ text: LABEL },
				{
					text: places(typed, digits, columns - LABEL.length),
					tone: typed === "" ? "muted" : "accent",
					strong: true,
				},
			]}
		/>
	);
}
