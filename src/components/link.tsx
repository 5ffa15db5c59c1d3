/** A link as a person can follow, select or scan it: one hyperlink over the whole of it, and a QR code where there is room. */
import { Box, Text, Transform } from "ink";
import type { ReactNode } from "react";
import { hyperlink } from "../terminal/osc.ts";
import type { Qr } from "./qr.ts";
import { Styled } from "./styled.tsx";
import { widthOf } from "./text.ts";
import { useUi } from "./ui-context.ts";

export interface LinkProps {
	readonly url: string;
	/** The link in pieces, or a shortened text in its place. */
	readonly lines: readonly string[];
	/** Columns from the page's left edge; less than nothing for a link that needs the margin, too. */
	readonly inset: number;
}

/** One hyperlink over all of its lines, and nothing else in them. */
export function Link({ url, lines, inset }: LinkProps): ReactNode {
	return (
		<Box flexDirection="column" marginLeft={Math.max(0, inset)}>
			{lines.map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place
				<Box key={index} marginLeft={Math.min(0, inset)} width={widthOf(line)} flexShrink={0}>
					<Transform transform={(text) => hyperlink(url, text, "atmos-auth")}>
						<Text wrap="truncate-end">
							<Styled tone="link">{line}</Styled>
						</Text>
					</Transform>
				</Box>
			))}
		</Box>
	);
}

export function QrCode({ qr }: { readonly qr: Qr }): ReactNode {
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
