/** The layout of the screens on which a person signs in on a page: words around a link, and its QR code beside them. */
import { Box } from "ink";
import { type ReactNode, useMemo, useSyncExternalStore } from "react";
import type { LoginSnapshot, StepId } from "../flows/snapshot.ts";
import { approvalUrl, isPage, type ShownPage } from "../output/shown-page.ts";
import { countdownOf } from "./countdown.tsx";
import { type Body, Frame, usePage } from "./frame.tsx";
import { waitingFor } from "./keys/handlers.ts";
import type { Binding } from "./keys/table.ts";
import { Link, QrCode } from "./link.tsx";
import { fittingQr, type Qr } from "./qr.ts";
import { fitSegments, type Segment, Segments } from "./segments.tsx";
import { Spinner } from "./spinner.tsx";
import { type Block, stack } from "./stack.ts";
import { Line } from "./styled.tsx";
import { andMore, chop, clean, truncate, widthOf, wrap } from "./text.ts";
import { UNICODE } from "./theme.ts";
import { useUi } from "./ui-context.ts";

/** Lines of a paragraph longer than this are hard to read. */
const MEASURE = 76;
/** Least columns of the text beside a QR code, and the space between them. */
const BESIDE_QR = 34;
const QR_GAP = 3;

/** Sizes in columns. */
export interface LinkLayout {
	readonly page: Body;
	/** Of the words, from the page's edge. */
	readonly inset: number;
	/** Of the words, how wide they are. */
	readonly column: number;
	readonly qr: Qr | undefined;
	/** Whether the link stands below the QR code, and not among the words. */
	readonly below: boolean;
}

/** @param wantsQr whether the page is of use on another machine, such as a telephone */
export function useLinkLayout(url: string, wantsQr: boolean): LinkLayout {
	const { symbols } = useUi();
	const page = usePage(true);
	const inset = page.layout === "tiny" ? 0 : 2;
	// The link has to have its place below the code.
	const rows = page.bodyHeight - (inset + widthOf(url) <= page.width ? 1 : 3);
	const draws = wantsQr && page.layout === "full" && symbols === UNICODE;
	const qr = useMemo(
		() => (draws ? fittingQr(url, page.width - BESIDE_QR - QR_GAP, rows) : undefined),
		[draws, url, page.width, rows],
	);
	const measure = Math.min(MEASURE, page.width) - inset;
	const column = qr === undefined ? measure : Math.min(measure, page.width - qr.width - QR_GAP - inset);
	return { page, inset, column, qr, below: qr !== undefined && widthOf(url) > column };
}

/** A paragraph of the words. */
export function paragraph(
	text: string,
	{ inset, column }: LinkLayout,
	segment: Omit<Segment, "text"> = {},
): ReactNode[] {
	return wrap(text, column).map((line, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
		<Line key={`${text.slice(0, 8)} ${index}`}>
			{" ".repeat(inset)}
			<Segments of={[{ text: line, ...segment }]} />
		</Line>
	));
}

/** What is waited for, with something that moves. */
export function statusLines(
	status: string,
	since: number,
	{ inset, column }: LinkLayout,
	ellipsis: string,
): ReactNode[] {
	return wrap(status, Math.max(8, column - 2))
		.slice(0, 3)
		.map((line, index) => (
			// biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
			<Line key={`status ${index}`}>
				{" ".repeat(inset)}
				{index === 0 ? <Spinner since={since} /> : " "}{" "}
				<Segments of={fitSegments([{ text: line }], column - 2, ellipsis)} />
			</Line>
		));
}

/** What the step says that it is doing; it knows of trouble with the network. @param otherwise where it says nothing */
export function statusOf(snapshot: LoginSnapshot, step: StepId, otherwise: string): string {
	const running = snapshot.chain.find(({ id, state }) => id === step && state === "running");
	return clean(running?.text ?? "") || otherwise;
}

/** What came of opening the page by itself, as the end of a line; empty while nothing is known. */
export function useOutcome(url: string): string {
	const { pages, symbols } = useUi();
	const outcome = useSyncExternalStore(pages.subscribe, () => pages.outcome(url));
	return outcome === undefined ? "" : ` ${symbols.dot} ${clean(outcome)}`;
}

/** Who waits for it, where it is for, and whether it is the last one. */
function subtitleOf(snapshot: LoginSnapshot, step: StepId, prompt: ShownPage): string[] {
	const names = waitingFor(snapshot, step).map(({ name }) => clean(name));
	const [first = ""] = names;
	const more = snapshot.prompts.filter((asked) => asked.step !== step && isPage(asked.prompt)).length;
	return [
		...(names.length === 0 || first === clean(prompt.provider) ? [] : [`for ${andMore(names)}`]),
		clean(prompt.portal),
		...(more === 0 ? [] : [more === 1 ? "1 more approval after this" : `${more} more approvals after this`]),
	];
}

export interface PageScreenProps {
	readonly snapshot: LoginSnapshot;
	readonly step: StepId;
	readonly prompt: ShownPage;
	readonly layout: LinkLayout;
	/** What runs out, such as "code". */
	readonly expires: string;
	/** What stands before the link, and what after it. */
	readonly before: readonly Block<ReactNode>[];
	readonly after: readonly Block<ReactNode>[];
	/** Left out where the link is of no use. */
	readonly link: boolean;
	/** A link that leaves no room for the rest is shortened; otherwise the rest makes room. */
	readonly shortens: boolean;
	readonly keys: readonly Binding[];
}

export function PageScreen(props: PageScreenProps): ReactNode {
	const { snapshot, step, prompt, layout, before, after, keys } = props;
	const { symbols, columns } = useUi();
	const { page, inset, column, qr, below } = layout;
	const full = page.layout === "full";
	const url = approvalUrl(prompt);
	const isWide = widthOf(url) > page.width;
	const pieces = isWide ? chop(url, columns) : [url];
	const others = [...before, ...after].reduce((sum, { lines }) => sum + lines.length, 0);
	const room = props.shortens ? page.bodyHeight - others : page.bodyHeight - 2;
	// The shortened text is a link over all of it still, and a key shows the rest.
	const isShort = pieces.length > Math.max(1, room);
	const fitsInset = isShort || !isWide;
	const lines = isShort ? [truncate(url, page.width - inset, symbols.ellipsis)] : pieces;
	const margin =
		fitsInset && inset + widthOf(lines[0] ?? "") <= page.width ? inset : isWide && !isShort ? -page.margin : 0;
	const link = <Link key="link" url={url} lines={lines} inset={margin} />;
	const among: Block<ReactNode>[] =
		props.link && !below ? [{ priority: 90, gap: full, lines: [link, ...lines.slice(1).map(() => null)] }] : [];
	const height = below ? page.bodyHeight - lines.length : page.bodyHeight;
	const lead = full && height >= 14 ? 1 : 0;
	const stacked = stack([...before, ...among, ...after], height - lead);
	const text = (
		<Box flexDirection="column" width={qr === undefined ? page.width : column + inset} flexShrink={0}>
			{lead === 1 && <Line />}
			{stacked.map((line, index) =>
				// biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
				line === undefined ? <Line key={`gap ${index}`} /> : line,
			)}
		</Box>
	);
	return (
		<Frame
			title={[{ text: `Sign in to ${clean(prompt.provider)}`, strong: true }]}
			subtitle={[{ text: subtitleOf(snapshot, step, prompt).join(` ${symbols.dot} `), tone: "muted" }]}
			right={countdownOf({
				span: { expiresAt: prompt.expiresAt, issuedAt: prompt.startedAt },
				what: props.expires,
				wide: page.width >= 70,
			})}
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
