/** The program's terminal as it found it: streams, what they are, and what they can show. The only user of `process.std*`. */
import { writeSync } from "node:fs";
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

/** Whether a person sits at both ends, and could answer a dialog. */
export function isAttended(terminal: Terminal): boolean {
	return terminal.stdinIsTerminal && terminal.stderrIsTerminal;
}

/**
 * The terminal of this process. Its streams are made when they are first asked for: that takes a while.
 *
 * @param env in place of the process's own environment
 */
export function processTerminal(env: Terminal["env"] = process.env): Terminal {
	return {
		get stdin() {
			return process.stdin;
		},
		get stdout() {
			return process.stdout;
		},
		get stderr() {
			return process.stderr;
		},
		get stdinIsTerminal() {
			return process.stdin.isTTY === true;
		},
		get stdoutIsTerminal() {
			return process.stdout.isTTY === true;
		},
		get stderrIsTerminal() {
			return process.stderr.isTTY === true;
		},
		env,
		platform: process.platform,
	};
}

/** Writes a short answer to standard output at once, without making a stream for it. A reader that went away is no failure. */
export function writeAnswer(text: string): void {
	writeNow(1, text);
}

/** The same for standard error: what a stream keeps for a pipe that is full is lost where the process becomes another program. */
export function writeNotice(text: string): void {
	writeNow(2, text);
}

function writeNow(fd: number, text: string): void {
	let rest = Buffer.from(text);
	while (rest.length > 0) {
		try {
			rest = rest.subarray(writeSync(fd, rest));
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code === "EPIPE") return;
			// A pipe that is full for the moment.
			if (code !== "EAGAIN") throw error;
		}
	}
}

/**
 * Gives pipes back in the mode in which programs expect them. Node's streams, which libraries make to see whether there are
 * colours, put a pipe into non-blocking mode for everybody who shares it: a program that this process becomes would fail with
 * EAGAIN in the middle of its output. Node has no public call for it; `spawn` does the same for its child.
 */
export function giveBackPipes(): void {
	for (const stream of [process.stdout, process.stderr]) {
		(stream as { readonly _handle?: { setBlocking?(on: boolean): void } | null })._handle?.setBlocking?.(true);
	}
}
