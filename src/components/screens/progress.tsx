/** The chain and the integrations, a row each, while they run and when some of them have failed. */
import type { ReactNode } from "react";
import type { LoginSnapshot, Row } from "../../flows/snapshot.ts";
import { Frame, usePage } from "../frame.tsx";
import { useKeys } from "../keys/dispatch.ts";
import { createProgressChoice, isBroken, progressKeys, selectedRow } from "../keys/handlers.ts";
import { LifetimeBar } from "../lifetime-bar.tsx";
import {
	type ProgressLine,
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
import { UNICODE } from "../theme.ts";
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

function textOf(row: Row): Segment {
	switch (row.state) {
		case "waiting":
			return { text: "waiting", tone: "muted" };
		case "running":
			return { text: clean(row.text) || "working", tone: "muted" };
		case "failed":
			return { text: clean(row.error?.message ?? row.text), tone: "bad" };
		default:
			return { text: clean(row.text) };
	}
}

function ProgressRow({ row, selected, columns }: { row: Row; selected: boolean; columns: RowColumns }): ReactNode {
	const { symbols } = useUi();
	const { ellipsis } = symbols;
	const { text, tone } = textOf(row);
	const shown = symbols === UNICODE ? text : asciiMarks(text);
	const done = row.state === "ok" || row.state === "reused";
	// A row without a countdown has the whole line.
	const counts = done && row.expiresAt !== undefined;
	const room = counts ? columns.text : columns.text + columns.time + 1 + (columns.bar > 0 ? columns.bar + 1 : 0);
	return (
		<Line>
			<Styled tone="accent">{selected ? symbols.pointer : " "} </Styled>
			<RowSymbol state={row.state} startedAt={row.startedAt} />{" "}
			<Styled strong={row.state === "failed"} tone={row.state === "waiting" ? "muted" : "plain"}>
				{cell(clean(row.name), columns.name, { ellipsis })}
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

export function Progress({ snapshot }: { readonly snapshot: LoginSnapshot }): ReactNode {
	const { login, symbols } = useUi();
	const page = usePage();
	const choice = useOnce(createProgressChoice);
	const { details } = useStore(choice);
	const keys = useKeys(progressKeys(login, choice));
	const selected = selectedRow(snapshot, choice.get());
	const broken = isBroken(snapshot);

	const { ellipsis } = symbols;
	const rows = [...snapshot.chain, ...snapshot.integrations];
	const columns = rowColumns(rows, page.width);
	const lines = progressLines({
		snapshot,
		selected: selected?.id,
		details,
		symbols,
		width: page.width,
		indent: page.layout === "full" ? textIndent(columns) : 4,
		height: page.bodyHeight,
	});
	const { from, to } = windowOf(lines, page.bodyHeight);
	const title = titleOf(snapshot);
	const chain = snapshot.chain.map(({ name }) => clean(name)).join(` ${symbols.arrow} `);
	const chainText =
		snapshot.chain.length > 1 && snapshot.targets.length === 1
			? truncate(chain, Math.max(0, page.width - widthOf(title) - 4), ellipsis)
			: "";
	return (
		<Frame
			title={[{ text: title, strong: true }]}
			right={
				page.layout === "full" && chainText !== ""
					? { width: widthOf(chainText), node: <Styled tone="muted">{chainText}</Styled> }
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
			return <ProgressRow row={line.row} selected={line.selected} columns={columns} />;
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
