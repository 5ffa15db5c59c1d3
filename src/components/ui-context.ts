/** What every component of the dashboard may use. */
import { createContext, useContext } from "react";
import type { BrowserChoice } from "../auth/interaction.ts";
import type { LoginHandle } from "../flows/snapshot.ts";
import type { Forwarding } from "../output/forwarding.ts";
import type { OpenedPages } from "../output/opened-pages.ts";
import type { Paint, Symbols } from "./theme.ts";

/** Actions that a key stands for and that reach outside the screen. Each answers with a line for the user. */
export interface Actions {
	/** @param what "code" or "link", for the answer */
	copy(text: string, what: string): Promise<string>;
	open(url: string, browser?: BrowserChoice): Promise<string>;
	/** Adds a line to what has been said; only where nothing is drawn. */
	print(line: string): void;
	/** Leaves the screen, prints the link and comes back after a key or when `until` is aborted. */
	plainLink(url: string, until: AbortSignal): void;
}

export interface UiContext {
	readonly login: LoginHandle;
	readonly actions: Actions;
	readonly symbols: Symbols;
	readonly paint: Paint;
	readonly columns: number;
	readonly rows: number;
	/** False where the user asked for less motion: no spinner, no seconds. */
	readonly motion: boolean;
	/** False without colours: what a colour says has to be said otherwise. */
	readonly colour: boolean;
	readonly hostname: string;
	/** How a page gets back to a port of this machine; undefined where it does by itself. */
	forwarding(port: number): Forwarding | undefined;
	/** What came of the pages that were opened by themselves. */
	readonly pages: OpenedPages;
	/** Milliseconds since the epoch as of the last tick; `useTime` for what has to follow it. */
	now(): number;
	/** A passing line above the key bar. */
	readonly note: string | undefined;
	notify(text: string): void;
}

export const UiReactContext = createContext<UiContext | undefined>(undefined);

/** @throws Error outside of the dashboard */
export function useUi(): UiContext {
	const ui = useContext(UiReactContext);
	if (ui === undefined) throw new Error("there is no dashboard around this component");
	return ui;
}

/** Space on the left and right of everything. */
const MARGIN = 1;
/** Lines longer than this are hard to follow from their name to their time. */
const WIDEST = 118;

export type Layout = "tiny" | "compact" | "full";

/** How the window is used. All sizes in columns and rows. */
export interface Page {
	readonly layout: Layout;
	readonly margin: number;
	/** Between the margins. */
	readonly width: number;
	readonly height: number;
}

/** Below 60×12 nothing is there for its looks; below 20×6 there are only lines. */
export function pageOf(columns: number, rows: number): Page {
	const layout = columns < 20 || rows < 6 ? "tiny" : columns < 60 || rows < 12 ? "compact" : "full";
	const margin = layout === "tiny" ? 0 : MARGIN;
	return { layout, margin, width: Math.max(1, Math.min(WIDEST, columns - 2 * margin)), height: Math.max(1, rows) };
}
