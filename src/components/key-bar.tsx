/** The last line: the keys that work now. */
import type { ReactNode } from "react";
import { type Binding, shownKey } from "./keys/table.ts";
import { type Segment, Segments, widthOfSegments } from "./segments.tsx";
import { Line } from "./styled.tsx";
import type { Symbols } from "./theme.ts";
import { useUi } from "./ui-context.ts";

/** What may go last when there is little room: how to get out, and how to find the rest. */
const ESSENTIAL = new Set(["quit", "cancel", "back", "done", "help", "plainLink", "retry"]);

function item(binding: Binding, symbols: Symbols): Segment[] {
	return [
		{ text: shownKey(binding, symbols), tone: "accent" },
		{ text: ` ${binding.label}`, tone: "muted" },
	];
}

/** The bindings with a label that fit: arrows go without saying, then those at the end make room, but for the essential ones. */
export function fittingBindings(bindings: readonly Binding[], width: number, symbols: Symbols): Binding[] {
	const kept = bindings.filter(({ label }) => label !== undefined);
	const taken = (): number => kept.reduce((sum, binding) => sum + widthOfSegments(item(binding, symbols)) + 3, -3);
	while (kept.length > 1 && taken() > width) {
		const arrows = kept.findIndex(({ command }) => command === "move");
		const last = kept.findLastIndex(({ command }) => !ESSENTIAL.has(command));
		kept.splice(arrows !== -1 ? arrows : Math.max(0, last), 1);
	}
	return kept;
}

export function KeyBar({
	bindings,
	width,
}: {
	readonly bindings: readonly Binding[];
	readonly width: number;
}): ReactNode {
	const { symbols } = useUi();
	const segments = fittingBindings(bindings, width, symbols).flatMap((binding, index) => [
		...(index > 0 ? [{ text: ` ${symbols.dot} `, tone: "muted" } as const] : []),
		...item(binding, symbols),
	]);
	return (
		<Line>
			<Segments of={segments} />
		</Line>
	);
}
