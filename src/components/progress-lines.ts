/** What the progress screen says, line by line. Pure; the drawing is elsewhere. */
import { type ErrorView, remedyText } from "../auth/errors.ts";
import { type IntegrationRow, isSignedIn, type LoginSnapshot, type Row, type StepId } from "../flows/snapshot.ts";
import { serviceLine } from "../output/error-lines.ts";
import { goneText } from "../output/gone.ts";
import { type LinkRow, linkRows } from "./link-rows.ts";
import type { Segment } from "./segments.tsx";
import { clean, widthOf, wrap } from "./text.ts";
import type { Symbols } from "./theme.ts";

export type ProgressLine =
	| {
			readonly type: "row";
			readonly key: string;
			readonly row: Row;
			readonly depth: number;
			/** What it says in place of its own text, such as what fits of a failure's message. */
			readonly text?: string | undefined;
			readonly selected: boolean;
			readonly focus: boolean;
	  }
	| { readonly type: "text"; readonly key: string; readonly segments: readonly Segment[] }
	| { readonly type: "blank"; readonly key: string };

export interface ProgressView {
	readonly snapshot: LoginSnapshot;
	/** The failed row that keys act on. */
	readonly selected: StepId | undefined;
	readonly details: boolean;
	readonly symbols: Symbols;
	/** Columns of the page, of a row's text where no countdown follows it, and where what is said below a row begins. */
	readonly width: number;
	readonly room: number;
	readonly indent: number;
	/** Rows that are there for all of it; lists that grow keep to it. */
	readonly height: number;
	/** What is well is only counted, so that what is not has its place. */
	readonly folded?: boolean;
}

/** Rows that can be tried again, in the order in which they are shown. */
export function failedIntegrations(snapshot: LoginSnapshot): readonly IntegrationRow[] {
	return snapshot.integrations.filter(({ state }) => state === "failed");
}

/** The links that failed, where a login goes on without them: one with several targets. */
export function failedLinks(snapshot: LoginSnapshot): readonly Row[] {
	const rows = snapshot.targets.length < 2 ? [] : linkRows(snapshot);
	return rows.flatMap(({ row }) => (row.state === "failed" ? [row] : []));
}

const isGood = ({ state }: Row): boolean => state === "ok" || state === "reused";

const TRY = "Try: ";

function wordWidths(text: string | undefined): number[] {
	return text === undefined ? [] : clean(text).split(" ").map(widthOf);
}

/** The lines below a failure: why, what would fix it, and on request what the service said. */
export function failureLines(
	error: ErrorView,
	options: { readonly details: boolean; readonly indent: number; readonly width: number; readonly key: string },
): ProgressLine[] {
	const { details, width, key } = options;
	const remedy = error.remedy && remedyText(error.remedy);
	// An ARN that has to be broken can no longer be copied: it gets the whole width instead.
	const longest = Math.max(0, ...[error.reason, remedy, ...error.details].flatMap(wordWidths));
	const indent = longest + TRY.length > width - options.indent ? Math.min(options.indent, 4) : options.indent;
	const room = Math.max(8, width - indent);
	const lines: ProgressLine[] = [];
	const add = (text: string, segment: Omit<Segment, "text">): void => {
		// What is further in than the rest stays so.
		const inset = / */.exec(text)?.[0].length ?? 0;
		for (const line of wrap(clean(text), Math.max(8, room - inset))) {
			lines.push({
				type: "text",
				key: `${key} ${lines.length}`,
				segments: [{ text: " ".repeat(indent + inset) }, { text: line, ...segment }],
			});
		}
	};
	if (error.reason !== undefined && error.reason !== error.message) add(error.reason, { tone: "muted" });
	if (details) {
		const service = serviceLine(error.service, [error.reason, error.message]);
		add(service ?? "the service gave no further details", { tone: "muted" });
	}
	for (const detail of error.details) add(detail, { tone: "muted" });
	if (error.code === "bug") add("This is a bug in atmos-auth: please report it.", { tone: "muted" });
	if (remedy !== undefined) {
		for (const [index, line] of wrap(clean(remedy), Math.max(8, room - TRY.length)).entries()) {
			lines.push({
				type: "text",
				key: `${key} remedy ${index}`,
				segments: [
					{ text: " ".repeat(indent) },
					index === 0 ? { text: TRY, tone: "accent" } : { text: " ".repeat(TRY.length) },
					{ text: line },
				],
			});
		}
	}
	return lines;
}

/** @returns at most `height` lines, where that is possible: what helps is shown, however much there is to say before it */
function withRemedy(said: readonly ProgressLine[], height: number): readonly ProgressLine[] {
	const at = said.findIndex(({ key }) => key.includes(" remedy "));
	const rest = at < 0 ? said.length : at;
	if (said.length <= height || rest < 2) return said;
	const kept = Math.max(0, rest - (said.length - height) - 1);
	const text = `and ${rest - kept} more lines, which stay in the terminal when you quit`;
	const more: ProgressLine = {
		type: "text",
		key: "failure more",
		segments: [{ text: "    " }, { text, tone: "soon" }],
	};
	return [...said.slice(0, kept), more, ...said.slice(rest)];
}

