/** A question that is answered with a few digits, such as an MFA code. */
import type { ReactNode } from "react";
import type { CodePrompt } from "../../auth/interaction.ts";
import type { LoginSnapshot, StepId } from "../../flows/snapshot.ts";
import { Frame, usePage } from "../frame.tsx";
import { codeKeys, createCodeEntry } from "../keys/code-entry.ts";
import { useKeys } from "../keys/dispatch.ts";
import { waitingFor } from "../keys/handlers.ts";
import { fitSegments, type Segment, Segments } from "../segments.tsx";
import { type Block, stack } from "../stack.ts";
import { useOnce, useStore } from "../store.ts";
import { Line } from "../styled.tsx";
import { andMore, clean, widthOf, wrap } from "../text.ts";
import { useUi } from "../ui-context.ts";

export interface CodeQuestionProps {
	readonly snapshot: LoginSnapshot;
	/** Who asks. */
	readonly step: StepId;
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
	const { login, symbols } = useUi();
	const page = usePage(true);
	const entry = useOnce(() => createCodeEntry(prompt.digits));
	const typed = useStore(entry);
	const keys = useKeys(codeKeys({ login, step, entry, digits: prompt.digits }));
	const inset = page.layout === "full" ? "  " : "";
	const room = Math.max(8, page.width - inset.length);
	const paragraph = (text: string, segment: Omit<Segment, "text">): Segment[][] =>
		wrap(clean(text), room).map((line) => [{ text: inset }, { text: line, ...segment }]);
	const blocks: Block<Segment[]>[] = [
		{ priority: 80, lines: prompt.problem === undefined ? [] : paragraph(prompt.problem, { tone: "soon" }) },
		{
			priority: 100,
			gap: true,
			lines: [
				[
					{ text: inset + LABEL },
					{
						text: places(typed, prompt.digits, room - LABEL.length),
						tone: typed === "" ? "muted" : "accent",
						strong: true,
					},
				],
			],
		},
		{ priority: 60, gap: true, lines: paragraph(prompt.source, { tone: "muted" }) },
	];
	const names = waitingFor(snapshot, step).map(({ name }) => clean(name));
	return (
		<Frame
			title={[{ text: clean(prompt.question), strong: true }]}
			subtitle={[{ text: names.length === 0 ? "" : `for ${andMore(names)}`, tone: "muted" }]}
			keys={keys}
		>
			{stack(blocks, page.bodyHeight).map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
				<Line key={index}>
					{line === undefined ? " " : <Segments of={fitSegments(line, page.width, symbols.ellipsis)} />}
				</Line>
			))}
		</Frame>
	);
}
