/** A page on which a person signs in, whichever way that is, and the menu of the other ways. */
import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { LoginSnapshot, StepId } from "../../flows/snapshot.ts";
import type { ShownPage } from "../../output/shown-page.ts";
import { useKeys } from "../keys/dispatch.ts";
import { shownKeys } from "../keys/shown.ts";
import { createTextEntry, type TextEntry, useLength } from "../keys/text-entry.ts";
import { useOnce } from "../store.ts";
import { clean } from "../text.ts";
import { useUi } from "../ui-context.ts";
import { Approval } from "./approval.tsx";
import { Authorization } from "./authorization.tsx";
import { Menu } from "./menu.tsx";

export interface ShownProps {
	readonly snapshot: LoginSnapshot;
	/** Who asks. */
	readonly step: StepId;
	readonly prompt: ShownPage;
}

export function Shown(props: ShownProps): ReactNode {
	const { login } = useUi();
	const { step, prompt } = props;
	const [chooses, setChooses] = useState(false);
	// Outlives a look at the menu.
	const entry = useOnce(createTextEntry);
	const { ways } = prompt;
	const others = ways?.others ?? [];
	if (!chooses || others.length === 0) return <Page {...props} entry={entry} openWays={() => setChooses(true)} />;
	return (
		<Menu
			question={`Other ways to sign in to ${clean(prompt.provider)}`}
			details={ways === undefined ? [] : [`  Now: ${clean(ways.taken.label)}, because ${clean(ways.why)}.`]}
			options={others.map(({ flow, label }) => ({ value: flow, label: capital(clean(label)) }))}
			onChoose={(value) => {
				const way = others.find(({ flow }) => flow === value);
				if (way !== undefined) login.send({ type: "CHANGE_WAY", step, flow: way.flow });
			}}
			onBack={() => setChooses(false)}
			onQuit={() => login.send({ type: "CANCEL" })}
		/>
	);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

interface PageProps extends ShownProps {
	readonly entry: TextEntry;
	readonly openWays: () => void;
}

function Page({ snapshot, step, prompt, entry, openWays }: PageProps): ReactNode {
	const { login, actions, notify } = useUi();
	// Tells the actions that the prompt they were done for is gone.
	const gone = useMemo(() => new AbortController(), []);
	useEffect(() => () => gone.abort(), [gone]);
	// Drawn again when Enter begins or ceases to mean something.
	useLength(entry);
	const keys = useKeys(shownKeys({ login, actions, notify, gone: gone.signal, entry, openWays }));
	if (prompt.type === "device-code") return <Approval snapshot={snapshot} step={step} prompt={prompt} keys={keys} />;
	return <Authorization snapshot={snapshot} step={step} prompt={prompt} entry={entry} keys={keys} />;
}
