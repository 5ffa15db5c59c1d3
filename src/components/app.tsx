/** The dashboard: which screen is shown, and the keys that hold everywhere. */
import { useInput, usePaste, useWindowSize } from "ink";
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { LoginHandle, LoginSnapshot } from "../flows/snapshot.ts";
import type { OpenedPages } from "../output/opened-pages.ts";
import { isPage } from "../output/shown-page.ts";
import { type Ticker, TickerContext, useTime } from "./clock.ts";
import { initialList, type ListAction, type ListState, reduceList } from "./filter-list/state.ts";
import { HelpContext } from "./frame.tsx";
import { prepareBoard } from "./identity-list.ts";
import { dispatchKey, type KeyHub, KeyHubContext, typed } from "./keys/dispatch.ts";
import { createKeyGuard } from "./keys/guard.ts";
import { askedFirst, isBroken, keyOfAsked } from "./keys/handlers.ts";
import { commandFor } from "./keys/table.ts";
import type { Notes } from "./notes.ts";
import { CodeQuestion } from "./screens/code-question.tsx";
import { Identities, type Picker } from "./screens/identities.tsx";
import { Menu } from "./screens/menu.tsx";
import { Progress } from "./screens/progress.tsx";
import { ScreenReader } from "./screens/screen-reader.tsx";
import { SecretQuestion } from "./screens/secret-question.tsx";
import { Shown } from "./screens/shown.tsx";
import { lookOf } from "./session.ts";
import { createStore, useOnce, useStore } from "./store.ts";
import { ASCII, createPaint, UNICODE } from "./theme.ts";
import { type Actions, type UiContext, UiReactContext, useUi } from "./ui-context.ts";

/** How the terminal and its user want it. */
export interface DisplayOptions {
	readonly unicode: boolean;
	readonly colour: boolean;
	readonly motion: boolean;
	/** Lines that are only ever added, for screen readers and terminals that cannot do more. */
	readonly screenReader: boolean;
}

export interface AppProps {
	readonly login: LoginHandle;
	readonly ticker: Ticker;
	readonly notes: Notes;
	readonly display: DisplayOptions;
	readonly hostname: string;
	readonly forwarding: UiContext["forwarding"];
	readonly pages: OpenedPages;
	readonly actions: Actions;
	/** Ctrl-C. */
	readonly onInterrupt: () => void;
	/** Ctrl-Z; undefined where there is no job control. */
	readonly onSuspend?: (() => void) | undefined;
}

/** Which screen a snapshot is shown on. What a person types for one of them is never meant for another. */
function screenOf(snapshot: LoginSnapshot): string {
	const { phase } = snapshot;
	const asked = askedFirst(snapshot);
	if (phase === "choosing") return phase;
	if (asked !== undefined) return keyOfAsked(asked);
	return phase === "attention" ? `${phase} ${isBroken(snapshot)}` : "progress";
}

/** Keeps the list's state while other screens are shown, and through a refresh of its rows. */
function usePicker(snapshot: LoginSnapshot): Picker | undefined {
	const choice = snapshot.choice?.of === "identities" ? snapshot.choice : undefined;
	const board = useMemo(() => (choice === undefined ? undefined : prepareBoard(choice)), [choice]);
	const kept = useRef<{ -readonly [Key in keyof Picker]: Picker[Key] } | undefined>(undefined);
	if (board !== undefined && kept.current === undefined) {
		const list = createStore<ListState, ListAction>(reduceList, initialList(board.entries, 1));
		kept.current = { board, list, details: new Map() };
	}
	const picker = kept.current;
	useLayoutEffect(() => {
		if (board === undefined || picker === undefined || picker.board === board) return;
		picker.board = board;
		picker.details = new Map();
		picker.list.send({ type: "ENTRIES", entries: board.entries });
	}, [board, picker]);
	return choice === undefined ? undefined : picker;
}

