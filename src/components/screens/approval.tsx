/** The device code: what to open, what it must show, and how long it lasts. */
import type { ReactNode } from "react";
import type { DeviceCodePrompt } from "../../auth/interaction.ts";
import type { LoginSnapshot, StepId } from "../../flows/snapshot.ts";
import { approvalUrl } from "../../output/shown-page.ts";
import type { Binding } from "../keys/table.ts";
import { PageScreen, paragraph, statusLines, statusOf, useLinkLayout, useOutcome } from "../page-layout.tsx";
import { notice, wayText } from "../page-words.ts";
import type { Block } from "../stack.ts";
import { Line, Styled } from "../styled.tsx";
import { clean, graphemes, truncate, widthOf } from "../text.ts";
import { useUi } from "../ui-context.ts";

/** `WDDD-HRQV` as `W  D  D  D  -  H  R  Q  V`, as far apart as the width allows. */
function spacedCode(code: string, width: number): string {
	const letters = graphemes(code);
	return ["  ", " "].map((space) => letters.join(space)).find((spaced) => widthOf(spaced) <= width) ?? code;
}

export interface ApprovalProps {
	readonly snapshot: LoginSnapshot;
	/** Who asks. */
	readonly step: StepId;
	readonly prompt: DeviceCodePrompt;
	readonly keys: readonly Binding[];
}

export function Approval({ snapshot, step, prompt, keys }: ApprovalProps): ReactNode {
	const { symbols, hostname } = useUi();
	const { ellipsis } = symbols;
	const url = approvalUrl(prompt);
	const outcome = useOutcome(url);
	const layout = useLinkLayout(url, true);
	const { inset, column, below } = layout;
	const place = below ? "the link below" : "this page";
	const ask =
		prompt.verificationUriComplete === undefined
			? `Open ${place} and enter this code${below ? "." : ":"}`
			: `Open ${place} and check that it shows exactly this code${below ? "." : ":"}`;
	const why = wayText(prompt.ways);
	const status =
		prompt.waitingForPid === undefined
			? statusOf(snapshot, step, "waiting for your approval in the browser") + outcome
			: `waiting for process ${prompt.waitingForPid}, which asked for this code`;
	const before: Block<ReactNode>[] = [
		{
			priority: 100,
			lines: [
				<Line key="code">
					{" ".repeat(inset)}
					<Styled tone="accent" strong>
						{truncate(spacedCode(clean(prompt.userCode), column), column, ellipsis)}
					</Styled>
				</Line>,
			],
		},
		{ priority: 40, gap: true, lines: paragraph(ask, layout) },
	];
	const after: Block<ReactNode>[] = [
		{ priority: 60, gap: true, lines: paragraph(notice(prompt, hostname), layout, { tone: "muted" }) },
		{ priority: 30, gap: true, lines: why === undefined ? [] : paragraph(why, layout, { tone: "muted" }) },
		{ priority: 50, gap: true, lines: statusLines(status, prompt.startedAt, layout, ellipsis) },
	];
	return (
		<PageScreen
			snapshot={snapshot}
			step={step}
			prompt={prompt}
			layout={layout}
			expires="code"
			before={before}
			after={after}
			link
			shortens={false}
			keys={keys}
		/>
	);
}
