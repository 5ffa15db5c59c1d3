/** How a step of `src/auth` asks something of a person. The login machine turns each into a state that the faces show. */

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

export type Prompt = DeviceCodePrompt | ChoicePrompt;

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

export interface Interaction {
	/** Shows a prompt; a later one replaces it; `undefined` takes it away. Never blocks. */
	prompt(prompt: Prompt | undefined): void;
	/**
	 * Asks for one of several values. Only where a person can answer on the dashboard (`canChoose`); elsewhere the step
	 * fails with an error that lists the options.
	 */
	readonly canChoose: boolean;
	choose(prompt: ChoicePrompt, signal: AbortSignal): Promise<string>;
	/** What the step is doing now, in the present participle: "registering the client". */
	status(text: string): void;
	discovery(progress: DiscoveryProgress): void;
}
