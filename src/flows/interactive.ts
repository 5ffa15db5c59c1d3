/** Whether a person sits at this run and may be asked. */

import type { Environment } from "../auth/context.ts";
import { isCi } from "../auth/system/ci.ts";

export { isCi };

export interface InteractiveInput {
	readonly env: Environment;
	readonly stdinIsTerminal: boolean;
	readonly stderrIsTerminal: boolean;
	readonly plain?: boolean | undefined;
	readonly json?: boolean | undefined;
	/** The value of `--interactive`, or of `ATMOS_INTERACTIVE` where the flag is not given; undefined for neither. */
	readonly interactive?: boolean | undefined;
}

/** Whether a menu may be shown: both ends are terminals, it is no CI run, and no flag forbids it. */
export function isInteractive(input: InteractiveInput): boolean {
	return (
		input.stdinIsTerminal &&
		input.stderrIsTerminal &&
		input.plain !== true &&
		input.json !== true &&
		input.interactive !== false &&
		!isCi(input.env)
	);
}
