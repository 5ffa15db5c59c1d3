/** The error of a configuration that wants something which nobody has agreed to. */
import { AuthError } from "../errors.ts";
import type { Fact } from "./facts.ts";

export class UntrustedError extends AuthError {
	readonly facts: readonly Fact[];
	/** Somebody was asked in this run, or by `ATMOS_AUTH_TRUST`, and it is no: there is no use in asking again. */
	readonly refused: boolean;

	/** @param lines the facts in words, see `factLines` */
	constructor(facts: readonly Fact[], lines: readonly string[], refused: boolean) {
		super({
			code: "config",
			message: refused
				? "you did not agree to what this project's configuration wants to do"
				: "this project's configuration wants to do things you have not agreed to yet",
			remedy: { run: ["atmos-auth", "trust"] },
			details: lines,
		});
		this.name = "UntrustedError";
		this.facts = facts;
		this.refused = refused;
	}
}
