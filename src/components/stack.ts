/** What goes first when there is less room than there is to say. */

export interface Block<Line> {
	readonly lines: readonly Line[];
	/** The one with the lowest goes first. */
	readonly priority: number;
	/** An empty line above it, where there is room. */
	readonly gap?: boolean;
}

/**
 * Blocks one above the other in at most `height` lines: first without the empty lines from the bottom up, then without
 * the least important blocks. `undefined` stands for an empty line. A block is shown whole, but the last one left.
 */
export function stack<Line>(blocks: readonly Block<Line>[], height: number): (Line | undefined)[] {
	let kept = blocks.filter(({ lines }) => lines.length > 0);
	const content = (): number => kept.reduce((sum, { lines }) => sum + lines.length, 0);
	while (kept.length > 1 && content() > height) {
		const least = Math.min(...kept.map(({ priority }) => priority));
		const drop = kept.findLast(({ priority }) => priority === least);
		kept = kept.filter((block) => block !== drop);
	}
	let gaps = height - content();
	const lines: (Line | undefined)[] = [];
	for (const [index, block] of kept.entries()) {
		if (block.gap && index > 0 && gaps > 0) {
			lines.push(undefined);
			gaps--;
		}
		lines.push(...block.lines);
	}
	return lines.slice(0, Math.max(0, height));
}
