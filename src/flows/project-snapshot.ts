/** From the machine's data to what faces see. Pure, and the one place where it is decided what that is: no credentials. */
import type { StateValue } from "xstate";
import type { LoginData } from "./login-data.ts";
import type { LoginSnapshot, Phase } from "./snapshot.ts";

/** The states of a step that may ask, by the phase that they are while nothing is asked. */
const STEPS: Readonly<Record<string, Phase>> = { signingIn: "signing-in", assuming: "assuming" };

/** @param value the machine's state, as XState has it */
export function phaseOf(value: StateValue): Phase {
	if (typeof value === "string") return value === "failing" ? "failed" : (value as Phase);
	if ("choosing" in value) return "choosing";
	const working = value.working;
	const main = typeof working === "object" ? working.main : undefined;
	if (typeof main === "object") {
		const [name = "", inner] = Object.entries(main)[0] ?? [];
		return inner === "approving" ? "approving" : (STEPS[name] ?? "signing-in");
	}
	switch (main) {
		case "integrating":
		case "settled":
			return "integrating";
		case "assumed":
			return "assuming";
		default:
			return "signing-in";
	}
}

/** @returns what a face may know: data without credentials, functions or configuration objects */
export function projectSnapshot(data: LoginData, phase: Phase): LoginSnapshot {
	return {
		phase,
		attempt: data.attempt,
		project: data.project,
		profiles: data.profiles,
		choice: data.choice,
		target: data.target?.name,
		chain: data.chain,
		integrations: data.integrations,
		prompt: data.prompt,
		discovery: data.discovery,
		warnings: data.warnings,
		result: data.result,
		error: data.error,
	};
}
