/** Whether a login has anything to do, found out before a machine is loaded or a screen is drawn. */
import { reaches } from "../auth/interaction.ts";
import { begin, isQuick, plan as makePlan } from "./begin.ts";
import type { Beginning, LoginData, LoginSettings } from "./login-data.ts";
import { initialData } from "./login-data.ts";
import * as update from "./login-updates.ts";
import { entriesOf } from "./plan.ts";
import { isSettled } from "./work.ts";

export type Ahead =
	/** Everything is still good. */
	| { readonly type: "over"; readonly data: LoginData }
	/** As much as was found out. */
	| { readonly type: "work"; readonly beginning: Beginning };

/**
 * Reads the configuration and, where it is known what the login is for, local state. Nothing is asked and no program is run.
 *
 * @param onWork told as soon as it is known that there is work, if that is before the end
 * @throws AuthError for a configuration that cannot be read, or that does not say what is meant
 */
export async function lookAhead(settings: LoginSettings, onWork: () => void): Promise<Ahead> {
	const begun = await begin(settings, [], onWork);
	const { config, targets } = begun;
	const work = (beginning: Beginning): Ahead => ({ type: "work", beginning });
	if (targets.length === 0 || !(await isQuick(config, targets))) return work({ begun });
	if (reaches({ reach: settings.reach }, "choice")) {
		// What there is to agree to is asked about before anything else is done.
		const entries = targets.flatMap((target) => entriesOf(config, target));
		if ((await config.trust.pending(entries)).length > 0) return work({ begun });
	}
	try {
		const plan = await makePlan(settings, config, targets, new Set());
		const data = { ...initialData(), ...update.begun(begun), ...update.planned(plan) };
		const isGood = isSettled(data.works) && plan.targets.every(({ error }) => error === undefined);
		return isGood ? { type: "over", data } : work({ begun, plan });
	} catch (error) {
		settings.ctx.log.debug("the plan is made later", {
			reason: error instanceof Error ? error.message : String(error),
		});
		// Made again where what is wrong can be shown, asked about, and tried again.
		return work({ begun });
	}
}
