/** The program's terminal as it found it: streams, what they are, and what they can show. The only user of `process.std*`. */
import type { ReadStream, WriteStream } from "node:tty";

export interface Terminal {
	readonly stdin: ReadStream;
	readonly stdout: WriteStream;
	readonly stderr: WriteStream;
	readonly stdinIsTerminal: boolean;
	readonly stdoutIsTerminal: boolean;
	readonly stderrIsTerminal: boolean;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly platform: NodeJS.Platform;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
	return {
		stdin: process.stdin,
		stdout: process.stdout,
		stderr: process.stderr,
		stdinIsTerminal: process.stdin.isTTY === true,
		stdoutIsTerminal: process.stdout.isTTY === true,
		stderrIsTerminal: process.stderr.isTTY === true,
		env: process.env,
		platform: process.platform,
	};
}
