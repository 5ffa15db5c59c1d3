/** Lines put together of short texts, each with its meaning, cut so that the line fits. */
import type { ReactNode } from "react";
import { Line } from "./styled.tsx";
import { graphemes, truncate, widthOf } from "./text.ts";
import type { Paint, Tone } from "./theme.ts";
import { useUi } from "./ui-context.ts";

export interface Segment {
	readonly text: string;
	readonly tone?: Tone;
	readonly strong?: boolean;
}

export function widthOfSegments(segments: readonly Segment[]): number {
	return segments.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** The segments that fit into `width` columns; the first that does not is cut, those after it are left out. */
export function fitSegments(segments: readonly Segment[], width: number, ellipsis: string): Segment[] {
	const kept: Segment[] = [];
	let left = width;
	for (const segment of segments) {
		const needed = widthOf(segment.text);
		if (needed > left) {
			if (left > 0) kept.push({ ...segment, text: truncate(segment.text, left, ellipsis) });
			break;
		}
		kept.push(segment);
		left -= needed;
	}
	return kept;
}

export function paintSegments(segments: readonly Segment[], paint: Paint): string {
	return segments.map(({ text, tone, strong }) => paint(text, tone, strong)).join("");
}

export function Segments({ of }: { readonly of: readonly Segment[] }): ReactNode {
	return paintSegments(of, useUi().paint);
}

export interface SplitProps {
	readonly width: number;
	readonly left: readonly Segment[];
	/** Ends at the right edge. Left out where the left side would not be readable beside it. */
	readonly right?: { readonly width: number; readonly node: ReactNode } | undefined;
	readonly ellipsis: string;
}

/** Least columns that a left side keeps beside a right one. */
const LEAST_LEFT = 12;

/** A line with something at either edge. */
export function Split({ width, left, right, ellipsis }: SplitProps): ReactNode {
	const needed = widthOfSegments(left);
	const beside = right === undefined ? 0 : right.width + 2;
	const shown = right !== undefined && width - beside >= Math.min(needed, LEAST_LEFT);
	const fitted = fitSegments(left, shown ? width - beside : width, ellipsis);
	const gap = width - widthOfSegments(fitted) - (right?.width ?? 0);
	return (
		<Line>
			<Segments of={fitted} />
			{shown && " ".repeat(Math.max(0, gap))}
			{shown && right.node}
		</Line>
	);
}

/** The text in pieces, in which the places of a match stand out by colour and underlined. */
export function highlighted(segment: Segment, places: readonly number[]): Segment[] {
	if (places.length === 0) return [segment];
	const marked = new Set(places);
	const runs: { text: string; hit: boolean }[] = [];
	let at = 0;
	for (const character of graphemes(segment.text)) {
		const hit = Array.from({ length: character.length }, (_, index) => at + index).some((place) => marked.has(place));
		const run = runs.at(-1);
		if (run?.hit === hit) run.text += character;
		else runs.push({ text: character, hit });
		at += character.length;
	}
	return runs.map(({ text, hit }) => (hit ? { text, tone: "match" } : { ...segment, text }));
}
