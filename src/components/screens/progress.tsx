/** The chain and the integrations, a row each, while they run and when some of them have failed. */
import type { ReactNode } from "react";
import type { LoginSnapshot, Row } from "../../flows/snapshot.ts";
import { Frame, usePage } from "../frame.tsx";
import { useKeys } from "../keys/dispatch.ts";
import { createProgressChoice, isBroken, progressKeys, selectedRow } from "../keys/handlers.ts";
import { LifetimeBar } from "../lifetime-bar.tsx";
import { type LinkRow, linkRows } from "../link-rows.ts";
import {
	DEPTH,
	type ProgressLine,
	type ProgressView,
	progressLines,
	type RowColumns,
	rowColumns,
	textIndent,
	windowOf,
} from "../progress-lines.ts";
import { fitSegments, type Segment, Segments } from "../segments.tsx";
import { Spinner } from "../spinner.tsx";
import { useOnce, useStore } from "../store.ts";
import { Line, Styled } from "../styled.tsx";
import { asciiMarks, cell, clean, truncate, widthOf } from "../text.ts";
import { type Symbols, UNICODE } from "../theme.ts";
import { useUi } from "../ui-context.ts";

function RowSymbol({ state, startedAt }: Pick<Row, "state" | "startedAt">): ReactNode {
	const { symbols } = useUi();
	switch (state) {
		case "running":
			return <Spinner since={startedAt} />;
		case "ok":
		case "reused":
			return <Styled tone="good">{symbols.ok}</Styled>;
		case "failed":
			return <Styled tone="bad">{symbols.failed}</Styled>;
		default:
			return <Styled tone="muted">{symbols.none}</Styled>;
	}
}

function textOf({ row, text }: Extract<ProgressLine, { readonly type: "row" }>): Segment {
	switch (row.state) {
		case "waiting":
			return { text: text ?? "waiting", tone: "muted" };
		case "running":
			return { text: clean(row.text) || "working", tone: "muted" };
		case "failed":
			return { text: text ?? clean(row.error?.message ?? row.text), tone: "bad" };
		default:
			return { text: clean(row.text) };
	}
}

/** Columns of a row's text where no countdown follows it. */
function wholeRoom({ text, bar, time }: RowColumns): number {
	return text + time + 1 + (bar > 0 ? bar + 1 : 0);
}

interface ProgressRowProps {
	readonly line: Extract<ProgressLine, { readonly type: "row" }>;
	readonly columns: RowColumns;
}

function ProgressRow({ line, columns }: ProgressRowProps): ReactNode {
	const { row, selected } = line;
	const inset = Math.min(line.depth * DEPTH, columns.name - 1);
	const { symbols } = useUi();
	const { ellipsis } = symbols;
	const { text, tone } = textOf(line);
	const shown = symbols === UNICODE ? text : asciiMarks(text);
	const done = row.state === "ok" || row.state === "reused";
	// A row without a countdown has the whole line.
	const counts = done && row.expiresAt !== undefined;
	const room = counts ? columns.text : wholeRoom(columns);
	return (
		<Line>
			<Styled tone="accent">{selected ? symbols.pointer : " "} </Styled>
			{" ".repeat(inset)}
			<RowSymbol state={row.state} startedAt={row.startedAt} />{" "}
			<Styled strong={row.state === "failed"} tone={row.state === "waiting" ? "muted" : "plain"}>
				{cell(clean(row.name), columns.name - inset, { ellipsis })}
			</Styled>
			{"   "}
			<Styled {...(tone ? { tone } : {})}>{cell(shown, room, { ellipsis })}</Styled>
			{counts && row.expiresAt !== undefined && (
				<>
					{" "}
					<LifetimeBar
						span={{ expiresAt: row.expiresAt, issuedAt: row.issuedAt }}
						bar={columns.bar}
						time={columns.time}
					/>
				</>
			)}
		</Line>
	);
}

/** What is going on, for a screen that has no rows yet. */
const BEGINNINGS: Partial<Record<LoginSnapshot["phase"], string>> = {
	starting: "reading the configuration",
	"signing-in": "getting ready",
};

