/** All keys of a screen, from the table that handles them. */
import { Box } from "ink";
import type { ReactNode } from "react";
import { KeyBar } from "./key-bar.tsx";
import { allKeys, type Binding, KEYS } from "./keys/table.ts";
import { fitSegments, Segments } from "./segments.tsx";
import { Line } from "./styled.tsx";
import { cell, widthOf } from "./text.ts";
import { pageOf, useUi } from "./ui-context.ts";

/** What holds on every screen. */
const EVERYWHERE = [
	["Ctrl-C", "cancel; press twice to quit at once"],
	["Ctrl-Z", "suspend; fg brings it back"],
] as const;

export function Help({ bindings }: { readonly bindings: readonly Binding[] }): ReactNode {
	const { columns, rows, symbols } = useUi();
	const page = pageOf(columns, rows);
	const full = page.layout === "full";
	const listed = [
		...bindings.filter(({ help }) => help !== "").map((binding) => [allKeys(binding, symbols), binding.help] as const),
		...EVERYWHERE,
	].filter(([keys]) => keys !== "");
	const widest = Math.max(...listed.map(([keys]) => widthOf(keys)));
	const room = page.height - (full ? 4 : 2);
	return (
		<Box flexDirection="column" width={columns} height={page.height} paddingLeft={page.margin} overflow="hidden">
			<Line>
				<Segments of={fitSegments([{ text: "Keys", strong: true }], page.width, symbols.ellipsis)} />
			</Line>
			{full && <Line />}
			<Box flexDirection="column" height={Math.max(0, room)} overflow="hidden">
				{listed.slice(0, Math.max(0, room)).map(([keys, help]) => (
					<Line key={help}>
						<Segments
							of={fitSegments(
								[{ text: `${full ? "  " : ""}${cell(keys, widest)}`, tone: "accent" }, { text: `   ${help}` }],
								page.width,
								symbols.ellipsis,
							)}
						/>
					</Line>
				))}
			</Box>
			{full && <Line />}
			<KeyBar bindings={KEYS.help} width={page.width} />
		</Box>
	);
}
