/** The device code: what to open, what it must show, and how long it lasts. */
import { Box, Text, Transform } from "ink";
import { type ReactNode, useEffect, useMemo } from "react";
import type { DeviceCodePrompt } from "../../auth/interaction.ts";
import type { LoginSnapshot, StepId } from "../../flows/snapshot.ts";
import { approvalUrl } from "../../output/events.ts";
import { hyperlink } from "../../terminal/osc.ts";
import { useTime } from "../clock.ts";
import { Frame, usePage } from "../frame.tsx";
import { useKeys } from "../keys/dispatch.ts";
import { approvalKeys, waitingFor } from "../keys/handlers.ts";
import { shareLeft, timeLeft, URGENCY_TONES, urgencyOf } from "../lifetime.ts";
import { barParts } from "../lifetime-bar.tsx";
import { fittingQr, type Qr } from "../qr.ts";
import { fitSegments, type Segment, Segments } from "../segments.tsx";
import { Spinner } from "../spinner.tsx";
import { type Block, stack } from "../stack.ts";
import { Line, Styled } from "../styled.tsx";
import { andMore, chop, clean, graphemes, truncate, widthOf, wrap } from "../text.ts";
import { UNICODE } from "../theme.ts";
import { useUi } from "../ui-context.ts";

/** Lines of a paragraph longer than this are hard to read. */
const MEASURE = 76;
/** Least columns of the text beside a QR code, and the space between them. */
const BESIDE_QR = 34;
const QR_GAP = 3;

/** `WDDD-HRQV` as `W  D  D  D  -  H  R  Q  V`, as far apart as the width allows. */
export function spacedCode(code: string, width: number): string {
	const letters = graphemes(code);
	return ["  ", " "].map((space) => letters.join(space)).find((spaced) => widthOf(spaced) <= width) ?? code;
}

/** `10:42:07` on this machine's wall. */
export function clockTime(at: number): string {
	return new Date(at).toTimeString().slice(0, 8);
}

/** The sentence by which a person can tell a sign-in of their own from somebody else's. */
export function notice(prompt: DeviceCodePrompt, hostname: string): string {
	const by =
		prompt.waitingForPid === undefined
			? `because you started this sign-in at ${clockTime(prompt.startedAt)} on ${clean(hostname)}`
			: `because you started a sign-in at ${clockTime(prompt.startedAt)} on ${clean(hostname)} in another terminal (process ${prompt.waitingForPid})`;
	return `This is a device code, not an MFA code. Approve it only ${by}.`;
}

/** Columns of the longest time, `59m 59s`. */
const TIME = 7;
const BAR = 10;

/** Wide pages have a bar and more words. */
function countdownWidth(wide: boolean): number {
	return wide ? BAR + 1 + "code expires in ".length + TIME : "expires in ".length + TIME;
}

function Countdown({ prompt, wide }: { prompt: DeviceCodePrompt; wide: boolean }): ReactNode {
	const { symbols, motion } = useUi();
	const span = { expiresAt: prompt.expiresAt, issuedAt: prompt.startedAt };
	const urgency = useTime((now) => urgencyOf(span, now));
	const halves = useTime((now) => Math.round((shareLeft(span, now) ?? 0) * BAR * 2));
	const left = useTime((now) => timeLeft(span, now, { from: Number.POSITIVE_INFINITY, coarse: !motion }));
	const parts = barParts(halves / (BAR * 2), BAR, symbols);
	const tone = URGENCY_TONES[urgency];
	return (
		<>
			{" ".repeat(Math.max(0, TIME - widthOf(left)))}
			{wide && (
				<>
					<Styled tone={tone}>{parts.left}</Styled>
					<Styled tone="muted">{parts.gone} </Styled>
				</>
			)}
			<Styled tone="muted">{wide ? "code expires in " : "expires in "}</Styled>
			<Styled tone={urgency === "good" ? "plain" : tone} strong={urgency !== "good"}>
				{truncate(left, TIME)}
			</Styled>
		</>
	);
}

/** One hyperlink over all of its lines, and nothing else in them. */
function Link({ url, lines, outdent }: { url: string; lines: readonly string[]; outdent: number }): ReactNode {
	return lines.map((line, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place
		<Box key={index} marginLeft={-outdent} width={widthOf(line)} flexShrink={0}>
			<Transform transform={(text) => hyperlink(url, text, "atmos-auth")}>
				<Text wrap="truncate-end">
					<Styled tone="link">{line}</Styled>
				</Text>
			</Transform>
		</Box>
	));
}

function QrCode({ qr }: { qr: Qr }): ReactNode {
	const { colour } = useUi();
	// Its own colours, so that light stays light in a light theme too.
	const colours = colour ? { color: "white", backgroundColor: "black" } : {};
	// The lower half of an odd last row is not part of the code.
	const last = colour ? { color: "white" } : {};
	return (
		<Box flexDirection="column" width={qr.width} flexShrink={0} aria-hidden>
			{qr.rows.map((row, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
				<Text key={index} wrap="truncate-end" {...(row.includes("█") || row.includes("▄") ? colours : last)}>
					{row}
				</Text>
			))}
		</Box>
	);
}

/** What the step says that it is doing; it knows of trouble with the network. */
function statusOf(snapshot: LoginSnapshot, step: StepId, prompt: DeviceCodePrompt): string {
	if (prompt.waitingForPid !== undefined)
		return `waiting for process ${prompt.waitingForPid}, which asked for this code`;
	const running = snapshot.chain.find(({ id, state }) => id === step && state === "running");
	return clean(running?.text ?? "") || "waiting for your approval in the browser";
}

