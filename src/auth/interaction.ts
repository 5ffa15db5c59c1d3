/**
 * How a step of `src/auth` tells and asks something of a person: what is shown, and stays until it is taken away, and
 * questions, which have an answer. Faces show these and no others.
 */
import type { Flow, Ways } from "./sign-in-ways.ts";

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
	/** Why it is signed in to in this way, and what other ways there are. */
	readonly ways?: Ways | undefined;
	/** The browser to open it in, where the configuration names one. */
	readonly browser?: BrowserChoice | undefined;
}

/** Which browser a page is opened in. */
export interface BrowserChoice {
	/** `chrome`, `firefox` or the like, or the path of a program; the system's own, if left out. */
	readonly name?: string | undefined;
	/** Its profile, by the name of its folder or as it is shown. */
	readonly profile?: string | undefined;
	/** A private window. */
	readonly isPrivate?: boolean | undefined;
}

/**
 * A page on which a person signs in. What comes of it returns to this machine by itself, or is shown to be pasted here.
 */
export interface AuthorizationPrompt {
	readonly type: "authorization";
	/** The provider's name, or the identity's that signs in by itself. */
	readonly provider: string;
	/** The page to open: https, or http on loopback; checked against the hosts of the service. */
	readonly url: string;
	/** Where it is for: `acme.awsapps.com`, `signin.aws.amazon.com`. */
	readonly portal: string;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	readonly expiresAt: number;
	/** The port on 127.0.0.1 to which the page returns; undefined where it does not. */
	readonly callbackPort?: number | undefined;
	/** What is pasted, such as "the code that the page shows"; undefined where the page returns by itself. */
	readonly paste?: { readonly label: string; readonly problem?: string | undefined } | undefined;
	/** The step opens it itself, in a window of its own: nobody else is to. */
	readonly opensItself?: boolean | undefined;
	readonly waitingForPid?: number | undefined;
	readonly ways?: Ways | undefined;
	readonly browser?: BrowserChoice | undefined;
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
	/** The command that shows all details where there is no room for them here. */
	readonly detailsBy?: string | undefined;
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

/** One line that must not be seen, such as the passphrase of a key. */
export interface SecretPrompt {
	readonly type: "secret";
	readonly question: string;
	/** What it belongs to, such as a file's path. */
	readonly source: string;
	/** Why it is asked again. */
	readonly problem?: string | undefined;
}

/** What stays on the screen until the step takes it away. */
export type Shown = DeviceCodePrompt | AuthorizationPrompt;

/** What has an answer. */
export type Question = ChoicePrompt | CodePrompt | SecretPrompt;

/** What a person does about something that is shown. */
export type Response =
	/** What was pasted. */
	| { readonly type: "text"; readonly value: string }
	/** Another of its ways is wanted. */
	| { readonly type: "way"; readonly flow: Flow };

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
	authorization: "link",
	code: "line",
	secret: "line",
	choice: "keyboard",
};

/** Whether there is somebody who can be shown, or asked, such a thing. */
export function reaches(interaction: Pick<Interaction, "reach">, type: Prompt["type"]): boolean {
	return reachesAsFar(interaction, NEEDED[type]);
}

export function reachesAsFar({ reach }: Pick<Interaction, "reach">, needed: Reach): boolean {
	return REACHES.indexOf(reach) >= REACHES.indexOf(needed);
}

export interface Interaction {
	/** What goes further fails at once, with what to do instead: see `reaches`. */
	readonly reach: Reach;
	/** Shows something in place of what was shown before; with `undefined`, takes it away. Never blocks. */
	show(shown: Shown | undefined): void;
	/**
	 * Shows something, in place of what was shown before, that a person can do something about: paste, or take another way. It
	 * stays until they do, or until `signal` is aborted.
	 *
	 * @throws the signal's reason when it is aborted
	 */
	offer(shown: Shown, signal: AbortSignal): Promise<Response>;
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
