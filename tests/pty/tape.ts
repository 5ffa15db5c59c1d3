/** Reads the part of VHS's tape language that demo.tape uses, and plays it against a pseudo-terminal. */
import type { PtyProgram } from "./terminal.ts";

export type TapeCommand =
	| { readonly type: "type"; readonly text: string }
	| { readonly type: "key"; readonly key: "up" | "down" | "enter" | "escape" | "space"; readonly count: number }
	| { readonly type: "wait"; readonly pattern: RegExp }
	| { readonly type: "sleep"; readonly ms: number };

const KEYS: Readonly<Record<string, "up" | "down" | "enter" | "escape" | "space">> = {
	Up: "up",
	Down: "down",
	Enter: "enter",
	Escape: "escape",
	Space: "space",
};

/** Settings and the like: they change the picture, not what the program is told. */
const PICTURE_ONLY = /^(?:Output|Require|Set|Hide|Show|Screenshot|Env)\b/;

/**
 * @param source the text of a tape
 * @throws Error with the line's number for anything that is not understood
 */
export function parseTape(source: string): TapeCommand[] {
	const commands: TapeCommand[] = [];
	for (const [index, raw] of source.split("\n").entries()) {
		const line = raw.trim();
		if (line === "" || line.startsWith("#") || PICTURE_ONLY.test(line)) continue;
		const typed = /^Type(?:@\S+)?\s+"([^"]*)"$/.exec(line);
		const wait = /^Wait\+Screen(?:@\S+)?\s+\/(.*)\/$/.exec(line);
		const sleep = /^Sleep\s+([\d.]+)(ms|s)$/.exec(line);
		const key = /^(\w+)(?:\s+(\d+))?$/.exec(line);
		if (typed?.[1] !== undefined) commands.push({ type: "type", text: typed[1] });
		else if (wait?.[1] !== undefined) commands.push({ type: "wait", pattern: new RegExp(wait[1]) });
		else if (sleep) commands.push({ type: "sleep", ms: Number(sleep[1]) * (sleep[2] === "s" ? 1000 : 1) });
		else if (key?.[1] && KEYS[key[1]])
			commands.push({ type: "key", key: KEYS[key[1]] as "up", count: Number(key[2] ?? 1) });
		else throw new Error(`line ${index + 1} of the tape is not understood: ${line}`);
	}
	return commands;
}

/** What shows that a text has been taken: its last word at the end of a line, or at the cursor of the program's own. */
function taken(text: string): RegExp {
	return new RegExp(`${text.slice(text.lastIndexOf(" ") + 1).replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?:▏|\\s*$)`, "m");
}

/**
 * Plays a tape. Its sleeps are for the eye and are left out; what matters is waited for. A text has to be seen before the
 * next key is pressed: what comes in one piece with it would be text as well.
 */
export async function playTape(commands: readonly TapeCommand[], program: PtyProgram): Promise<void> {
	for (const command of commands) {
		switch (command.type) {
			case "type":
				for (const letter of command.text) program.press(letter);
				if (command.text.length > 1) await program.waitFor(taken(command.text), 20_000);
				break;
			case "key":
				for (let count = 0; count < command.count; count++) program.press(command.key);
				break;
			case "wait":
				await program.waitFor(command.pattern, 20_000);
				break;
			case "sleep":
				break;
		}
	}
}
