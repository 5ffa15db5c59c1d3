/** Painted text, and a line of the screen. */
import { Text } from "ink";
import type { ReactNode } from "react";
import type { Tone } from "./theme.ts";
import { useUi } from "./ui-context.ts";

export interface ToneProps {
	readonly tone?: Tone;
	readonly strong?: boolean;
	readonly children: string | readonly string[];
}

/** A piece of a line. */
export function Styled({ tone, strong, children }: ToneProps): ReactNode {
	const { paint } = useUi();
	return paint(typeof children === "string" ? children : children.join(""), tone, strong);
}

/** One row of the screen, whatever is in it. */
export function Line({ children }: { readonly children?: ReactNode }): ReactNode {
	return <Text wrap="truncate-end">{children ?? " "}</Text>;
}
