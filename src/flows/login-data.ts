/** What the login machine remembers, and the events that move it. */
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import type { Credentials, SsoSession } from "../auth/credentials.ts";
import type { ErrorView } from "../auth/errors.ts";
import type { ChoicePrompt, DiscoveryProgress, Prompt } from "../auth/interaction.ts";
import type { Artifact, ArtifactParts } from "../auth/kinds.ts";
import type { Plan, Target } from "./chain.ts";
import type { LoginDependencies } from "./dependencies.ts";
import type { SelectionFlags } from "./select-identity.ts";
import type { Choice, IntegrationRow, LoginAction, LoginResult, Row } from "./snapshot.ts";

/** What a login is started with. */
export interface LoginSettings {
	readonly ctx: AuthContext;
	readonly dependencies: LoginDependencies;
	readonly request: Parameters<LoginDependencies["loadConfig"]>[1];
	readonly flags: SelectionFlags;
	/** A person can choose from menus, and failures wait for a retry. */
	readonly interactive: boolean;
	/** A person can approve a code. */
	readonly mayPrompt: boolean;
	readonly force: boolean;
}

/** The machine's own data. Credentials in it are of a type that does not print; the projection leaves them out. */
export interface LoginData {
	readonly attempt: number;
	readonly config?: AuthConfig | undefined;
	readonly project: string;
	readonly profiles: readonly string[];
	readonly choice?: Choice | undefined;
	readonly target?: Target | undefined;
	readonly plan?: Plan | undefined;
	readonly chain: readonly Row[];
	/** Position in `chain` of the link that is walked now. */
	readonly link: number;
	/** Of the link before `link`. */
	readonly credentials?: Credentials | undefined;
	/** The provider's, for the discovery of identities. */
	readonly session?: Credentials | undefined;
	/** The session that the service did not accept; set for the one sign-in that this allows. */
	readonly rejected?: SsoSession | undefined;
	readonly integrations: readonly IntegrationRow[];
	/** Keys of the integrations, in the order of their rows. */
	readonly integrationKeys: readonly string[];
	/** See `IntegrationRun.claims`. */
	readonly claims: Map<string, number>;
	readonly prompt?: Prompt | undefined;
	/** Where the answer to a choice prompt goes. */
	readonly answer?: ((value: string) => void) | undefined;
	readonly discovery?: DiscoveryProgress | undefined;
	readonly warnings: readonly string[];
	readonly result?: LoginResult | undefined;
	readonly error?: ErrorView | undefined;
}

/** What running actors tell the machine. */
export type Report =
	| { readonly type: "PROMPT"; readonly prompt: Prompt | undefined }
	| { readonly type: "ASK"; readonly prompt: ChoicePrompt; readonly answer: (value: string) => void }
	| { readonly type: "STATUS"; readonly text: string }
	| { readonly type: "DISCOVERY_PROGRESS"; readonly progress: DiscoveryProgress }
	| { readonly type: "INTEGRATION_STATUS"; readonly name: string; readonly text: string }
	| { readonly type: "INTEGRATION_DONE"; readonly name: string; readonly artifact: Artifact }
	| {
			readonly type: "INTEGRATION_FAILED";
			readonly name: string;
			readonly error: ErrorView;
			readonly label: string;
			readonly target: string;
			readonly parts?: ArtifactParts | undefined;
	  }
	| { readonly type: "WARNING"; readonly text: string };

/** Events that the machine raises to itself. */
type Internal = { readonly type: "DISCOVER" } | { readonly type: "NO_DISCOVERY" };

export type MachineEvent = LoginAction | Report | Internal;

/** The data of a login that has not begun. */
export function initialData(): LoginData {
	return {
		attempt: 1,
		project: "",
		profiles: [],
		chain: [],
		link: 0,
		integrations: [],
		integrationKeys: [],
		claims: new Map(),
		warnings: [],
	};
}

/** What is cleared when another target is chosen or the whole sign-in is tried again. */
export function cleared(): Partial<LoginData> {
	return {
		plan: undefined,
		chain: [],
		link: 0,
		credentials: undefined,
		session: undefined,
		rejected: undefined,
		integrations: [],
		integrationKeys: [],
		claims: new Map(),
		prompt: undefined,
		answer: undefined,
		discovery: undefined,
		result: undefined,
		error: undefined,
	};
}