/** Who waits for the approval, where it is for, and whether it is the last one. */
function subtitleOf(snapshot: LoginSnapshot, step: StepId, prompt: DeviceCodePrompt): string[] {
	const names = waitingFor(snapshot, step).map(({ name }) => clean(name));
	const [first = ""] = names;
	const more = snapshot.prompts.filter((asked) => asked.step !== step && asked.prompt.type === "device-code").length;
	return [
		...(names.length === 0 || first === clean(prompt.provider) ? [] : [`for ${andMore(names)}`]),
		clean(prompt.portal),
		...(more === 0 ? [] : [more === 1 ? "1 more approval after this" : `${more} more approvals after this`]),
	];
}

export interface ApprovalProps {
	readonly snapshot: LoginSnapshot;
	/** Who asks. */
	readonly step: StepId;
	readonly prompt: DeviceCodePrompt;
}

export function Approval({ snapshot, step, prompt }: ApprovalProps): ReactNode {
	const { login, symbols, actions, notify, columns, hostname } = useUi();
	const page = usePage(true);
	const { ellipsis } = symbols;
	const url = approvalUrl(prompt);
	const code = clean(prompt.userCode);
	// Tells the actions that the prompt they were done for is gone.
	const gone = useMemo(() => new AbortController(), []);
	useEffect(() => () => gone.abort(), [gone]);
	const keys = useKeys(approvalKeys({ login, actions, notify, gone: gone.signal }));

	const full = page.layout === "full";
	const inset = page.layout === "tiny" ? 0 : 2;
	// The link has to have its place below the code.
	const belowQr = inset + widthOf(url) <= page.width ? 1 : 3;
	const qr = useMemo(
		() =>
			full && symbols === UNICODE
				? fittingQr(url, page.width - BESIDE_QR - QR_GAP, page.bodyHeight - belowQr)
				: undefined,
		[full, symbols, url, page.width, page.bodyHeight, belowQr],
	);
	const measure = Math.min(MEASURE, page.width) - inset;
	const column = qr === undefined ? measure : Math.min(measure, page.width - qr.width - QR_GAP - inset);
	const beside = widthOf(url) <= column;
	const fitsInset = beside || inset + widthOf(url) <= page.width;
	const pieces = widthOf(url) <= page.width ? [url] : chop(url, columns);
	// Where not even that fits, the shortened text is a link over all of it still, and `u` shows the rest.
	const linkLines = pieces.length <= Math.max(1, page.bodyHeight - 2) ? pieces : [truncate(url, columns, ellipsis)];
	const linkInset = fitsInset ? inset : 0;
	const linkOutdent = widthOf(url) > page.width ? page.margin : 0;

	const paragraph = (text: string, segment: Omit<Segment, "text"> = {}): ReactNode[] =>
		wrap(text, column).map((line, index) => (
			// biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
			<Line key={`${text.slice(0, 8)} ${index}`}>
				{" ".repeat(inset)}
				<Segments of={[{ text: line, ...segment }]} />
			</Line>
		));
	const link = (
		<Box key="link" flexDirection="column" marginLeft={linkInset}>
			<Link url={url} lines={linkLines} outdent={linkOutdent} />
		</Box>
	);
	const below = qr !== undefined && !beside;
	const place = below ? "the link below" : "this page";
	const ask =
		prompt.verificationUriComplete === undefined
			? `Open ${place} and enter this code${below ? "." : ":"}`
			: `Open ${place} and check that it shows exactly this code${below ? "." : ":"}`;
	const status = statusOf(snapshot, step, prompt);
	const blocks: Block<ReactNode>[] = [
		{
			priority: 100,
			lines: [
				<Line key="code">
					{" ".repeat(inset)}
					<Styled tone="accent" strong>
						{truncate(spacedCode(code, column), column, ellipsis)}
					</Styled>
				</Line>,
			],
		},
		{ priority: 40, gap: true, lines: paragraph(ask) },
		...(qr === undefined || beside
			? [{ priority: 90, gap: full, lines: [link, ...linkLines.slice(1).map(() => null)] }]
			: []),
		{ priority: 60, gap: true, lines: paragraph(notice(prompt, hostname), { tone: "muted" }) },
		{
			priority: 50,
			gap: true,
			lines: wrap(status, Math.max(8, column - 2))
				.slice(0, 3)
				.map((line, index) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
					<Line key={`status ${index}`}>
						{" ".repeat(inset)}
						{index === 0 ? <Spinner since={prompt.startedAt} /> : " "}{" "}
						<Segments of={fitSegments([{ text: line }], column - 2, ellipsis)} />
					</Line>
				)),
		},
	];
	const height = below ? page.bodyHeight - linkLines.length : page.bodyHeight;
	const lead = full && height >= 14 ? 1 : 0;
	const lines = stack(blocks, height - lead);
	const text = (
		<Box flexDirection="column" width={qr === undefined ? page.width : column + inset} flexShrink={0}>
			{lead === 1 && <Line />}
			{lines.map((line, index) =>
				// biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
				line === undefined ? <Line key={`gap ${index}`} /> : line,
			)}
		</Box>
	);
	const wide = page.width >= 70;
	return (
		<Frame
			title={[{ text: `Sign in to ${clean(prompt.provider)}`, strong: true }]}
			subtitle={[{ text: subtitleOf(snapshot, step, prompt).join(` ${symbols.dot} `), tone: "muted" }]}
			right={{ width: countdownWidth(wide), node: <Countdown prompt={prompt} wide={wide} /> }}
			keys={keys}
		>
			{qr === undefined ? (
				text
			) : (
				<Box>
					{text}
					<Box width={page.width - column - inset - qr.width} flexShrink={0} />
					<QrCode qr={qr} />
				</Box>
			)}
			{below && link}
		</Frame>
	);
}