/** What is signed in to; of several, how many of them are. */
function titleOf({ targets }: LoginSnapshot): string {
	const [only, ...others] = targets;
	if (only === undefined) return "atmos auth login";
	if (others.length === 0) return clean(only.name);
	const done = targets.filter(({ state }) => state === "done").length;
	return `${done} of ${targets.length} identities signed in`;
}

/** The links from the provider to the target, unless that is the target alone. */
function chainOf({ chain }: LoginSnapshot, { arrow }: Symbols): string {
	return chain.length > 1 ? chain.map(({ name }) => clean(name)).join(` ${arrow} `) : "";
}

/** How far all rows are. */
function countsOf(rows: readonly LinkRow[], { dot }: Symbols): string {
	const count = (...states: readonly Row["state"][]): number =>
		rows.filter(({ row }) => states.includes(row.state)).length;
	const [ready, running, failed] = [count("ok", "reused"), count("running"), count("failed")];
	return [
		...(rows.length > 0 ? [`${ready} of ${rows.length} ready`] : []),
		...(running > 0 ? [`${running} running`] : []),
		...(failed > 0 ? [`${failed} failed`] : []),
	].join(` ${dot} `);
}

export function Progress({ snapshot }: { readonly snapshot: LoginSnapshot }): ReactNode {
	const { login, symbols } = useUi();
	const page = usePage();
	const choice = useOnce(createProgressChoice);
	const { details } = useStore(choice);
	const keys = useKeys(progressKeys(login, choice));
	const broken = isBroken(snapshot);

	const { ellipsis } = symbols;
	const rows = [...linkRows(snapshot), ...snapshot.integrations.map((row) => ({ row, depth: 0 }))];
	const columns = rowColumns(rows, page.width);
	const view: ProgressView = {
		snapshot,
		selected: selectedRow(snapshot, choice.get())?.id,
		details,
		symbols,
		width: page.width,
		room: wholeRoom(columns),
		indent: page.layout === "full" ? textIndent(columns) : 4,
		height: page.bodyHeight,
	};
	const several = snapshot.targets.length > 1;
	const whole = progressLines(view);
	// Only where nothing moves any more: rows that fold while one looks at them would be hard to follow.
	const folded = several && snapshot.phase === "attention" && whole.length > page.bodyHeight;
	const lines = folded ? progressLines({ ...view, folded }) : whole;
	const { from, to } = windowOf(lines, page.bodyHeight);
	const title = titleOf(snapshot);
	const beside = page.width - widthOf(title) - 4;
	const right = several ? countsOf(rows, symbols) : truncate(chainOf(snapshot, symbols), Math.max(0, beside), ellipsis);
	return (
		<Frame
			title={[{ text: title, strong: true }]}
			right={
				page.layout === "full" && right !== "" && widthOf(right) <= beside
					? { width: widthOf(right), node: <Styled tone="muted">{right}</Styled> }
					: undefined
			}
			keys={keys}
		>
			{rows.length === 0 && !broken && (
				<Line>
					{"  "}
					<Spinner />
					<Styled tone="muted"> {truncate(BEGINNINGS[snapshot.phase] ?? "working", page.width - 4, ellipsis)}</Styled>
				</Line>
			)}
			{lines.slice(from, to).map((line) => (
				<ProgressLineView key={line.key} line={line} columns={columns} width={page.width} ellipsis={ellipsis} />
			))}
		</Frame>
	);
}

function ProgressLineView(props: {
	readonly line: ProgressLine;
	readonly columns: RowColumns;
	readonly width: number;
	readonly ellipsis: string;
}): ReactNode {
	const { line, columns, width, ellipsis } = props;
	switch (line.type) {
		case "row":
			return <ProgressRow line={line} columns={columns} />;
		case "text":
			return (
				<Line>
					<Segments of={fitSegments(line.segments, width, ellipsis)} />
				</Line>
			);
		case "blank":
			return <Line />;
	}
}