/** A row, and below it what there is to say of its failure. */
function rowLines(
	view: ProgressView,
	row: Row,
	options: {
		readonly depth: number;
		/** The failure is that of the whole login, which says it in a place of its own. */
		readonly isWhole: boolean;
		/** There are several such failures to choose between. */
		readonly areSeveral: boolean;
	},
): ProgressLine[] {
	const { selected, details, room, indent, width } = view;
	const { depth, isWhole, areSeveral } = options;
	const { id, error } = row;
	const isSelected = row.state === "failed" && id === selected;
	const line = {
		type: "row",
		key: id,
		row,
		depth,
		selected: isSelected && areSeveral,
		focus: isSelected || row.state === "running",
	} as const;
	if (row.state === "waiting" && view.snapshot.phase === "attention") return [{ ...line, text: "not tried" }];
	if (row.state !== "failed" || error === undefined || isWhole) return [line];
	const message = clean(error.message).trim();
	const [text = ""] = wrap(message, Math.max(8, room));
	const more = message.slice(text.length).trim();
	return [
		{ ...line, text },
		...wrap(more, Math.max(8, width - indent)).map((words, index): ProgressLine => {
			const segments: Segment[] = [{ text: " ".repeat(indent) }, { text: words, tone: "bad" }];
			return { type: "text", key: `${id} message ${index}`, segments };
		}),
		...failureLines(error, { details: details && isSelected, indent, width, key: `${id} error` }),
	];
}

/** How many rows are ready, where they are not shown. */
function foldedLine({ folded, symbols }: ProgressView, key: string, rows: readonly Row[]): ProgressLine[] {
	const good = rows.filter(isGood).length;
	if (!folded || good === 0) return [];
	const segments: Segment[] = [{ text: `  ${symbols.ok} `, tone: "good" }, { text: `${good} ready` }];
	return [{ type: "text", key: `folded ${key}`, segments }];
}

/** All lines of the screen, from the first row of the chain to the last word about it. */
export function progressLines(view: ProgressView): ProgressLine[] {
	const { snapshot, indent, width } = view;
	const lines: ProgressLine[] = [];
	const failed = failedIntegrations(snapshot);
	const wholeFailure = isSignedIn(snapshot) ? undefined : snapshot.error;
	const alike = [failed, failedLinks(snapshot)].find((rows) => rows.some(({ id }) => id === view.selected)) ?? [];
	const areSeveral = alike.length > 1;

	const links = linkRows(snapshot);
	const linked = links.map(({ row }) => row);
	lines.push(...foldedLine(view, "links", linked));
	for (const { row, depth } of links) {
		if (view.folded && isGood(row)) continue;
		lines.push(...rowLines(view, row, { depth, isWhole: wholeFailure !== undefined, areSeveral }));
	}
	if (wholeFailure !== undefined) {
		if (lines.length > 0) lines.push({ type: "blank", key: "before failure" });
		for (const [index, line] of wrap(clean(wholeFailure.message), Math.max(8, width - 4)).entries()) {
			lines.push({
				type: "text",
				key: `failure ${index}`,
				segments: [
					{ text: index === 0 ? `  ${view.symbols.failed} ` : "    ", tone: "bad", strong: true },
					{ text: line, tone: "bad", strong: true },
				],
			});
		}
		const said = failureLines(wholeFailure, { details: view.details, indent: 4, width, key: "failure text" });
		lines.push(...withRemedy(said, view.height - lines.length));
	}
	if (snapshot.integrations.length > 0 && wholeFailure === undefined) {
		if (lines.length > 0) lines.push({ type: "blank", key: "before integrations" });
		lines.push({ type: "text", key: "integrations' head", segments: [{ text: "  INTEGRATIONS", tone: "muted" }] });
		lines.push(...foldedLine(view, "integrations", snapshot.integrations));
		for (const row of snapshot.integrations) {
			if (view.folded && isGood(row)) continue;
			lines.push(...rowLines(view, row, { depth: 0, isWhole: false, areSeveral }));
			for (const [at, note] of row.notes.entries()) {
				for (const [part, line] of wrap(clean(note), Math.max(8, width - indent)).entries()) {
					lines.push({
						type: "text",
						key: `${row.id} note ${at} ${part}`,
						segments: [{ text: " ".repeat(indent) }, { text: line, tone: "muted" }],
					});
				}
			}
		}
	}
	lines.push(...provisionLines(view, lines.length));
	for (const [index, warning] of snapshot.warnings.entries()) {
		if (index === 0) lines.push({ type: "blank", key: "before warnings" });
		for (const [part, line] of wrap(clean(warning), Math.max(8, width - 4)).entries()) {
			lines.push({
				type: "text",
				key: `warning ${index} ${part}`,
				segments: [
					{ text: part === 0 ? `  ${view.symbols.warning} ` : "    ", tone: "soon" },
					{ text: line, tone: "muted" },
				],
			});
		}
	}
	if (snapshot.phase === "attention" && failed.length > 0) {
		const all = snapshot.integrations.length;
		const count = `${failed.length} of ${all} integration${all === 1 ? "" : "s"} failed`;
		const what = isSignedIn(snapshot) ? `${count}; you are still signed in.` : `${count}.`;
		lines.push({ type: "blank", key: "before end" });
		for (const [index, line] of wrap(what, Math.max(8, width - 2)).entries()) {
			lines.push({ type: "text", key: `end ${index}`, segments: [{ text: `  ${line}` }] });
		}
	}
	return lines;
}

