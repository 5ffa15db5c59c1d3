/** A person approves a sign-in to an access portal: in the way that is taken, or in another that they choose meanwhile. */
import { AuthError } from "../../errors.ts";
import { type Flow, otherWay, type Way } from "../../sign-in-ways.ts";
import type { Outcome } from "../../while-shown.ts";
import { REGISTERED_REDIRECT } from "./authorize-url.ts";
import { plainStartUrl, type SignIn } from "./sign-in.ts";
import { isRefused, unknownStartUrl } from "./sign-in-errors.ts";
import type { Registration, SignInFlow, Token } from "./sso-oidc.ts";

/** The ways that there are. A code works anywhere, so it is the first choice everywhere. */
export const WAYS: readonly [Way, Way] = [
	{ flow: "device-code", label: "with a code, in any browser", needs: "link", isLocal: false },
	{ flow: "browser", label: "in a browser on this machine", needs: "link", isLocal: true },
];

export interface Approved {
	readonly token: Token;
	readonly registration: Registration;
}

/**
 * @param kept a client that was registered earlier, if there is one
 * @throws AuthError see `authorizeDevice` and `authorizeByBrowser`; the signal's reason at once when it is aborted
 */
export async function approve(signIn: SignIn, kept: Registration | undefined): Promise<Approved> {
	const registrations = new Map<SignInFlow, Registration>();
	// A browser that is sent to the service by a client that it has forgotten ends on a page from which nothing returns.
	if (kept?.flow === "device-code") registrations.set(kept.flow, kept);
	for (let ways = signIn.ways; ; ) {
		const flow = flowOf(ways.taken.flow);
		const { outcome, registration } = await attempt({ ...signIn, ways }, flow, registrations);
		if (outcome.type === "done") return { token: outcome.result, registration };
		ways = otherWay(ways, outcome.flow);
	}
}

async function attempt(
	signIn: SignIn,
	flow: SignInFlow,
	registrations: Map<SignInFlow, Registration>,
): Promise<{ readonly outcome: Outcome<Token>; readonly registration: Registration }> {
	const known = registrations.get(flow);
	const registration = known ?? (await register(signIn, flow));
	registrations.set(flow, registration);
	try {
		return { outcome: await authorize(signIn, flow, registration), registration };
	} catch (error) {
		signIn.signal.throwIfAborted();
		// The service forgets registrations after ninety days, or when somebody has it forget them. The Go program drops what
		// tells for which way one was made.
		if (known === undefined || !isRefused(error, "invalid_client", "unauthorized_client")) throw error;
		signIn.ctx.log.debug("the client registration is not taken any more: registering again");
		registrations.delete(flow);
		return attempt(signIn, flow, registrations);
	}
}

async function register(signIn: SignIn, flow: SignInFlow): Promise<Registration> {
	const { interaction, oidc, signal, startUrl } = signIn;
	interaction.status("registering the client");
	if (flow === "device-code") return oidc.register({ flow }, signal);
	try {
		const request = { flow, redirectUri: REGISTERED_REDIRECT, startUrl: plainStartUrl(startUrl) };
		return await oidc.register(request, signal);
	} catch (error) {
		throw isRefused(error, "invalid_request") ? unknownStartUrl(signIn, error) : error;
	}
}

/** Loaded only now: each sign-in needs one of them. */
async function authorize(signIn: SignIn, flow: SignInFlow, registration: Registration): Promise<Outcome<Token>> {
	if (flow === "device-code") {
		const { authorizeDevice } = await import("./device-authorization.ts");
		return authorizeDevice(signIn, registration);
	}
	const { authorizeByBrowser } = await import("./browser-authorization.ts");
	return authorizeByBrowser(signIn, registration);
}

function flowOf(flow: Flow): SignInFlow {
	if (flow === "device-code" || flow === "browser") return flow;
	throw new AuthError({ code: "bug", message: `an access portal cannot be signed in to by ${flow}` });
}
