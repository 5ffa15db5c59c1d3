import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shellCommand } from "../../../src/auth/system/shell-word.ts";

test.each([
	[["atmos-auth", "login", "dev-admin"], "atmos-auth login dev-admin"],
	[["atmos-auth", "login", "my dev's"], `atmos-auth login 'my dev'\\''s'`],
	[["atmos-auth", "login", "--provider=my sso"], "atmos-auth login --provider='my sso'"],
	[["a", ""], "a ''"],
])("%j is %j", (words, text) => {
	expect(shellCommand(words)).toBe(text);
});

test.skipIf(process.platform === "win32")("a shell takes a command apart into the same words", () => {
	const word = fc.oneof(
		fc.string({ unit: fc.constantFrom(..."ab -='\"$`\\\n*~!#;&|<>(){}[]?%^é") }),
		fc.constantFrom("my dev's", "--provider=it's mine", "--x='", "$(id)"),
	);
	fc.assert(
		fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
			const script = `for word in ${shellCommand(words)}; do printf '%s\\0' "$word"; done`;
			const said = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" });
			expect(said.split("\0").slice(0, -1)).toEqual(words);
		}),
		{ numRuns: 40 },
	);
});
