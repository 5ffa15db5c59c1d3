import { describe, expect, test } from "vitest";
import { createHiddenLine, readHiddenLine } from "../../src/terminal/hidden-line.ts";
import { FakeStdin } from "../components/support/screen.tsx";

/** What chunks come to: the line so far, and the key that ended it. */
function typed(...chunks: string[]): readonly [text: string, key: string | undefined] {
	const line = createHiddenLine();
	let key: string | undefined;
	for (const chunk of chunks) {
		key = line.take(chunk);
		if (key !== undefined) break;
	}
	return [line.text(), key];
}

const PASTE = (text: string): string => `\u001b[200~${text}\u001b[201~`;

describe("a line that is not shown", () => {
	test.each([
		["ends with Enter", ["abc\r"], "abc", "enter"],
		["ends with a line feed", ["a", "bc\n"], "abc", "enter"],
		["keeps its blanks", [" a b \r"], " a b ", "enter"],
		["is mended with backspace", ["ab\u007fc\r"], "ac", "enter"],
		["is mended by whole characters", ["a👍\u007f\r"], "a", "enter"],
		["is begun again with Ctrl-U", ["abc\u0015d\r"], "d", "enter"],
		["loses its last word with Ctrl-W", ["ab cd\u0017e\r"], "ab e", "enter"],
		["is not touched by other keys", ["a\u001b[A\u001b[3~\u001bOPb\u0001\r"], "ab", "enter"],
		["is given up with Ctrl-C", ["ab\u0003"], "ab", "interrupt"],
		["is given up with Ctrl-D while it is empty", ["\u0004"], "", "end"],
		["is not given up with Ctrl-D otherwise", ["a\u0004b\r"], "ab", "enter"],
		["may be pasted over several lines", [`${PASTE("ab\rcd\n")}\r`], "abcd", "enter"],
		["may be pasted in pieces, marks too", ["\u001b[2", "00~ab", "cd\u001b[20", "1~e\r"], "abcde", "enter"],
		["takes no key from a paste", [`${PASTE("a\u0003\u0004b\u0015")}\r`], "ab", "enter"],
	] as const)("%s", (_, chunks, text, key) => {
		expect(typed(...chunks)).toEqual([text, key]);
	});

	test("may have 100 kB", () => {
		const text = "PHNhbWxw".repeat(12_800);
		const chunks = `${PASTE(text)}\r`.match(/.{1,4095}|\r/gs) ?? [];
		expect(typed(...chunks)).toEqual([text, "enter"]);
	});
});

describe("the terminal", () => {
	const reading = () => {
		const stdin = new FakeStdin();
		const stop = new AbortController();
		let written = "";
		const line = readHiddenLine({
			stdin: stdin as never,
			platform: "linux",
			signal: stop.signal,
			write: (sequence) => {
				written += sequence;
			},
		});
		return { stdin, stop, line, written: () => written };
	};
	const expectGivenBack = ({ stdin, written }: ReturnType<typeof reading>): void => {
		expect(stdin.raw).toBe(false);
		expect(stdin.listenerCount("data") + stdin.listenerCount("end")).toBe(0);
		expect(written()).toBe("\u001b[?2004h\u001b[?2004l");
	};

	test("echoes nothing meanwhile, and is given back with Enter", async () => {
		const it = reading();
		expect(it.stdin.raw).toBe(true);
		it.stdin.emit("data", Buffer.from("cän").subarray(0, 2));
		it.stdin.emit("data", Buffer.from("cän").subarray(2));
		it.stdin.emit("data", Buffer.from("\r"));
		expect(await it.line).toBe("cän");
		expectGivenBack(it);
	});

	test("is given back when nobody wants the line any more, or the input has ended", async () => {
		const aborted = reading();
		aborted.stop.abort();
		expect(await aborted.line).toBeUndefined();
		expectGivenBack(aborted);
		const ended = reading();
		ended.stdin.emit("end");
		expect(await ended.line).toBeUndefined();
		expectGivenBack(ended);
	});
});
