/** Text by its meaning, and a line of the screen. */
import { Text } from "ink";
import type { ReactNode } from "react";
import { TONES, type Tone } from "./theme.ts";

export interface ToneProps {
	readonly tone?: Tone;
	readonly strong?: boolean;
	readonly children?: ReactNode;
}

/** A piece of a line. */
export function T({ tone = "plain", strong = false, children }: ToneProps): ReactNode {
	return (
		<Text {...TONES[tone]} {...(strong ? { bold: true } : {})}>
			{children}
		</Text>
	);
}

/** One row of the screen, whatever is in it. */
export function Line({ children }: { readonly children?: ReactNode }): ReactNode {
	return <Text wrap="truncate-end">{children ?? " "}</Text>;
}
