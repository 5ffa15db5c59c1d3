/** One line of the identities screen. */
import { memo } from "react";
import { useTime } from "./clock.ts";
import { placesIn, termsOf } from "./filter-list/match.ts";
import { ACCOUNT, type BoardEntry, type Columns, DEFAULT_MARK, LEAD, NAME, ROLE } from "./identity-list.ts";
import { highlighted, paintSegments, type Segment } from "./segments.tsx";
import { lookOf, sessionSymbol, sessionText } from "./session.ts";
import { Line } from "./styled.tsx";
import { cell, truncate, widthOf } from "./text.ts";
import { type UiContext, useUi } from "./ui-context.ts";

export interface IdentityRowProps {
	readonly entry: BoardEntry;
	readonly selected: boolean;
	readonly query: string;
	readonly columns: Columns;
	/** Columns of the whole line. */
	readonly width: number;
}

/** The parts of a line that do not change with the time: name, account and role. */
function staticText(props: IdentityRowProps, { paint, symbols }: UiContext): string {
	const { entry, selected, query, columns, width } = props;
	const { ellipsis } = symbols;
	const terms = termsOf(query);
	const cellOf = (text: string, field: number, wide: number, look: Omit<Segment, "text">): string => {
		const shown = truncate(text, wide, ellipsis);
		const places = terms.length === 0 ? [] : placesIn(entry.fields[field] ?? "", terms);
		const seen = shown === text ? places : places.filter((place) => place < shown.length - 1);
		return paintSegments(highlighted({ ...look, text: shown }, seen), paint) + " ".repeat(wide - widthOf(shown));
	};

	const mark = entry.row.isDefault && widthOf(entry.name) + DEFAULT_MARK.length <= columns.name ? DEFAULT_MARK : "";
	const nameWidth = mark === "" ? columns.name : widthOf(entry.name);
	const name =
		cellOf(entry.name, NAME, nameWidth, selected ? { tone: "accent", strong: true } : {}) +
		paint(mark, "muted") +
		" ".repeat(columns.name - nameWidth - mark.length);
	const gap = " ".repeat(columns.gap);
	const beside = [columns.account, columns.role].filter((wide) => wide > 0).map((wide) => wide + columns.gap);
	const room = beside.reduce((sum, wide) => sum + wide, 0);
	const rest =
		entry.problem !== undefined && room > 0
			? paint(cell(entry.problem, room - columns.gap, { ellipsis }), "muted") + gap
			: (columns.account > 0 ? cellOf(entry.account, ACCOUNT, columns.account, {}) + gap : "") +
				(columns.role > 0 ? cellOf(entry.role, ROLE, columns.role, selected ? {} : { tone: "muted" }) + gap : "");
	const filler = width - LEAD - columns.name - columns.gap - room - columns.session;
	return name + gap + rest + " ".repeat(Math.max(0, filler));
}

export const IdentityRow = memo(function IdentityRow(props: IdentityRowProps) {
	const ui = useUi();
	const { paint, symbols } = ui;
	const { entry, selected, columns } = props;
	const { session } = entry.row;
	const broken = entry.problem !== undefined;
	const symbol = useTime((now) => sessionSymbol(lookOf(session, broken, now), ui));
	const lasting = useTime((now) => sessionText(session, broken, now, columns, ui));
	const pointer = selected ? paint(symbols.pointer, "accent") : " ";
	return <Line>{`${pointer} ${symbol} ${staticText(props, ui)}${lasting}`}</Line>;
});
