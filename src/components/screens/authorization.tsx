/** A page on which a person signs in: it returns to this machine by itself, or shows something that is pasted here. */
import type { ReactNode } from "react";
import type { AuthorizationPrompt } from "../../auth/interaction.ts";
import type { LoginSnapshot, StepId } from "../../flows/snapshot.ts";
import { counted } from "../../output/counted.ts";
import { hasLink, takesPaste } from "../keys/shown.ts";
import type { Binding } from "../keys/table.ts";
import { type TextEntry, useLength } from "../keys/text-entry.ts";
import {
	type LinkLayout,
	PageScreen,
	paragraph,
	statusLines,
	statusOf,
	useLinkLayout,
	useOutcome,
} from "../page-layout.tsx";
import { pageNotice, pageTask, pasteTask, wayText } from "../page-words.ts";
import { fitSegments, Segments } from "../segments.tsx";
import type { Block } from "../stack.ts";
import { Line } from "../styled.tsx";
import { chop, clean } from "../text.ts";
import type { Symbols } from "../theme.ts";
import { type UiContext, useUi } from "../ui-context.ts";

export interface AuthorizationProps {
	readonly snapshot: LoginSnapshot;
	/** Who asks. */
	readonly step: StepId;
	readonly prompt: AuthorizationPrompt;
	readonly entry: TextEntry;
	readonly keys: readonly Binding[];
}

export function Authorization({ snapshot, step, prompt, entry, keys }: AuthorizationProps): ReactNode {
	const { symbols, hostname, forwarding } = useUi();
	const length = useLength(entry);
	const outcome = useOutcome(prompt.url);
	// On another machine's screen the page would return to that machine, or show what has to be pasted here.
	const layout = useLinkLayout(prompt.url, false);
	const pastes = takesPaste(prompt);
	const why = wayText(prompt.ways);
	const waiting = pastes
		? "waiting for what the page shows"
		: `waiting for you in the ${prompt.opensItself ? "window" : "browser"}`;
	const status =
		prompt.waitingForPid === undefined
			? statusOf(snapshot, step, waiting) + outcome
			: `waiting for process ${prompt.waitingForPid}, which opened this page`;
	const before: Block<ReactNode>[] = [{ priority: 95, lines: paragraph(pageTask(prompt), layout, { strong: true }) }];
	const after: Block<ReactNode>[] = [
		...(pastes ? [{ priority: 100, gap: true, lines: pasteLines(prompt, length, layout, symbols) }] : []),
		...returnBlocks(prompt, layout, forwarding),
		{ priority: 35, gap: true, lines: paragraph(pageNotice(prompt, hostname), layout, { tone: "muted" }) },
		{ priority: 30, gap: true, lines: why === undefined ? [] : paragraph(why, layout, { tone: "muted" }) },
		{ priority: 50, gap: true, lines: statusLines(status, prompt.startedAt, layout, symbols.ellipsis) },
	];
	return (
		<PageScreen
			snapshot={snapshot}
			step={step}
			prompt={prompt}
			layout={layout}
			expires="page"
			before={before}
			after={after}
			link={hasLink(prompt)}
			shortens
			keys={keys}
		/>
	);
}

/** What is to be pasted, and how much of it there is: never what it is. */
function pasteLines(prompt: AuthorizationPrompt, length: number, layout: LinkLayout, symbols: Symbols): ReactNode[] {
	const { inset, column } = layout;
	const problem = prompt.paste?.problem;
	return [
		...(problem === undefined || length > 0 ? [] : paragraph(clean(problem), layout, { tone: "soon" })),
		...paragraph(pasteTask(prompt), layout, { strong: true }),
		<Line key="pasted">
			{" ".repeat(inset)}
			<Segments
				of={fitSegments(
					[
						{ text: `${symbols.pointer} `, tone: "accent" },
						length === 0
							? { text: `${symbols.cursor}nothing yet`, tone: "muted" }
							: { text: counted(length, "character"), tone: "accent", strong: true },
						...(length === 0 ? [] : [{ text: symbols.cursor, tone: "accent" } as const]),
					],
					column,
					symbols.ellipsis,
				)}
			/>
		</Line>,
	];
}

/** How the page gets back to this machine: by itself, or by a command that is ready to be copied. */
function returnBlocks(
	prompt: AuthorizationPrompt,
	layout: LinkLayout,
	forwarding: UiContext["forwarding"],
): Block<ReactNode>[] {
	const { callbackPort, waitingForPid } = prompt;
	if (callbackPort === undefined || waitingForPid !== undefined) return [];
	const forward = forwarding(callbackPort);
	if (forward === undefined) {
		const text = `The page comes back to this terminal by itself, through port ${callbackPort}.`;
		return [{ priority: 33, gap: true, lines: paragraph(text, layout, { tone: "muted" }) }];
	}
	return [
		{
			priority: 80,
			gap: true,
			lines: [
				...paragraph(forward.why, layout),
				// Cut without regard to words, and with nothing between the pieces but the end of a line.
				...chop(forward.command, layout.column).map((line) => (
					<Line key={line}>
						{" ".repeat(layout.inset)}
						<Segments of={[{ text: line, tone: "accent", strong: true }]} />
					</Line>
				)),
			],
		},
	];
}
