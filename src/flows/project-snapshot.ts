/** From the machine's data to what faces see. Pure, and the one place where it is decided what that is: no credentials. */
import { sanitize } from "../auth/system/sanitize.ts";
import type { LoginData } from "./login-data.ts";
import type { LoginSnapshot, Phase, TargetView } from "./snapshot.ts";
import { rowsOf, targetViews, type Works } from "./work.ts";

/** The phase of a login that works: by what is open before a person, else by what runs, the first of a chain first. */
export function workingPhase({ open, works }: Pick<LoginData, "open" | "works">): Phase {
	if (open.length > 0) return "approving";
	const running = new Set(
		[...works.values()].filter(({ row }) => row.state === "running").map(({ step }) => step.type),
	);
	if (running.has("provider")) return "signing-in";
	if (running.has("identity")) return "assuming";
	return hasBegun(works) ? "integrating" : "signing-in";
}

const hasBegun = (works: Works): boolean => [...works.values()].some(({ row }) => row.state !== "waiting");

/** @returns what a face may know: data without credentials, functions or configuration objects */
export function projectSnapshot(data: LoginData, phase: Phase): LoginSnapshot {
	const { plan, works, config, targets: wanted } = data;
	const targets: readonly TargetView[] =
		plan === undefined || config === undefined
			? wanted.map(({ id, type, name }) => ({ id, type, name: sanitize(name), state: "waiting" }))
			: targetViews(plan, works, config.realm.value);
	const [only, ...others] = targets;
	return {
		phase,
		attempt: data.attempt,
		project: data.project,
		profiles: data.profiles,
		choice: data.choice,
		targets,
		...rowsOf(works),
		prompts: data.open.map(({ step, prompt }) => ({ step, prompt })),
		discovery: data.discovery,
		warnings: data.warnings,
		error: data.error ?? (others.length === 0 ? only?.error : undefined),
	};
}
