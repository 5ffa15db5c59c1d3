/** The one place that knows which spinner is used, and when there is none. */
import InkSpinner from "ink-spinner";
import type { ReactNode } from "react";
import { useSurroundings } from "./context.ts";
import { T } from "./styled.tsx";

/** One column that says "at work", without moving for those whom motion disturbs. */
export function Spinner(): ReactNode {
	const { symbols, motion } = useSurroundings();
	if (!motion) return <T tone="accent">{symbols.ellipsis}</T>;
	return (
		<T tone="accent">
			<InkSpinner type={symbols.ellipsis === "…" ? "dots" : "line"} />
		</T>
	);
}
