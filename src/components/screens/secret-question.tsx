/** A question whose answer must not be seen, such as the passphrase of a key. */
import type { ReactNode } from "react";
import type { SecretPrompt } from "../../auth/interaction.ts";
import type { LoginSnapshot, StepId } from "../../flows/snapshot.ts";
import { counted } from "../../output/counted.ts";
import { Frame, usePage } from "../frame.tsx";
import { useKeys } from "../keys/dispatch.ts";
import { waitingFor } from "../keys/handlers.ts";
import { secretKeys } from "../keys/secret.ts";
import { createTextEntry, useLength } from "../keys/text-entry.ts";
import { fitSegments, type Segment, Segments } from "../segments.tsx";
import { type Block, stack } from "../stack.ts";
import { useOnce } from "../store.ts";
import { Line } from "../styled.tsx";
import { andMore, clean, wrap } from "../text.ts";
import { useUi } from "../ui-context.ts";

export interface SecretQuestionProps {
	readonly snapshot: LoginSnapshot;
	/** Who asks. */
	readonly step: StepId;
	readonly prompt: SecretPrompt;
}

export function SecretQuestion({ snapshot, step, prompt }: SecretQuestionProps): ReactNode {
	const { login, symbols } = useUi();
	const page = usePage(true);
	const entry = useOnce(createTextEntry);
	const length = useLength(entry);
	const keys = useKeys(secretKeys({ login, step, entry }));
	const inset = page.layout === "full" ? "  " : "";
	const room = Math.max(8, page.width - inset.length);
	const paragraph = (text: string, segment: Omit<Segment, "text">): Segment[][] =>
		wrap(clean(text), room).map((line) => [{ text: inset }, { text: line, ...segment }]);
	// A dot for each, as long as there is room for them.
	const dots = length <= room - 3 ? symbols.hidden.repeat(length) : counted(length, "character");
	const blocks: Block<Segment[]>[] = [
		{ priority: 80, lines: prompt.problem === undefined ? [] : paragraph(prompt.problem, { tone: "soon" }) },
		{
			priority: 100,
			gap: true,
			lines: [
				[
					{ text: `${inset}${symbols.pointer} `, tone: "accent" },
					{ text: dots, tone: "accent", strong: true },
					{ text: symbols.cursor, tone: "accent" },
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
