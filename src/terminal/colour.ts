/** Whether colours are written, decided once and before anything that writes colours is loaded. */

type Environment = Readonly<Record<string, string | undefined>>;

export interface ColourInput {
	readonly env: Environment;
	/** Whether the stream that is drawn on is a terminal. */
	readonly isTerminal: boolean;
	/** `true` for `--color`, `false` for `--no-color`, undefined for neither. */
	readonly flag?: boolean | undefined;
}

/**
 * The flag, then `NO_COLOR` (https://no-color.org: any value but an empty one), then `FORCE_COLOR`, then whether it is a
 * terminal that has colours.
 */
export function wantsColour({ env, isTerminal, flag }: ColourInput): boolean {
	if (flag !== undefined) return flag;
	if (env.NO_COLOR || env.ATMOS_NO_COLOR) return false;
	if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
	return isTerminal && env.TERM !== "dumb";
}

/**
 * Makes chalk, which Ink colours with, come to the same decision: it reads the environment when it is loaded, prefers
 * `FORCE_COLOR` to `NO_COLOR`, and knows nothing of our flag. Sixteen colours are all that we use, so that the user's
 * theme holds.
 *
 * @param env the environment of this process, which is changed
 */
export function settleColour(env: Record<string, string | undefined>, colour: boolean): void {
	env.FORCE_COLOR = colour ? "1" : "0";
	// Node warns on the terminal about the two together.
	if (colour) delete env.NO_COLOR;
}
