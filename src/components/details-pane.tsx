/** The foot of the identities screen: what is known of the selected identity, between two rules. */
import { type ReactNode, useEffect, useState } from "react";
import type { BoardDetails } from "../flows/snapshot.ts";
import { useTime } from "./clock.ts";
import type { BoardEntry } from "./identity-list.ts";
import { timeLeft, URGENCY_TONES, urgencyOf } from "./lifetime.ts";
import { fitSegments, type Segment, Segments, Split } from "./segments.tsx";
import { Line, Styled } from "./styled.tsx";
import { asciiMarks, cell, clean, truncate, widthOf } from "./text.ts";
import { UNICODE } from "./theme.ts";
import { useUi } from "./ui-context.ts";

type Integration = BoardDetails["integrations"][number];

/** Somebody who runs down the list does not want a file read at every row. */
const PAUSE_MS = 40;

/** Details of one identity, from what was read before or as soon as they are there. */
function useDetails(entry: BoardEntry | undefined, known: Map<string, BoardDetails>): BoardDetails | undefined {
	const { login } = useUi();
	const key = entry?.problem === undefined ? entry?.key : undefined;
	const [, arrived] = useState(0);
	useEffect(() => {
		if (key === undefined || known.has(key)) return;
		let current = true;
		const timer = setTimeout(async () => {
			const details = await login.details(key);
			known.set(key, details);
			if (current) arrived((count) => count + 1);
		}, PAUSE_MS);
		return () => {
			current = false;
			clearTimeout(timer);
		};
	}, [key, known, login]);
	return key === undefined ? undefined : known.get(key);
}

function IntegrationLine({ of, names, width }: { of: Integration; names: number; width: number }): ReactNode {
	const { symbols } = useUi();
	const { expiresAt, issuedAt } = of;
	const state = useTime((now) =>
		of.state === "ready" && expiresAt !== undefined && expiresAt <= now ? "expired" : of.state,
	);
	const words = useTime((now) => {
		if (state === "missing") return "not set up";
		if (state === "expired") return "expired";
		return expiresAt === undefined ? "ready" : `${timeLeft({ expiresAt }, now, { from: 0, coarse: true })} left`;
	});
	const tone = useTime((now) =>
		state !== "ready"
			? "muted"
			: expiresAt === undefined
				? "good"
				: URGENCY_TONES[urgencyOf({ expiresAt, issuedAt }, now)],
	);
	const symbol = state === "ready" ? symbols.ok : state === "expired" ? symbols.expired : symbols.none;
	const left: Segment[] = [
		{ text: `  ${symbol}`, tone: state === "ready" ? "good" : "muted" },
		{ text: ` ${cell(clean(of.name), names, { ellipsis: symbols.ellipsis })}   ` },
		{ text: symbols === UNICODE ? clean(of.target) : asciiMarks(clean(of.target)), tone: "muted" },
	];
	return (
		<Split
			width={width}
			left={left}
			right={{ width: widthOf(words), node: <Styled tone={tone}>{words}</Styled> }}
			ellipsis={symbols.ellipsis}
		/>
	);
}

export interface DetailsPaneProps {
	readonly entry: BoardEntry | undefined;
	readonly known: Map<string, BoardDetails>;
	readonly width: number;
	/** Lines between the rules; the pane always takes as many. */
	readonly lines: number;
}

export function DetailsPane({ entry, known, width, lines }: DetailsPaneProps): ReactNode {
	const { symbols } = useUi();
	const details = useDetails(entry, known);
	const rule = (
		<Line>
			<Styled tone="muted">{symbols.rule.repeat(width)}</Styled>
		</Line>
	);
	const { ellipsis } = symbols;
	const text = (segments: readonly Segment[], key: string): ReactNode => (
		<Line key={key}>
			<Segments of={fitSegments(segments, width, ellipsis)} />
		</Line>
	);
	const shown: ReactNode[] = [];
	if (entry !== undefined) {
		const chain = (details?.chain ?? entry.row.chain).map(clean).join(` ${symbols.arrow} `);
		shown.push(
			text(
				[
					{ text: truncate(entry.name, Math.ceil(width / 2), ellipsis), strong: true },
					{ text: `   ${chain}`, tone: "muted" },
				],
				"name",
			),
		);
		if (entry.problem !== undefined) {
			shown.push(
				text([{ text: `  ${symbols.warning} `, tone: "soon" }, { text: entry.problem }], "problem"),
				text(
					[
						{ text: "  atmos-auth validate", tone: "accent" },
						{ text: " shows where", tone: "muted" },
					],
					"remedy",
				),
			);
		} else {
			const account = clean(details?.account ?? entry.account);
			const region = clean(details?.region ?? entry.row.region ?? "");
			shown.push(
				text(
					[
						{ text: "  account   ", tone: "muted" },
						{ text: account || "not known before signing in" },
						...(region ? ([{ text: "   region   ", tone: "muted" }, { text: region }] as const) : []),
					],
					"account",
				),
			);
			const room = lines - shown.length;
			const all = details?.integrations ?? [];
			const some = all.length > room ? all.slice(0, Math.max(0, room - 1)) : all;
			const names = Math.min(24, Math.max(0, ...some.map(({ name }) => widthOf(clean(name)))));
			shown.push(
				...some.map((integration) => (
					<IntegrationLine key={`i ${integration.name}`} of={integration} names={names} width={width} />
				)),
			);
			if (some.length < all.length) {
				shown.push(text([{ text: `  and ${all.length - some.length} more`, tone: "muted" }], "more"));
			}
		}
	}
	while (shown.length < lines) shown.push(<Line key={`blank ${shown.length}`} />);
	return (
		<>
			{rule}
			{shown.slice(0, lines)}
			{rule}
		</>
	);
}
