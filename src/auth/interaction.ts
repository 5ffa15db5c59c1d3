/**
 * How a step of `src/auth` tells and asks something of a person: what is shown, and stays until it is taken away, and
 * questions, which have an answer. Faces show these and no others.
 */

/** RFC 8628 §3.2: what the user must see to approve a device. */
export interface DeviceCodePrompt {
	readonly type: "device-code";
	readonly provider: string;
	/** From the response's own field, never from the link. */
	readonly userCode: string;
	/** The page to open: https, or http on loopback; checked against the provider's hosts. */
	readonly verificationUri: string;
	/** The same page with the code in it, where the service gives one. */
	readonly verificationUriComplete?: string | undefined;
	/** The portal that the session is for, such as `acme.awsapps.com`. */
	readonly portal: string;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	readonly expiresAt: number;
	/** Set when another process on this machine asked for the code and this one waits for its result. */
	readonly waitingForPid?: number | undefined;
}

export interface ChoiceOption {
	readonly value: string;
	readonly label: string;
	/** A letter that chooses it at once. */
	readonly key?: string | undefined;
	/** Only to be chosen by somebody who has all details before them. */
	readonly needsDetails?: boolean | undefined;
}

/** A short menu, such as several accounts of one name. */
export interface ChoicePrompt {
	readonly type: "choice";
	readonly question: string;
	/** What the question is about, line by line: shown whole, or not answered with an option that needs it. */
	readonly details?: readonly string[] | undefined;
	/** The first one is what Enter chooses. */
	readonly options: readonly ChoiceOption[];
}

/** One line of digits, such as the code of an MFA device. */
export interface CodePrompt {
	readonly type: "code";
	readonly question: string;
	/** Where the code is found, such as the device's ARN. */
	readonly source: string;
	readonly digits: number;
	/** Why it is asked again. */
	readonly problem?: string | undefined;
}

/** What stays on the screen until the step takes it away. */
export type Shown = DeviceCodePrompt;

/** What has an answer. */
export type Question = ChoicePrompt | CodePrompt;

export type Prompt = Shown | Question;

/** Progress of a provider's discovery of accounts and roles. */
export interface DiscoveryProgress {
	/** Undefined until the accounts have been listed. */
	readonly accountsTotal?: number | undefined;
	readonly accountsDone: number;
	/** Names `<account>/<role>` found so far, in the order in which they arrived. */
	readonly identities: readonly string[];
	/** Accounts whose roles could not be listed after all retries. Never silently dropped. */
	readonly failedAccounts: readonly { readonly account: string; readonly message: string }[];
	/** Identities that were stored and are no longer there. Set once the new ones are stored. */
	readonly gone?: GoneIdentities | undefined;
}

/** Identities that went away: how many, and the names of the first few. */
export interface GoneIdentities {
	readonly total: number;
	readonly names: readonly string[];
}

/**
 * How far a step reaches a person: not at all, with a link that they can follow, with a question that is answered in a line,
 * or with menus too. Each reaches as far as those before it.
 */
export type Reach = "nobody" | "link" | "line" | "keyboard";

const REACHES: readonly Reach[] = ["nobody", "link", "line", "keyboard"];

const NEEDED: Readonly<Record<Prompt["type"], Reach>> = {
	"device-code": "link",
	code: "line",
	choice: "keyboard",
};

/** Whether there is somebody who can be shown, or asked, such a thing. */
export function reaches({ reach }: Pick<Interaction, "reach">, type: Prompt["type"]): boolean {
	return REACHES.indexOf(reach) >= REACHES.indexOf(NEEDED[type]);
}

export interface Interaction {
	/** What goes further fails at once, with what to do instead: see `reaches`. */
	readonly reach: Reach;
	/** Shows something in place of what was shown before; with `undefined`, takes it away. Never blocks. */
	show(shown: Shown | undefined): void;
	/**
	 * @returns the answer: the value of an option, or what was typed
	 * @throws the signal's reason when it is aborted
	 */
	ask(question: Question, signal: AbortSignal): Promise<string>;
	/** What the step is doing now, in the present participle: "registering the client". */
	status(text: string): void;
	/** How far the discovery of identities has come. */
	progress(progress: DiscoveryProgress): void;
}
