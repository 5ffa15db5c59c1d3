import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createPkce, createState } from "../../../src/auth/browser/pkce.ts";

test("the challenge is the SHA-256 of the verifier, in base64url without padding", () => {
	const { verifier, challenge } = createPkce();
	expect(verifier.reveal()).toMatch(/^[A-Za-z0-9_-]{43}$/);
	const digest = createHash("sha256").update(verifier.reveal(), "ascii").digest("base64");
	expect(challenge).toBe(digest.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""));
});

test("neither comes twice, and the verifier prints as nothing", () => {
	const some = Array.from({ length: 50 }, createPkce);
	expect(new Set(some.map(({ verifier }) => verifier.reveal())).size).toBe(50);
	expect(new Set(Array.from({ length: 50 }, createState)).size).toBe(50);
	expect(createState()).toMatch(/^[\w-]{22}$/);
	const [one] = some;
	const printed = `${inspect(one)}${JSON.stringify(one)}${one?.verifier}`;
	expect(printed).not.toContain(one?.verifier.reveal());
});
