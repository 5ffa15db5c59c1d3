import { expect, test } from "vitest";
import { base32, fromBase32 } from "./base32.ts";
import { totp } from "./mfa.ts";

// https://www.rfc-editor.org/rfc/rfc6238#appendix-B, the last six digits of eight.
test.each([
	[59, "287082"],
	[1_111_111_109, "081804"],
	[1_111_111_111, "050471"],
	[1_234_567_890, "005924"],
	[2_000_000_000, "279037"],
	[20_000_000_000, "353130"],
])("at %i seconds a device shows %s", (seconds, code) => {
	const seed = base32(Buffer.from("12345678901234567890"));
	expect(totp(seed, seconds * 1000)).toBe(code);
	expect(totp(seed, (seconds - (seconds % 30)) * 1000)).toBe(code);
});

test("seeds are base32", () => {
	// https://www.rfc-editor.org/rfc/rfc4648#section-10
	expect(base32(Buffer.from("fooba"))).toBe("MZXW6YTB");
	for (const text of ["MZXW6YTBOI======", "mzxw6ytboi"]) expect(fromBase32(text).toString()).toBe("foobar");
	expect(() => fromBase32("MZXW6YT1")).toThrow("not base32");
});
