/** The identities: a status board as much as a menu. */
import { type ReactNode, useLayoutEffect } from "react";
import type { BoardDetails, Choice, LoginSnapshot } from "../../flows/snapshot.ts";
import { DetailsPane } from "../details-pane.tsx";
import { type ListAction, type ListState, reduceList, selectedEntry, visible } from "../filter-list/state.ts";
import { Frame, usePage } from "../frame.tsx";
import { type Board, type BoardEntry, type Columns, columnsFor } from "../identity-list.ts";
import { IdentityRow } from "../identity-row.tsx";
import { useKeys } from "../keys/dispatch.ts";
import { identityKeys } from "../keys/handlers.ts";
import { Split } from "../segments.tsx";
import { type Store, useStore } from "../store.ts";
import { Line, Styled } from "../styled.tsx";
import { cell, clean, truncate, widthOf } from "../text.ts";
import { useUi } from "../ui-context.ts";

const TITLE = "atmos auth login";

const QUESTIONS: Readonly<Record<Choice["reason"], string>> = {
	requested: "Choose an identity",
	"no-default": "Choose an identity",
	"several-defaults": "Several identities are the default: choose one",
	tags: "Several identities have the tag: choose one",
	"no-identities": "Choose a provider",
};

/** The board with its list, kept while other screens are shown. */
export interface Picker {
	readonly board: Board;
	readonly list: Store<ListState, ListAction>;
	/** Details that were read before. */
	readonly details: Map<string, BoardDetails>;
}

/** Least rows of the list beside a pane. */
const LEAST_ROWS = 6;

/** Rows of the parts for a body of `height` rows. `pane` counts the lines between its rules; 0 for no pane. */
export function partsOf(
	layout: "tiny" | "compact" | "full",
	height: number,
): { list: number; header: number; pane: number } {
	if (layout === "tiny") return { header: 0, list: Math.max(1, height), pane: 0 };
	const header = layout === "full" ? 3 : Math.min(2, Math.max(0, height - 2));
	const room = height - header;
	if (layout === "compact") return { header, list: Math.max(1, room), pane: 0 };
	const pane = Math.min(10, Math.max(4, Math.floor(room / 4)));
	return room - pane - 2 >= LEAST_ROWS
		? { header, list: room - pane - 2, pane }
		: { header, list: Math.max(1, room), pane: 0 };
}

/** Where this is and under which profile, for the right of the title: as much of it as fits into `width` columns. */
export function placeOf(snapshot: LoginSnapshot, dot: string, width: number): string {
	const project = clean(snapshot.project);
	const names = snapshot.profiles.map(clean).join(", ");
	const profile = names === "" ? "" : `profile${snapshot.profiles.length > 1 ? "s" : ""} ${names}`;
	const whole = [project, profile].filter(Boolean).join(` ${dot} `);
	return [whole, project].find((text) => widthOf(text) <= width) ?? "";
}

export function Identities({ picker, choice }: { readonly picker: Picker; readonly choice: Choice }): ReactNode {
	const { login, symbols, notify } = useUi();
	const snapshot = login.snapshot();
	const page = usePage();
	const { list, board } = picker;
	const parts = partsOf(page.layout, page.bodyHeight);
	const { send } = list;
	// This frame already has the new size; the store learns of it for the next key.
	const state = reduceList(useStore(list), { type: "RESIZE", height: parts.list });
	useLayoutEffect(() => send({ type: "RESIZE", height: parts.list }), [send, parts.list]);

	const keys = useKeys(identityKeys({ login, list, notify }));

	const columns = columnsFor(page.width, board.widest);
	const rows = visible(state);
	const entries = state.entries as readonly BoardEntry[];
	const total = entries.length;
	const noun = page.width < 46 ? "" : total === 1 ? " identity" : " identities";
	const count = state.query === "" ? `${total}${noun}` : `${state.matches.length} of ${total}`;
	const { ellipsis } = symbols;
	const filtering = state.typing || state.query !== "";
	const place = placeOf(snapshot, symbols.dot, page.width - TITLE.length - 2);
	return (
		<Frame
			title={[{ text: TITLE, strong: true }]}
			right={place === "" ? undefined : { width: widthOf(place), node: <Styled tone="muted">{place}</Styled> }}
			keys={keys}
		>
			{parts.header > 0 && (
				<Split
					width={page.width}
					left={
						filtering
							? [
									{ text: "/ ", tone: "accent" },
									{ text: state.query },
									...(state.typing ? [{ text: symbols.cursor, tone: "accent" } as const] : []),
								]
							: [{ text: QUESTIONS[choice.reason], tone: "muted" }]
					}
					right={{ width: widthOf(count), node: <Styled tone="muted">{count}</Styled> }}
					ellipsis={ellipsis}
				/>
			)}
			{parts.header > 2 && <Line />}
			{parts.header > 1 && (
				<Line>
					<Styled tone="muted">{headings(columns, page.width)}</Styled>
				</Line>
			)}
			{rows.map(({ entry, place: at }) => {
				const row = entries[entry] as BoardEntry;
				return (
					<IdentityRow
						key={row.key}
						entry={row}
						selected={at === state.cursor}
						query={state.query}
						columns={columns}
						width={page.width}
					/>
				);
			})}
			{rows.length === 0 && (
				<Line>
					<Styled tone="muted">{truncate("    nothing matches", page.width, ellipsis)}</Styled>
				</Line>
			)}
			{Array.from({ length: parts.list - Math.max(1, rows.length) }, (_, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: empty lines
				<Line key={`empty ${index}`} />
			))}
			{parts.pane > 0 && (
				<DetailsPane
					entry={selectedEntry(state) as BoardEntry | undefined}
					known={picker.details}
					width={page.width}
					lines={parts.pane}
				/>
			)}
		</Frame>
	);
}

/** The names of the columns, above their columns. */
function headings(columns: Columns, width: number): string {
	const shown = [
		["IDENTITY", columns.name + 2],
		["ACCOUNT", columns.account],
		["ROLE", columns.role],
	] as const;
	const left = shown
		.filter(([, wide]) => wide > 0)
		.map(([name, wide]) => cell(name, wide + columns.gap))
		.join("");
	return cell(`  ${left}`, width - columns.session) + truncate("SESSION", columns.session);
}