/** The identities as they are found: how far it is, and the latest names. */
function provisionLines({ snapshot, symbols, width, height }: ProgressView, before: number): ProgressLine[] {
	const { discovery } = snapshot;
	if (discovery === undefined) return [];
	const { accountsDone, accountsTotal, identities, failedAccounts } = discovery;
	const barWidth = Math.min(20, Math.max(0, width - 50));
	const share = accountsTotal ? accountsDone / accountsTotal : 0;
	const full = Math.floor(share * barWidth);
	const lines: ProgressLine[] = [
		{ type: "blank", key: "before identities" },
		{
			type: "text",
			key: "identities",
			segments: [
				{ text: "  IDENTITIES  ", tone: "muted" },
				...(accountsTotal === undefined || barWidth < 5
					? []
					: ([
							{ text: symbols.bar.repeat(full), tone: "accent" },
							{ text: `${symbols.track.repeat(barWidth - full)}  `, tone: "muted" },
						] as const)),
				{ text: `${identities.length} found` },
				{
					text: ` ${symbols.dot} ${accountsDone}${accountsTotal === undefined ? "" : ` of ${accountsTotal}`} accounts`,
					tone: "muted",
				},
			],
		},
	];
	for (const [index, { account, message }] of failedAccounts.slice(0, 3).entries()) {
		lines.push({
			type: "text",
			key: `account ${index}`,
			segments: [
				{ text: `  ${symbols.failed} `, tone: "bad" },
				{ text: `${clean(account)}  ` },
				{ text: clean(message), tone: "muted" },
			],
		});
	}
	if (failedAccounts.length > 3) {
		const more = `    and ${failedAccounts.length - 3} more accounts that could not be listed`;
		lines.push({ type: "text", key: "more accounts", segments: [{ text: more, tone: "muted" }] });
	}
	if (discovery.gone !== undefined) {
		for (const [index, line] of wrap(clean(goneText(discovery.gone)), Math.max(8, width - 4)).entries()) {
			lines.push({
				type: "text",
				key: `gone ${index}`,
				segments: [{ text: index === 0 ? `  ${symbols.warning} ` : "    ", tone: "soon" }, { text: line }],
			});
		}
	}
	// The newest first: they are what has just happened.
	const room = Math.max(0, Math.min(12, height - before - lines.length));
	for (const name of identities
		.slice(-room || identities.length)
		.reverse()
		.slice(0, room)) {
		lines.push({ type: "text", key: `found ${name}`, segments: [{ text: `    ${clean(name)}`, tone: "muted" }] });
	}
	return lines;
}

/** Widths of a row's columns, in columns of the terminal. */
export interface RowColumns {
	readonly name: number;
	readonly text: number;
	readonly bar: number;
	readonly time: number;
}

/** Pointer and symbol before the name, and the space after it. */
export const ROW_LEAD = 4;
const GAP = 3;
/** How much further in a link is than the one that it hangs on. */
export const DEPTH = 2;

/** One division for all rows, so that they line up. */
export function rowColumns(rows: readonly LinkRow[], width: number): RowColumns {
	const widest = Math.max(8, ...rows.map(({ row, depth }) => depth * DEPTH + widthOf(clean(row.name))));
	const [bar, time] = width >= 66 ? [8, 8] : width >= 46 ? [0, 8] : [0, 7];
	const end = bar === 0 ? time + 1 : bar + 1 + time + 1;
	const name = Math.max(1, Math.min(widest, Math.floor((width - ROW_LEAD - end) * 0.45), 32));
	return { name, text: Math.max(1, width - ROW_LEAD - name - GAP - end), bar, time };
}

/** Where the text of a row begins. */
export function textIndent(columns: RowColumns): number {
	return ROW_LEAD + columns.name + GAP;
}

/**
 * The part of the lines that is shown: around the line that matters where they are too many.
 *
 * @param height rows that there are
 */
export function windowOf(lines: readonly ProgressLine[], height: number): { from: number; to: number } {
	if (lines.length <= height) return { from: 0, to: lines.length };
	const focus = lines.findIndex((line) => line.type === "row" && line.focus);
	// A failed row is best seen with what is said below it.
	const wanted = focus === -1 ? 0 : Math.max(0, focus - 1);
	const from = Math.min(wanted, lines.length - height);
	return { from, to: from + height };
}
