/** Puts the dashboard on the terminal and takes it off again. The only place that calls Ink's `render`. */
import { render, useApp } from "ink";
import { type ReactNode, useEffect, useMemo } from "react";
import { toErrorView } from "../auth/errors.ts";
import { readKey } from "../terminal/read-key.ts";
import { onContinue, stopUntilContinued } from "../terminal/suspend.ts";
import { App, type AppProps, type DisplayOptions } from "./app.tsx";
import type { Actions } from "./ui-context.ts";

export interface MountOptions extends Omit<AppProps, "actions" | "onSuspend"> {
	readonly stdin: NodeJS.ReadStream;
	/** The stream to draw on. */
	readonly screen: NodeJS.WriteStream;
	readonly platform: NodeJS.Platform;
	readonly copy: Actions["copy"];
	readonly open: Actions["open"];
	readonly display: DisplayOptions;
}

export interface Mounted {
	unmount(): void;
	/** Resolves when the terminal has been given back; rejects with what a component threw. */
	readonly over: Promise<unknown>;
}

/** Frames a second at most. Ink's own 30 would let a key wait 33 ms behind a frame that came just before it. */
const MAX_FPS = 200;

/** The application with what only a component can have: the terminal, for a while, without the screen on it. */
function Root(options: MountOptions & { readonly resumed: Resumed }): ReactNode {
	const { stdin, screen, platform, copy, open, resumed, ...app } = options;
	const { suspendTerminal } = useApp();
	const actions = useMemo((): Actions & { suspend(): void; redraw(): void } => {
		let away = false;
		// One at a time: the terminal can be handed over only once.
		const leave = (meanwhile: () => Promise<void>): void => {
			if (away) return;
			away = true;
			suspendTerminal(meanwhile)
				.catch((error: unknown) => app.notes.add(`the terminal could not be released: ${toErrorView(error).message}`))
				.finally(() => {
					away = false;
				});
		};
		return {
			copy,
			open,
			print: (line) => void screen.write(`${line}\n`),
			plainLink: (url, until) =>
				leave(async () => {
					if (until.aborted) return;
					screen.write(`\n${url}\n\nPress any key to go back to the dashboard.\n`);
					// More may have come with it, as from a key that is held down.
					if ((await readKey(stdin, until))?.includes("\u0003")) app.onInterrupt();
				}),
			suspend: () => leave(stopUntilContinued),
			redraw: () => leave(async () => undefined),
		};
	}, [suspendTerminal, copy, open, screen, stdin, app.onInterrupt, app.notes]);
	useEffect(() => {
		resumed.redraw = actions.redraw;
		return () => {
			resumed.redraw = undefined;
		};
	}, [resumed, actions]);
	return <App {...app} actions={actions} onSuspend={platform === "win32" ? undefined : actions.suspend} />;
}

/** What to do when somebody else had stopped the process and let it go on. */
interface Resumed {
	redraw?: (() => void) | undefined;
}

export function mount(options: MountOptions): Mounted {
	const { stdin, screen, display } = options;
	const resumed: Resumed = {};
	// Ink does this after its first frame. Whoever answers to that at once would see the answer written over the screen, and
	// have it turned into a line.
	stdin.setRawMode?.(true);
	const instance = render(<Root {...options} resumed={resumed} />, {
		stdin,
		stdout: screen,
		stderr: screen,
		exitOnCtrlC: false,
		patchConsole: false,
		// Which face is shown has been decided; Ink's own guess at CI must not overrule it.
		interactive: true,
		alternateScreen: !display.screenReader,
		incrementalRendering: true,
		isScreenReaderEnabled: display.screenReader,
		maxFps: MAX_FPS,
	});
	const stop = options.platform === "win32" ? () => undefined : onContinue(() => resumed.redraw?.());
	return { unmount: () => instance.unmount(), over: instance.waitUntilExit().finally(stop) };
}
