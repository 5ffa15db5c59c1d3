/** The one place that knows which spinner is used, and when there is none. */

import { Text } from "ink";
import InkSpinner from "ink-spinner";
import type { ReactNode } from "react";
import { useTime } from "./clock.ts";
import { Styled } from "./styled.tsx";
import { UNICODE } from "./theme.ts";
import { useUi } from "./ui-context.ts";

const DOTS = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const STROKES = ["-", "\\", "|", "/"];
/** A wait that is longer than this is a long one. */
const LIVELY_MS = 12_000;

/** Moves with the shared clock and costs no frames of its own. */
function CalmSpinner({ frames }: { readonly frames: readonly string[] }): ReactNode {
	return <Styled tone="accent">{useTime((now) => frames[Math.floor(now / 1_000) % frames.length] ?? "")}</Styled>;
}

export interface SpinnerProps {
	/** When the wait began, in milliseconds since the epoch, for waits that may be long: they become calm. */
	readonly since?: number | undefined;
}

/** One column that says "at work", without moving for those whom motion disturbs. */
export function Spinner({ since }: SpinnerProps): ReactNode {
	const { symbols, motion, colour } = useUi();
	const long = useTime((now) => since !== undefined && now - since > LIVELY_MS);
	const unicode = symbols === UNICODE;
	if (!motion) return <Styled tone="accent">{symbols.ellipsis}</Styled>;
	if (long) return <CalmSpinner frames={unicode ? DOTS : STROKES} />;
	return (
		<Text {...(colour ? { color: "cyan" } : {})}>
			<InkSpinner type={unicode ? "dots" : "line"} />
		</Text>
	);
}
