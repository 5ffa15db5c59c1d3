/** A short menu: providers, or several accounts of one name. */
import { Box, Text, useInput } from "ink";
import SelectInput from "ink-select-input";
import { type ReactNode, useContext, useMemo } from "react";
import type { ChoiceOption } from "../../auth/interaction.ts";
import { Frame, usePage } from "../frame.tsx";
import { KeyHubContext, useKeys } from "../keys/dispatch.ts";
import { fitSegments, type Segment, Segments } from "../segments.tsx";
import { Line, Styled } from "../styled.tsx";
import { cell, clean, truncate, widthOf, wrap } from "../text.ts";
import { useUi } from "../ui-context.ts";

export interface MenuProps {
	readonly question: string;
	/** What the question is about, whole; see `ChoicePrompt`. */
	readonly details?: readonly string[] | undefined;
	readonly detailsBy?: string | undefined;
	readonly options: readonly (ChoiceOption & { readonly note?: string })[];
	readonly onChoose: (value: string) => void;
	/** Goes back to where this menu came from; undefined where that is nowhere. */
	readonly onBack?: (() => void) | undefined;
	readonly onQuit: () => void;
}

function Pointer({ isSelected = false }: { readonly isSelected?: boolean }): ReactNode {
	const { symbols } = useUi();
	return (
		<Text>
			<Styled tone="accent">{`${isSelected ? symbols.pointer : " "} `}</Styled>
		</Text>
	);
}

function Item({ isSelected = false, label }: { readonly isSelected?: boolean; readonly label: string }): ReactNode {
	return (
		<Line>
			<Styled tone={isSelected ? "accent" : "plain"} strong={isSelected}>
				{label}
			</Styled>
		</Line>
	);
}

/** A line of the question's details, with its continuations as far in as it is itself; what is further in says less. */
function detailLines(line: string, width: number): Segment[] {
	const indent = / */.exec(line)?.[0] ?? "";
	const style = indent === "" ? { strong: true } : { tone: "muted" as const };
	return wrap(clean(line), Math.max(8, width - indent.length)).map((text) => ({ text: indent + text, ...style }));
}

export function Menu(props: MenuProps): ReactNode {
	const { question, details = [], options: given, onChoose, onBack, onQuit } = props;
	const { symbols } = useUi();
	const { meant } = useContext(KeyHubContext);
	const { width, layout } = usePage();
	const asked = wrap(clean(question), width).map((text): Segment => ({ text, strong: true }));
	// Its second line above the gap below the title, so that nothing stands between the two.
	const isLong = layout === "full" && asked.length > 1;
	const page = usePage(isLong);
	const keys = useKeys({
		screen: () => "menu",
		handlers: () => ({
			move: () => undefined,
			up: () => undefined,
			down: () => undefined,
			choose: () => undefined,
			...(onBack ? { back: onBack } : { cancel: onQuit }),
			quit: onQuit,
		}),
	});
	const all = [...asked, ...details.flatMap((line) => detailLines(line, page.width))];
	// An answer that says yes to what is on the screen needs all of it on the screen.
	const room = Math.max(1, page.bodyHeight - (details.length > 0 ? given.length + 2 : 3));
	const hidden = details.length > 0 && all.length > room;
	const options = given.filter((option) => !(hidden && option.needsDetails));
	const lines = all.slice(0, room);
	if (hidden)
		lines.push({
			text: `This window is too small to show everything: make it larger${props.detailsBy === undefined ? "" : `, or run ${props.detailsBy}`}`,
			tone: "soon",
		});
	const [title = { text: "" }, ...others] = lines;
	const [subtitle, rest] = isLong ? [others.slice(0, 1), others.slice(1)] : [undefined, others];
	useInput((input) => {
		const chosen = options.find(({ key }) => key !== undefined && key === input);
		if (chosen !== undefined && meant(input)) onChoose(chosen.value);
	});
	const limit = Math.max(1, page.bodyHeight - rest.length - (rest.length > 0 ? 1 : 0));
	const items = useMemo(() => {
		const widest = Math.max(0, ...options.map(({ label }) => widthOf(clean(label))));
		return options.map(({ value, label, note, key }, index) => {
			const number = options.length <= 9 ? `${key ?? index + 1}  ` : "";
			const text = note ? `${cell(clean(label), widest)}   ${clean(note)}` : clean(label);
			return { key: `${index}`, value, label: truncate(number + text, page.width - 2, symbols.ellipsis) };
		});
	}, [options, page.width, symbols.ellipsis]);
	return (
		<Frame title={fitSegments([title], page.width, symbols.ellipsis)} subtitle={subtitle} keys={keys}>
			{rest.map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
				<Line key={index}>
					<Segments of={fitSegments([line], page.width, symbols.ellipsis)} />
				</Line>
			))}
			{rest.length > 0 && <Line />}
			<Box flexDirection="column">
				<SelectInput
					items={items}
					limit={limit}
					indicatorComponent={Pointer}
					itemComponent={Item}
					onSelect={(item) => {
						// With an empty list the library reports a choice of nothing.
						if (item !== undefined && meant("return")) onChoose(item.value);
					}}
				/>
			</Box>
		</Frame>
	);
}
