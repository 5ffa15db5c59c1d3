/** One line of the identities screen. */
import { memo, type ReactNode } from "react";
import { ACCOUNT, type BoardEntry, type Columns, DEFAULT_MARK, NAME, ROLE } from "./board.ts";
import { useSurroundings } from "./context.ts";
import { placesIn, termsOf } from "./filter-list/match.ts";
import { Highlighted, type Segment } from "./segments.tsx";
import { SessionCell, SessionSymbol } from "./session.tsx";
import { Line, T } from "./styled.tsx";
import { cell, fit, widthOf } from "./text.ts";

export interface IdentityRowProps {
	readonly entry: BoardEntry;
	readonly selected: boolean;
	readonly query: string;
	readonly columns: Columns;
	/** Columns of the whole line. */
	readonly width: number;
}

export const IdentityRow = memo(function IdentityRow({ entry, selected, query, columns, width }: IdentityRowProps) {
	const { symbols } = useSurroundings();
	const { ellipsis } = symbols;
	const terms = termsOf(query);
	const places = (field: number): number[] => (terms.length === 0 ? [] : [...placesIn(entry.fields[field] ?? "", terms)]);
	const broken = entry.problem !== undefined;

	const column = (text: string, field: number, wide: number, look: Omit<Segment, "text">): ReactNode => {
		if (wide === 0) return null;
		const shown = fit(text, wide, ellipsis);
		const whole = shown === text;
		return (
			<>
				<Highlighted
					{...look}
					text={shown}
					places={whole ? places(field) : places(field).filter((place) => place < shown.length - 1)}
				/>
				{" ".repeat(Math.max(0, wide - widthOf(shown)) + columns.gap)}
			</>
		);
	};

	const name = fit(entry.name, columns.name, ellipsis);
	const markFits = entry.row.isDefault && columns.name - widthOf(name) >= DEFAULT_MARK.length;
	const nameWidth = columns.name - (markFits ? DEFAULT_MARK.length : 0);
	const beside =
		(columns.account > 0 ? columns.account + columns.gap : 0) + (columns.role > 0 ? columns.role + columns.gap : 0);
	const filler = width - 4 - columns.name - columns.gap - beside - columns.session;
	return (
		<Line>
			<T tone="accent">{selected ? symbols.pointer : " "} </T>
			<SessionSymbol session={entry.row.session} broken={broken} />{" "}
			<Highlighted
				text={name}
				places={name === entry.name ? places(NAME) : places(NAME).filter((place) => place < name.length - 1)}
				{...(selected ? { tone: "accent", strong: true } : {})}
			/>
			{markFits && <T tone="muted">{DEFAULT_MARK}</T>}
			{" ".repeat(Math.max(0, nameWidth - widthOf(name)) + columns.gap)}
			{broken && beside > 0 ? (
				<T tone="muted">{cell(entry.problem ?? "", beside - columns.gap, { ellipsis }) + " ".repeat(columns.gap)}</T>
			) : (
				<>
					{column(entry.account, ACCOUNT, columns.account, {})}
					{column(entry.role, ROLE, columns.role, selected ? {} : { tone: "muted" })}
				</>
			)}
			{" ".repeat(Math.max(0, filler))}
			<SessionCell session={entry.row.session} broken={broken} columns={columns} />
		</Line>
	);
});
