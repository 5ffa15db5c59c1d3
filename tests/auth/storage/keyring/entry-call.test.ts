import { describe, expect, test } from "vitest";
import {
	callEntry,
	type Entry,
	type EntryClass,
	type EntryRequest,
} from "../../../../src/auth/storage/keyring/entry-call.ts";

/** What the library was asked for, and what it holds. */
function fakeLibrary(held: string | null = null) {
	const calls: unknown[][] = [];
	let text = held;
	const entry: Entry = {
		async getPassword() {
			calls.push(["getPassword"]);
			return text;
		},
		async setPassword(password) {
			calls.push(["setPassword", password]);
			text = password;
		},
		async getSecret() {
			calls.push(["getSecret"]);
			return text === null ? null : [...Buffer.from(text)];
		},
		async setSecret(secret) {
			calls.push(["setSecret", Buffer.from(secret).toString("utf8")]);
			text = Buffer.from(secret).toString("utf8");
		},
		async deleteCredential() {
			const was = text !== null;
			text = null;
			return was;
		},
	};
	const Class = Object.assign(
		function Fake(...given: unknown[]) {
			calls.push(["new", ...given]);
			return entry;
		},
		{
			withTarget(...given: unknown[]) {
				calls.push(["withTarget", ...given]);
				return entry;
			},
		},
	) as unknown as EntryClass;
	return { Class, calls };
}

const PINNED = { linux: { store: "secret-service" } };
const VALUE = '{"type":"aws","data":{"access_key_id":"é"}}';
const request = (operation: EntryRequest["operation"], platform: NodeJS.Platform, value?: string): EntryRequest => ({
	operation,
	service: "atmos_test_ada",
	account: "atmos-auth",
	platform,
	value,
});

describe("the system's keyring", () => {
	test.each([
		["linux", ["new", "atmos_test_ada", "atmos-auth", PINNED], ["setPassword", VALUE]],
		[
			"darwin",
			["new", "atmos_test_ada", "atmos-auth", PINNED],
			["setPassword", `go-keyring-base64:${Buffer.from(VALUE).toString("base64")}`],
		],
		[
			"win32",
			["withTarget", "atmos_test_ada:atmos-auth", "atmos_test_ada", "atmos-auth", PINNED],
			["setSecret", VALUE],
		],
	] as const)("of %s gets an entry where go-keyring has it", async (platform, made, written) => {
		const { Class, calls } = fakeLibrary();
		let connected = false;
		expect(
			await callEntry(Class, request("write", platform, VALUE), () => {
				connected = true;
			}),
		).toEqual({});
		expect(calls).toEqual([made, written]);
		expect(connected).toBe(true);
		expect(await callEntry(Class, request("read", platform))).toEqual({ value: VALUE });
		expect(await callEntry(Class, request("remove", platform))).toEqual({ removed: true });
		expect(await callEntry(Class, request("read", platform))).toEqual({ value: null });
		expect(await callEntry(Class, request("remove", platform))).toEqual({ removed: false });
	});

	test.each([
		["in base64", `go-keyring-base64:${Buffer.from(VALUE).toString("base64")}`],
		["in hex, as of old", `go-keyring-encoded:${Buffer.from(VALUE).toString("hex")}`],
		["as it is", VALUE],
	])("of macOS is read %s", async (_, held) => {
		expect(await callEntry(fakeLibrary(held).Class, request("read", "darwin"))).toEqual({ value: VALUE });
	});

	test("of Linux is not decoded: go-keyring writes plain text there", async () => {
		const held = "go-keyring-base64:eA==";
		expect(await callEntry(fakeLibrary(held).Class, request("read", "linux"))).toEqual({ value: held });
	});
});
