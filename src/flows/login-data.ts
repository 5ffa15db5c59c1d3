/** What the login machine remembers, and the events that move it. */
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import type { Credentials } from "../auth/credentials.ts";
import type { ErrorView } from "../auth/errors.ts";
import type { DiscoveryProgress, Prompt, Reach, Response, Shown } from "../auth/interaction.ts";
import type { Artifact, Subject } from "../auth/kinds.ts";
import type { SignInOptions } from "../auth/sign-in-ways.ts";
import type { Begun } from "./begin.ts";
import type { LoginDependencies } from "./dependencies.ts";
import type { Plan } from "./plan.ts";
import type { IntegrationRequest } from "./plan-integrations.ts";
import type { SelectionFlags } from "./select-identity.ts";
import type { Asked, Choice, LoginAction, StepId, Target } from "./snapshot.ts";
import type { Works } from "./work.ts";

/** What a login is started with. */
export interface LoginSettings {
	readonly ctx: AuthContext;
	readonly dependencies: LoginDependencies;
	readonly request: Parameters<LoginDependencies["loadConfig"]>[1];
	readonly flags: SelectionFlags;
	/** A person can choose from menus, and failures wait for a retry. */
	readonly interactive: boolean;
	/** How far the steps reach a person. */
	readonly reach: Reach;
	readonly force: boolean;
	/** How a person wants to sign in; nothing of it, if left out. */
	readonly signIn?: SignInOptions | undefined;
	/** Whether somebody may answer a dialog of the system. Whoever can be reached, if left out. */
	readonly attended?: boolean | undefined;
	/** Nobody looks on: a command waits for it, and waits less long. */
	readonly isSilent?: boolean | undefined;
	/** Integrations that were asked for by name, in place of those that are linked to the targets. */
	readonly integrations?: IntegrationRequest | undefined;
}

/** What is open before a person, and where what they do about it goes. */
export interface Open extends Asked {
	readonly respond?: ((response: Response) => void) | undefined;
}

/** The machine's own data. Credentials in it are of a type that does not print; the projection leaves them out. */
export interface LoginData {
	readonly attempt: number;
	readonly config?: AuthConfig | undefined;
	readonly project: string;
	readonly profiles: readonly string[];
	readonly choice?: Choice | undefined;
	readonly targets: readonly Target[];
	/** Those that this login has signed in to; they are not renewed again. */
	readonly done: ReadonlySet<StepId>;
	readonly plan?: Plan | undefined;
	readonly works: Works;
	readonly open: readonly Open[];
	readonly discovery?: DiscoveryProgress | undefined;
	readonly warnings: readonly string[];
	/** Of the login as a whole. */
	readonly error?: ErrorView | undefined;
	/** The same as it was thrown. */
	readonly thrown?: unknown;
}

/** What the machine begins with: nothing, or as much as was found out without it. */
export interface Beginning {
	readonly begun?: Begun | undefined;
	readonly plan?: Plan | undefined;
	/** What was told meanwhile. */
	readonly warnings?: readonly string[] | undefined;
}

/** What running steps tell the machine. */
export type Report =
	| { readonly type: "SHOW"; readonly step: StepId; readonly prompt: Shown | undefined }
	| {
			readonly type: "ASK";
			readonly step: StepId;
			readonly prompt: Prompt;
			readonly respond: (response: Response) => void;
	  }
	/** What was asked needs no answer any more. */
	| { readonly type: "ASKED"; readonly step: StepId }
	| { readonly type: "STATUS"; readonly step: StepId; readonly text: string }
	| { readonly type: "PROGRESS"; readonly progress: DiscoveryProgress }
	| { readonly type: "SIGNED_IN"; readonly step: StepId; readonly credentials: Credentials }
	| { readonly type: "DISCOVERED"; readonly step: StepId }
	| { readonly type: "MADE"; readonly step: StepId; readonly artifact: Artifact }
	| {
			readonly type: "FAILED";
			readonly step: StepId;
			readonly thrown: unknown;
			/** What an integration was about. */
			readonly subject?: Subject | undefined;
	  };

/** Told by the log, at any time. */
interface Warning {
	readonly type: "WARNING";
	readonly text: string;
}

export type MachineEvent = LoginAction | Report | Warning;

/** The data of a login that has not begun. */
export function initialData(): LoginData {
	return {
		attempt: 1,
		project: "",
		profiles: [],
		targets: [],
		done: new Set(),
		works: new Map(),
		open: [],
		warnings: [],
	};
}

/** What is cleared when another target is chosen or the whole sign-in is tried again. */
export function cleared(): Partial<LoginData> {
	return { plan: undefined, works: new Map(), open: [], discovery: undefined, error: undefined, thrown: undefined };
}
