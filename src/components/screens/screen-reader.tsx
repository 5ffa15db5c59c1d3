/** The dashboard for screen readers: the same steps and keys, in lines that are added and never changed. */
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { LoginAction, LoginSnapshot } from "../../flows/snapshot.ts";
import { isPage } from "../../output/shown-page.ts";
import { initialList, type ListAction, type ListState, reduceList, selectedEntry } from "../filter-list/state.ts";
import type { BoardEntry } from "../identity-list.ts";
import { type CodeAction, codeKeys, createCodeEntry } from "../keys/code-entry.ts";
import { type KeySource, useKeys } from "../keys/dispatch.ts";
import {
	askedFirst,
	createProgressChoice,
	identityKeys,
	isBroken,
	keyOfAsked,
	type ProgressAction,
	type ProgressChoice,
	progressKeys,
	selectedRow,
} from "../keys/handlers.ts";
import { secretKeys } from "../keys/secret.ts";
import { shownKeys } from "../keys/shown.ts";
import { createTextEntry, type TextEntry, useLength } from "../keys/text-entry.ts";
import type { Notes } from "../notes.ts";
import { notice, pageNotice } from "../page-words.ts";
import {
	approvalSentences,
	changeSentences,
	choiceSentences,
	codeSentences,
	detailSentence,
	keySentences,
	lengthSentence,
	pageSentences,
	rowSentence,
	secretSentences,
	typedSentence,
} from "../sentences.ts";
import { createStore, type Store, useOnce, useStore } from "../store.ts";
import { clean } from "../text.ts";
import { useUi } from "../ui-context.ts";
import type { Picker } from "./identities.tsx";

export interface SpokenProps {
	readonly snapshot: LoginSnapshot;
	readonly picker: Picker | undefined;
	readonly notes: Notes;
	readonly help: boolean;
}

interface Option {
	readonly value: string;
	readonly label: string;
}

type MenuStore = Store<ListState, ListAction>;

/** Lists whose window does not matter, as one row is read at a time. */
const PAGE = 10;

/** @param ways whether the menu of the other ways to sign in is open */
function menuOf(
	snapshot: LoginSnapshot,
	ways: boolean,
):
	| {
			question: string;
			details?: readonly string[] | undefined;
			options: readonly Option[];
			/** What choosing the option of a value does. */
			chosen: (value: string) => LoginAction;
	  }
	| undefined {
	const { phase, choice } = snapshot;
	const asked = askedFirst(snapshot);
	if (phase === "choosing" && choice?.of === "providers") {
		const options = choice.rows.map(({ key, name }) => ({ value: key, label: clean(name) }));
		return {
			question: "Choose a provider to sign in to",
			options,
			chosen: (key) => ({ type: "SELECT", key }),
		};
	}
	if (asked?.prompt.type === "choice") {
		const { question, details, options } = asked.prompt;
		const { step } = asked;
		return { question: clean(question), details, options, chosen: (value) => ({ type: "ANSWER", step, value }) };
	}
	if (ways && asked !== undefined && isPage(asked.prompt) && asked.prompt.ways !== undefined) {
		const { others } = asked.prompt.ways;
		const { step } = asked;
		return {
			question: `Other ways to sign in to ${clean(asked.prompt.provider)}`,
			options: others.map(({ flow, label }) => ({ value: flow, label: clean(label) })),
			chosen: (value) => ({
				type: "CHANGE_WAY",
				step,
				flow: others.find(({ flow }) => flow === value)?.flow ?? "browser",
			}),
		};
	}
	return undefined;
}

