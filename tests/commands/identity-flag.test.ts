import { describe, expect, test } from "vitest";
import { takeIdentityFlag } from "../../src/commands/identity-flag.ts";

describe("--identity with and without a value", () => {
	test.each([
		["", { argv: [], ask: false }],
		["admin", { argv: ["admin"], ask: false }],
		["-i", { argv: [], ask: true }],
		["--identity", { argv: [], ask: true }],
		["-i admin", { argv: [], identity: "admin", ask: false }],
		["-i=admin", { argv: [], identity: "admin", ask: false }],
		["--identity admin", { argv: [], identity: "admin", ask: false }],
		["--identity=admin", { argv: [], identity: "admin", ask: false }],
		["--identity=a=b", { argv: [], identity: "a=b", ask: false }],
		["-i --plain", { argv: ["--plain"], ask: true }],
		["--plain -i admin --force", { argv: ["--plain", "--force"], identity: "admin", ask: false }],
		["admin -i", { argv: ["admin"], ask: true }],
		["-i -- admin", { argv: ["--", "admin"], ask: true }],
		["-- -i admin", { argv: ["--", "-i", "admin"], ask: false }],
		["--identity-like x", { argv: ["--identity-like", "x"], ask: false }],
	])("%s", (line, expected) => {
		expect(takeIdentityFlag(line.split(" ").filter((word) => word !== ""))).toEqual(expected);
	});

	test.each([[["--identity="]], [["-i", ""]], [["-i", "a", "-i", "b"]], [["-i", "--identity=b"]]])(
		"%j is refused",
		(argv) => {
			expect(() => takeIdentityFlag(argv)).toThrow(expect.objectContaining({ code: "usage" }));
		},
	);
});
