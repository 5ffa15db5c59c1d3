/** A question that is answered with a few digits, such as an MFA code. */
import type { ReactNode } from "react";
import type { CodePrompt } from "../../auth/interaction.ts";
import type { StepId } from "../../flows/snapshot.ts";
import { Frame, usePage } from "../frame.tsx";
import { codeKeys, createCodeEntry } from "../keys/code-entry.ts";
import { useKeys } from "../keys/dispatch.ts";
import { fitSegments, type Segment, Segments } from "../segments.tsx";
import { useOnce, useStore } from "../store.ts";
import { Line } from "../styled.tsx";
import { clean, wrap } from "../text.ts";
import { useUi } from "../ui-context.ts";

export interface CodeQuestionProps {
	readonly step: StepId;
	readonly prompt: CodePrompt;
	/** Who asks, for the line below the title. */
	readonly name: string;
}

export function CodeQuestion({ step, prompt, name }: CodeQuestionProps): ReactNode {
	const { login, symbols } = useUi();
	const page = usePage(true);
	const entry = useOnce(() => createCodeEntry(prompt.digits));
	const digits = useStore(entry);
	const keys = useKeys(codeKeys({ login, step, entry, digits: prompt.digits }));
	const inset = page.layout === "tiny" ? "" : "  ";
	const room = Math.max(8, page.width - inset.length);
	const places = [...digits.padEnd(prompt.digits, "_")].join(" ");
	const muted = (text: string): Segment[][] => wrap(text, room).map((line) => [{ text: inset + line, tone: "muted" }]);
	const problem = prompt.problem === undefined ? [] : wrap(clean(prompt.problem), room);
	const lines: Segment[][] = [
		...problem.map((line): Segment[] => [{ text: inset + line, tone: "soon" }]),
		...(problem.length > 0 ? [[]] : []),
		[{ text: `${inset}Code  ` }, { text: places, tone: digits === "" ? "muted" : "accent", strong: true }],
		[],
		...muted(clean(prompt.source)),
	];
	return (
		<Frame
			title={fitSegments([{ text: clean(prompt.question), strong: true }], page.width, symbols.ellipsis)}
			subtitle={[{ text: `for ${clean(name)}`, tone: "muted" }]}
			keys={keys}
		>
			{lines.slice(0, page.bodyHeight).map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
				<Line key={index}>
					<Segments of={fitSegments(line, page.width, symbols.ellipsis)} />
				</Line>
			))}
		</Frame>
	);
}
