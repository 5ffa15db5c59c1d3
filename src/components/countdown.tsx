/** How long a page or a code is still good for, at the right end of the title. */
import type { ReactNode } from "react";
import { useTime } from "./clock.ts";
import { type Span, shareLeft, timeLeft, URGENCY_TONES, urgencyOf } from "./lifetime.ts";
import { barParts } from "./lifetime-bar.tsx";
import { Styled } from "./styled.tsx";
import { truncate, widthOf } from "./text.ts";
import { useUi } from "./ui-context.ts";

/** Columns of the longest time, `59m 59s`. */
const TIME = 7;
const BAR = 10;

interface CountdownProps {
	readonly span: Span;
	/** What runs out, such as "code"; left out where the page has little room. */
	readonly what: string;
	/** With a bar, and more words. */
	readonly wide: boolean;
}

const labelOf = ({ what, wide }: Pick<CountdownProps, "what" | "wide">): string =>
	`${wide ? `${what} ` : ""}expires in `;

function Countdown({ span, what, wide }: CountdownProps): ReactNode {
	const { symbols, motion } = useUi();
	const urgency = useTime((now) => urgencyOf(span, now));
	const halves = useTime((now) => Math.round((shareLeft(span, now) ?? 0) * BAR * 2));
	const left = useTime((now) => timeLeft(span, now, { from: Number.POSITIVE_INFINITY, coarse: !motion }));
	const parts = barParts(halves / (BAR * 2), BAR, symbols);
	const tone = URGENCY_TONES[urgency];
	return (
		<>
			{" ".repeat(Math.max(0, TIME - widthOf(left)))}
			{wide && (
				<>
					<Styled tone={tone}>{parts.left}</Styled>
					<Styled tone="muted">{parts.gone} </Styled>
				</>
			)}
			<Styled tone="muted">{labelOf({ what, wide })}</Styled>
			<Styled tone={urgency === "good" ? "plain" : tone} strong={urgency !== "good"}>
				{truncate(left, TIME)}
			</Styled>
		</>
	);
}

/** As a frame has it at its right end. */
export function countdownOf(props: CountdownProps): { readonly width: number; readonly node: ReactNode } {
	return {
		width: (props.wide ? BAR + 1 : 0) + labelOf(props).length + TIME,
		node: <Countdown {...props} />,
	};
}
