/** Starts a login over fake steps and waits for what it shows. */
import type { AuthContext } from "../../src/auth/context.ts";
import type { LoginHandle, LoginSnapshot, Phase } from "../../src/flows/snapshot.ts";
import { type LoginOptions, startLogin } from "../../src/flows/start-login.ts";
import { fakeClock, testContext } from "../helpers/context.ts";
import { NOW, type World } from "./fakes.ts";

export interface Started {
	readonly login: LoginHandle;
	readonly ctx: AuthContext;
	readonly clock: ReturnType<typeof fakeClock>;
	/** Every phase so far, without repetitions. */
	readonly phases: Phase[];
}

export function start(world: World, options: Partial<LoginOptions> & { readonly ctx?: AuthContext } = {}): Started {
	const clock = fakeClock(NOW);
	const ctx = options.ctx ?? testContext({ clock });
	const login = startLogin({
		request: {},
		flags: {},
		interactive: false,
		reach: options.interactive === true ? "keyboard" : "link",
		force: false,
		...options,
		ctx,
		dependencies: world.dependencies,
	});
	const phases: Phase[] = [login.snapshot().phase];
	login.subscribe(({ phase }) => {
		if (phases.at(-1) !== phase) phases.push(phase);
	});
	return { login, ctx, clock, phases };
}

/** Resolves with the first snapshot, the present one included, that the condition holds for. */
export function until(login: LoginHandle, holds: (snapshot: LoginSnapshot) => boolean): Promise<LoginSnapshot> {
	return new Promise((resolve, reject) => {
		const now = login.snapshot();
		if (holds(now)) {
			resolve(now);
			return;
		}
		const end = login.subscribe((snapshot) => {
			if (!holds(snapshot)) return;
			end();
			resolve(snapshot);
		});
		void login.finished.then((last) => {
			if (!holds(last)) reject(new Error(`the login ended as ${last.phase}: ${last.error?.message ?? "no error"}`));
		});
	});
}

export const phase = (login: LoginHandle, wanted: Phase): Promise<LoginSnapshot> =>
	until(login, (snapshot) => snapshot.phase === wanted);