function Screen({ snapshot, picker }: { snapshot: LoginSnapshot; picker: Picker | undefined }): ReactNode {
	const { login, now } = useUi();
	const { choice, phase } = snapshot;
	const asked = askedFirst(snapshot);
	const prompt = asked?.prompt;
	const cancel = (): void => login.send({ type: "CANCEL" });
	if (phase === "choosing" && choice !== undefined) {
		if (picker !== undefined) return <Identities picker={picker} choice={choice} />;
		return (
			<Menu
				question="Choose a provider to sign in to"
				options={choice.rows.map((row) => ({
					value: row.key,
					label: row.name,
					note: lookOf(row.session, row.problem !== undefined, now()) === "good" ? "signed in" : row.kind,
				}))}
				onChoose={(key) => login.send({ type: "SELECT", key })}
				onQuit={cancel}
			/>
		);
	}
	if (asked !== undefined && isPage(prompt)) {
		return <Shown key={keyOfAsked(asked)} snapshot={snapshot} step={asked.step} prompt={prompt} />;
	}
	if (asked !== undefined && prompt?.type === "secret") {
		return <SecretQuestion key={keyOfAsked(asked)} snapshot={snapshot} step={asked.step} prompt={prompt} />;
	}
	if (asked !== undefined && prompt?.type === "code") {
		return <CodeQuestion key={keyOfAsked(asked)} snapshot={snapshot} step={asked.step} prompt={prompt} />;
	}
	if (asked !== undefined && prompt?.type === "choice") {
		return (
			<Menu
				key={keyOfAsked(asked)}
				question={prompt.question}
				details={prompt.details}
				detailsBy={prompt.detailsBy}
				options={prompt.options}
				onChoose={(value) => login.send({ type: "ANSWER", step: asked.step, value })}
				onBack={choice === undefined ? undefined : () => login.send({ type: "BACK" })}
				onQuit={cancel}
			/>
		);
	}
	return <Progress snapshot={snapshot} />;
}

/** Adds the passing line as long as it is to be seen. */
function WithNote(props: {
	readonly notes: Notes;
	readonly ui: Omit<UiContext, "note">;
	readonly children: ReactNode;
}): ReactNode {
	const { notes, ui, children } = props;
	const last = useStore(notes.store);
	const fresh = useTime((now) => last !== undefined && now < last.until);
	const note = fresh ? last?.text : undefined;
	const value = useMemo(() => ({ ...ui, note }), [ui, note]);
	return <UiReactContext value={value}>{children}</UiReactContext>;
}

export function App(props: AppProps): ReactNode {
	const { login, ticker, notes, display, hostname, forwarding, pages, actions, onInterrupt, onSuspend } = props;
	const snapshot = useSyncExternalStore((listener) => login.subscribe(listener), login.snapshot);
	const picker = usePicker(snapshot);
	const { columns, rows } = useWindowSize();
	const [help, setHelp] = useState(false);
	const guard = useOnce(() =>
		createKeyGuard(
			() => screenOf(login.snapshot()),
			() => performance.now(),
		),
	);
	const hub = useOnce((): KeyHub => ({ source: undefined, toggleHelp: () => undefined, meant: guard.meant }));
	hub.toggleHelp = () => setHelp((shown) => !shown);

	// What was asked for on one screen does not hold on the next.
	const screen = screenOf(snapshot);
	const shownOn = useRef(screen);
	if (shownOn.current !== screen) {
		shownOn.current = screen;
		if (help) setHelp(false);
	}

	const takeText = (text: string): void => {
		if (guard.meant("") && (!help || display.screenReader)) hub.source?.paste?.(text);
		// No Enter is held down over it; several that were read together are.
		if (/[^\r\n]/.test(text)) guard.pressed("");
	};
	const takeKey = (name: string): void => {
		if (help && !display.screenReader) {
			if (commandFor("help", { help: hub.toggleHelp }, name) !== undefined) setHelp(false);
		} else dispatchKey(hub, name);
	};
	useInput((input, key) => {
		const what = typed(input, key);
		if (what === undefined) return;
		if ("text" in what) takeText(what.text);
		else if (what.key === "ctrl+c") onInterrupt();
		else if (what.key === "ctrl+z") onSuspend?.();
		else {
			if (guard.meant(what.key)) takeKey(what.key);
			guard.pressed(what.key);
		}
	});
	usePaste(takeText);
	useLayoutEffect(() => guard.shown(screen), [guard, screen]);
	// After the effects of the hooks above, which begin to read.
	useEffect(() => guard.started(), [guard]);

	const ui = useMemo(
		(): Omit<UiContext, "note"> => ({
			login,
			actions,
			symbols: display.unicode ? UNICODE : ASCII,
			paint: createPaint({ colour: display.colour, attributes: !display.screenReader }),
			columns,
			rows,
			motion: display.motion,
			colour: display.colour,
			hostname,
			forwarding,
			pages,
			notify: notes.add,
			now: ticker.now,
		}),
		[login, actions, display, columns, rows, hostname, forwarding, pages, notes, ticker],
	);

	return (
		<TickerContext value={ticker}>
			<KeyHubContext value={hub}>
				<HelpContext value={help}>
					<WithNote notes={notes} ui={ui}>
						{display.screenReader ? (
							<ScreenReader snapshot={snapshot} picker={picker} notes={notes} help={help} />
						) : (
							<Screen snapshot={snapshot} picker={picker} />
						)}
					</WithNote>
				</HelpContext>
			</KeyHubContext>
		</TickerContext>
	);
}