export function ScreenReader({ snapshot, picker, notes, help }: SpokenProps): ReactNode {
	const { login, actions, notify, now, hostname, forwarding } = useUi();
	// Not through Ink, which would break a link into lines, and wipe what it takes for a frame.
	const say = useOnce(() => (lines: readonly string[]) => {
		for (const line of lines) actions.print(line);
	});
	const choice = useOnce(createProgressChoice);
	const asked = askedFirst(snapshot);
	const askedKey = asked === undefined ? "" : keyOfAsked(asked);
	/** The prompt whose other ways are shown. */
	const [waysOf, setWaysOf] = useState("");
	const choosesWay = waysOf !== "" && waysOf === askedKey;
	const menu = menuOf(snapshot, choosesWay);
	const menuKey =
		menu === undefined ? "" : `${askedKey} ${menu.question} ${menu.options.map(({ value }) => value).join(" ")}`;
	// biome-ignore lint/correctness/useExhaustiveDependencies: made anew for another menu only
	const menuList: MenuStore | undefined = useMemo(
		() =>
			menu === undefined
				? undefined
				: createStore<ListState, ListAction>(
						reduceList,
						initialList(
							menu.options.map(({ value }) => ({ key: value, fields: [] })),
							PAGE,
						),
					),
		[menuKey],
	);
	const choosing = snapshot.phase === "choosing" && picker !== undefined;
	const page = asked !== undefined && isPage(asked.prompt) ? asked.prompt : undefined;
	const question = asked?.prompt.type === "code" ? asked.prompt : undefined;
	const questionKey = question === undefined ? "" : askedKey;
	// biome-ignore lint/correctness/useExhaustiveDependencies: made anew for another question only
	const entry = useMemo(() => createCodeEntry(question?.digits ?? 0), [questionKey]);
	const secret = asked?.prompt.type === "secret" ? asked.prompt : undefined;
	const secretKey = secret === undefined ? "" : askedKey;
	// biome-ignore lint/correctness/useExhaustiveDependencies: made anew for another prompt only
	const hidden = useMemo(createTextEntry, [askedKey]);
	/** Whether the code that was typed last has been sent. */
	const sent = useRef(false);
	const promptKey = page === undefined ? "" : askedKey;
	// biome-ignore lint/correctness/useExhaustiveDependencies: one for each prompt
	const gone = useMemo(() => new AbortController(), [promptKey]);
	useEffect(() => () => gone.abort(), [gone]);

	const source: KeySource = choosing
		? identityKeys({ login, list: picker.list, notify })
		: menuList !== undefined && menu !== undefined
			? menuKeys({
					list: menuList,
					choose: (value) => login.send(menu.chosen(value)),
					back: choosesWay
						? () => {
								setWaysOf("");
								say([`Back to the page of ${clean(page?.provider ?? "")}.`]);
							}
						: asked !== undefined && snapshot.choice !== undefined
							? () => login.send({ type: "BACK" })
							: undefined,
					cancel: () => login.send({ type: "CANCEL" }),
				})
			: asked !== undefined && question !== undefined
				? codeKeys({
						login,
						step: asked.step,
						entry,
						digits: question.digits,
						sending: (typed) => {
							sent.current = true;
							say([typedSentence(typed, typed.length)]);
						},
					})
				: asked !== undefined && secret !== undefined
					? secretKeys({ login, step: asked.step, entry: hidden })
					: page !== undefined
						? shownKeys({
								login,
								actions,
								notify,
								gone: gone.signal,
								entry: hidden,
								openWays: () => setWaysOf(askedKey),
							})
						: progressKeys(login, choice);
	const bindings = useKeys(source);

	const before = useRef<LoginSnapshot | undefined>(undefined);
	useEffect(() => {
		say(changeSentences(before.current, snapshot, now()));
		before.current = snapshot;
	}, [snapshot, now, say]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: said once for each prompt
	useEffect(() => {
		if (page === undefined) return;
		if (page.type === "device-code") say(approvalSentences(page, now(), notice(page, hostname)));
		else {
			const forward = page.callbackPort === undefined ? undefined : forwarding(page.callbackPort);
			say(pageSentences(page, now(), pageNotice(page, hostname), forward));
		}
	}, [promptKey]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: said once for each question
	useEffect(() => {
		if (secret !== undefined) say(secretSentences(secret));
	}, [secretKey]);
	useSpokenLength(hidden, say);
	// biome-ignore lint/correctness/useExhaustiveDependencies: said once for each question
	useEffect(() => {
		if (question !== undefined) say(codeSentences(question));
	}, [questionKey]);
	useSpokenCode(question === undefined ? undefined : entry, { digits: question?.digits ?? 0, sent, say });
	// biome-ignore lint/correctness/useExhaustiveDependencies: said once for each menu
	useEffect(() => {
		if (menu !== undefined) say([menu.question, ...(menu.details ?? []).map(clean)]);
	}, [menuKey]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: said when the list opens
	useEffect(() => {
		if (choosing && snapshot.choice !== undefined) say(choiceSentences(snapshot.choice));
	}, [choosing]);
	useSpokenList(
		choosing ? picker.list : undefined,
		(state) => {
			const entry = selectedEntry(state) as BoardEntry | undefined;
			const filter = state.typing || state.query !== "" ? `Filter ${state.query || "empty"}: ` : "";
			return entry === undefined
				? `${filter}nothing matches`
				: filter + rowSentence(entry, state.cursor + 1, state.matches.length, now());
		},
		say,
	);
	useSpokenList(
		menuList,
		(state) => {
			const option = menu?.options[state.cursor];
			return option === undefined ? "" : `${state.cursor + 1} of ${state.matches.length}: ${clean(option.label)}`;
		},
		say,
	);
	useSpokenProgress(choice, snapshot, say);
	const note = useStore(notes.store);
	useEffect(() => {
		if (note !== undefined) say([note.text]);
	}, [note, say]);
	const helpBefore = useRef(help);
	// biome-ignore lint/correctness/useExhaustiveDependencies: told when they are asked for, not when they change
	useEffect(() => {
		if (helpBefore.current === help) return;
		helpBefore.current = help;
		say(keySentences(bindings));
	}, [help]);

	return null;
}

const nothing: Store<undefined, ListAction> = createStore<undefined, ListAction>(() => undefined, undefined);

/** Says a list's selected row when it is another one, or when the filter has changed. */
function useSpokenList(
	store: MenuStore | undefined,
	sentence: (state: ListState) => string,
	say: (lines: readonly string[]) => void,
): void {
	const state = useStore<ListState | undefined, ListAction>(store ?? nothing);
	const line = state === undefined ? "" : sentence(state);
	const key =
		state === undefined ? "" : `${selectedEntry(state)?.key} ${state.query} ${state.typing} ${state.matches.length}`;
	// biome-ignore lint/correctness/useExhaustiveDependencies: a countdown that has gone on is no reason to speak
	useEffect(() => {
		if (line !== "") say([line]);
	}, [key]);
}

const noCode: Store<string, CodeAction> = createStore<string, CodeAction>((typed) => typed, "");

/** Says what was typed of a code whenever that has changed; but for the emptiness that sending it has left. */
function useSpokenCode(
	entry: Store<string, CodeAction> | undefined,
	options: {
		readonly digits: number;
		readonly sent: { current: boolean };
		readonly say: (lines: readonly string[]) => void;
	},
): void {
	const { digits, sent, say } = options;
	const typed = useStore(entry ?? noCode);
	const before = useRef({ entry, typed });
	useEffect(() => {
		const last = before.current;
		before.current = { entry, typed };
		if (entry === undefined || last.entry !== entry || last.typed === typed) return;
		if (typed === "" && sent.current) sent.current = false;
		else say([typedSentence(typed, digits)]);
	}, [entry, typed, digits, sent, say]);
}

/** Says how much there is of what must not be heard, whenever that has changed. */
function useSpokenLength(entry: TextEntry, say: (lines: readonly string[]) => void): void {
	const length = useLength(entry);
	const before = useRef({ entry, length });
	useEffect(() => {
		const last = before.current;
		before.current = { entry, length };
		if (last.entry === entry && last.length !== length) say([lengthSentence(length)]);
	}, [entry, length, say]);
}

/** Says which failed row is selected, and its details when they are asked for. */
function useSpokenProgress(
	store: Store<ProgressChoice, ProgressAction>,
	snapshot: LoginSnapshot,
	say: (lines: readonly string[]) => void,
): void {
	const { row, details } = useStore(store);
	const last = useRef({ row, details });
	useEffect(() => {
		const selected = selectedRow(snapshot, { row, details });
		if (last.current.row !== row && selected !== undefined) say([`${clean(selected.name)} selected`]);
		if (last.current.details !== details) {
			const { error, targets } = snapshot;
			const isWhole = isBroken(snapshot) && error !== undefined;
			const subject = isWhole ? { name: targets[0]?.name ?? "sign-in", error } : selected;
			if (subject !== undefined) say([detailSentence(subject)]);
		}
		last.current = { row, details };
	}, [row, details, snapshot, say]);
}

interface MenuKeys {
	readonly list: MenuStore;
	choose(value: string): void;
	/** Goes back to where the menu came from; undefined where that is nowhere. */
	readonly back: (() => void) | undefined;
	cancel(): void;
}

function menuKeys({ list, choose, back, cancel }: MenuKeys): KeySource {
	const { send } = list;
	return {
		screen: () => "menu",
		handlers: () => ({
			up: () => send({ type: "MOVE", by: -1 }),
			down: () => send({ type: "MOVE", by: 1 }),
			choose: () => {
				const entry = selectedEntry(list.get());
				if (entry !== undefined) choose(entry.key);
			},
			...(back ? { back } : { cancel }),
			quit: cancel,
		}),
		// As in the drawn menu, a number chooses at once.
		text(character) {
			const entry = /^[1-9]$/.test(character) ? list.get().entries[Number(character) - 1] : undefined;
			if (entry !== undefined) choose(entry.key);
		},
	};
}
