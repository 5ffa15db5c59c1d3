/** Git Bash's own window, in which a program of Windows finds no terminal. */

/**
 * mintty, the window of Git for Windows, gives a program pipes for its terminal unless ConPTY support was chosen when Git was
 * installed; `winpty`, which comes with it, puts a console in between.
 *
 * @returns a line that says how to get the dashboard; undefined where this is not the reason that there is none
 */
export function gitBashHint(terminal: {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly platform: NodeJS.Platform;
	readonly stdinIsTerminal: boolean;
	readonly stderrIsTerminal: boolean;
}): string | undefined {
	const { env, platform, stdinIsTerminal, stderrIsTerminal } = terminal;
	if (platform !== "win32" || !env.MSYSTEM || (stdinIsTerminal && stderrIsTerminal)) return undefined;
	return "Git Bash's window is not a terminal for this program; for the dashboard, run: winpty atmos-auth login";
}
