/** The page of a question that is answered in one line: what was wrong, the line, and what it belongs to. */
import type { ReactNode } from "react";
import type { CodePrompt, SecretPrompt } from "../../auth/interaction.ts";
import type { LoginSnapshot, StepId } from "../../flows/snapshot.ts";
import { Frame, usePage } from "../frame.tsx";
import { type KeySource, useKeys } from "../keys/dispatch.ts";
import { waitingFor } from "../keys/handlers.ts";
import { fitSegments, type Segment, Segments } from "../segments.tsx";
import { type Block, stack } from "../stack.ts";
import { Line } from "../styled.tsx";
import { andMore, clean, wrap } from "../text.ts";
import { useUi } from "../ui-context.ts";

export interface QuestionPageProps {
	readonly snapshot: LoginSnapshot;
	/** Who asks. */
	readonly step: StepId;
	readonly prompt: CodePrompt | SecretPrompt;
	readonly keys: KeySource;
	/** What to do, in a sentence. */
	readonly help?: string | undefined;
	/** The line that is being typed, in so many columns. */
	line(columns: number): readonly Segment[];
}

export function QuestionPage({ snapshot, step, prompt, keys: source, help, line }: QuestionPageProps): ReactNode {
	const { symbols } = useUi();
	const page = usePage(true);
	const keys = useKeys(source);
	const inset = page.layout === "full" ? "  " : "";
	const room = Math.max(8, page.width - inset.length);
	const paragraph = (text: string, segment: Omit<Segment, "text">): Segment[][] =>
		wrap(clean(text), room).map((words) => [{ text: inset }, { text: words, ...segment }]);
	const blocks: Block<Segment[]>[] = [
		{ priority: 80, lines: prompt.problem === undefined ? [] : paragraph(prompt.problem, { tone: "soon" }) },
		{ priority: 100, gap: true, lines: [[{ text: inset }, ...line(room)]] },
		{ priority: 60, gap: true, lines: paragraph(prompt.source, { tone: "muted" }) },
		{ priority: 40, gap: true, lines: help === undefined ? [] : paragraph(help, { tone: "muted" }) },
	];
	const question = clean(prompt.question);
	// Most questions name who waits for them.
	const names = waitingFor(snapshot, step)
		.map(({ name }) => clean(name))
		.filter((name) => !question.includes(name));
	return (
		<Frame
			title={[{ text: question, strong: true }]}
			subtitle={[{ text: names.length === 0 ? "" : `for ${andMore(names)}`, tone: "muted" }]}
			keys={keys}
		>
			{stack(blocks, page.bodyHeight).map((segments, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
				<Line key={index}>
					{segments === undefined ? " " : <Segments of={fitSegments(segments, page.width, symbols.ellipsis)} />}
				</Line>
			))}
		</Frame>
	);
}
