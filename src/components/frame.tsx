/** The page around every screen: a title, what the screen has to say, a passing note, the keys. */
import { Box } from "ink";
import { createContext, type ReactNode, useContext } from "react";
import { Help } from "./help.tsx";
import { KeyBar } from "./key-bar.tsx";
import type { Binding } from "./keys/table.ts";
import { fitSegments, type Segment, Segments, Split } from "./segments.tsx";
import { Line } from "./styled.tsx";
import { type Page, pageOf, useUi } from "./ui-context.ts";

/** Whether the help lies over the screen. */
export const HelpContext = createContext(false);

/** Rows that the frame itself takes. */
function framing(page: Page, subtitle: boolean): { top: number; bottom: number } {
	if (page.layout === "full") return { top: subtitle ? 3 : 2, bottom: 2 };
	return { top: page.height >= 10 && subtitle ? 2 : 1, bottom: 1 };
}

export interface Body extends Page {
	/** Rows between title and keys. */
	readonly bodyHeight: number;
}

/** The page as it is now. @param subtitle whether the screen has a second line at the top */
export function usePage(subtitle = false): Body {
	const { columns, rows } = useUi();
	const page = pageOf(columns, rows);
	const { top, bottom } = framing(page, subtitle);
	return { ...page, bodyHeight: Math.max(0, page.height - top - bottom) };
}

export interface FrameProps {
	readonly title: readonly Segment[];
	readonly subtitle?: readonly Segment[] | undefined;
	readonly right?: { readonly width: number; readonly node: ReactNode } | undefined;
	readonly keys: readonly Binding[];
	readonly children?: ReactNode;
}

export function Frame({ title, subtitle, right, keys, children }: FrameProps): ReactNode {
	const { columns, symbols, note } = useUi();
	const help = useContext(HelpContext);
	const page = usePage(subtitle !== undefined);
	const { top } = framing(page, subtitle !== undefined);
	const { ellipsis } = symbols;
	if (help) return <Help bindings={keys} />;
	const noteLine = note === undefined ? [] : fitSegments([{ text: note, tone: "accent" }], page.width, ellipsis);
	return (
		<Box flexDirection="column" width={columns} height={page.height} overflow="hidden">
			<Box flexDirection="column" paddingLeft={page.margin} flexShrink={0}>
				<Split width={page.width} left={title} right={right} ellipsis={ellipsis} />
				{subtitle !== undefined && top > 1 && (
					<Line>
						<Segments of={fitSegments(subtitle, page.width, ellipsis)} />
					</Line>
				)}
				{page.layout === "full" && <Line />}
			</Box>
			{/* The margin is within what is clipped, so that a link too long for the page can have it. */}
			<Box flexDirection="column" height={page.bodyHeight} flexShrink={0} paddingLeft={page.margin} overflow="hidden">
				{children}
			</Box>
			<Box flexDirection="column" paddingLeft={page.margin} flexShrink={0}>
				{page.layout === "full" && <Line>{noteLine.length > 0 ? <Segments of={noteLine} /> : " "}</Line>}
				{page.layout !== "full" && noteLine.length > 0 ? (
					<Line>
						<Segments of={noteLine} />
					</Line>
				) : (
					<KeyBar bindings={keys} width={page.width} />
				)}
			</Box>
		</Box>
	);
}
