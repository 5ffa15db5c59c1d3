/** Whether what was asked for about the way to sign in means anything to what is signed in to. */
import { AuthError } from "../auth/errors.ts";
import { flowsOf, takesWebflow } from "../auth/registry.ts";
import type { Flow, SignInOptions } from "../auth/sign-in-ways.ts";
import type { Plan, Step } from "./plan.ts";

/** Whether a person is to sign in to it, whatever is at hand. */
export function isWebflow(step: Pick<Step, "type" | "kind"> | undefined, signIn: SignInOptions | undefined): boolean {
	return signIn?.webflow !== undefined && step?.type === "identity" && takesWebflow(step.kind);
}

/** @throws AuthError `usage` for a flag that none of the steps can do anything with */
export function checkWays({ steps, targets }: Pick<Plan, "steps" | "targets">, signIn: SignInOptions): void {
	const { flow, webflow } = signIn;
	const all = [...steps.values()];
	// What is wrong with a target is told before how it would be signed in to.
	if (all.length === 0) return;
	const names = targets.map(({ name }) => `"${name}"`).join(", ");
	if (webflow === "flag" && !all.some((step) => isWebflow(step, signIn))) {
		throw new AuthError({
			code: "usage",
			message: `--webflow cannot be used with ${names}`,
			reason: "nothing that it hangs on has keys of its own, in whose place a person could sign in in a browser",
			remedy: "leave --webflow out",
		});
	}
	if (flow === undefined) return;
	const known = new Set<Flow>(all.flatMap(flowsOfStep));
	if (known.has(flow)) return;
	const ways = [...known].map((each) => `--flow ${each}`).join(" or ");
	throw new AuthError({
		code: "usage",
		message: `--flow ${flow} cannot be used with ${names}`,
		reason: ways === "" ? "no person signs in to it" : "it is signed in to in other ways",
		remedy: ways === "" ? "leave --flow out" : `leave --flow out, or use ${ways}`,
	});
}

function flowsOfStep({ type, kind }: Step): readonly Flow[] {
	if (type === "provider") return flowsOf("providers", kind);
	return type === "identity" ? flowsOf("identities", kind) : [];
}
