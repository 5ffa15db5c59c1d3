import { describe, expect, test } from "vitest";
import {
	cacheHome,
	configHome,
	dataHome,
	discoveredFile,
	expandHome,
	type PathContext,
	pathWord,
	providerFolder,
	tildify,
} from "../../../src/auth/storage/paths.ts";
import { formatNano, formatSeconds, parseTime } from "../../../src/auth/storage/times.ts";
import { shellCommand } from "../../../src/auth/system/shell-word.ts";

const on = (env: Record<string, string> = {}, platform: NodeJS.Platform = "linux"): PathContext => ({
	env,
	home: "/home/ann",
	cwd: "/srv/project",
	platform,
});

describe("the folders", () => {
	test.each(["linux", "darwin"] as const)("are the same on %s", (platform) => {
		const ctx = on({}, platform);
		expect([configHome(ctx), cacheHome(ctx), dataHome(ctx)]).toEqual([
			"/home/ann/.config/atmos",
			"/home/ann/.cache/atmos",
			"/home/ann/.local/share/atmos",
		]);
	});

	test.each([
		[{ XDG_CONFIG_HOME: "/xdg" }, "/xdg/atmos"],
		[{ XDG_CONFIG_HOME: "/xdg", ATMOS_XDG_CONFIG_HOME: "/own" }, "/own/atmos"],
		[{ XDG_CONFIG_HOME: "/xdg", ATMOS_XDG_CONFIG_HOME: "" }, "/xdg/atmos"],
		[{ XDG_CONFIG_HOME: "relative" }, "/home/ann/.config/atmos"],
		[{ XDG_CONFIG_HOME: "/xdg", ATMOS_XDG_CONFIG_HOME: "./relative" }, "/xdg/atmos"],
		[{ XDG_CONFIG_HOME: "" }, "/home/ann/.config/atmos"],
	])("follow the environment: %j", (env, folder) => {
		expect(configHome(on(env as Record<string, string>))).toBe(folder);
	});

	test("of a provider are below its realm", () => {
		const realm = { value: "realm" };
		expect(providerFolder(on(), realm, "aws", "company/sso")).toBe("/home/ann/.config/atmos/realm/aws/company/sso");
		expect(providerFolder(on(), realm, "aws", "sso", "~/keys")).toBe("/home/ann/keys/realm/aws/sso");
		expect(providerFolder(on(), realm, "aws", "sso", "keys")).toBe("/srv/project/keys/realm/aws/sso");
		for (const name of ["", "..", "../x", "a/./b", "a\0b"]) {
			expect(() => providerFolder(on(), realm, "aws", name)).toThrow("cannot be used for a folder");
		}
	});

	test("of a provider have a backslash in their names where it separates nothing", () => {
		const realm = { value: "realm" };
		expect(providerFolder(on(), realm, "aws", "a\\b")).toBe("/home/ann/.config/atmos/realm/aws/a\\b");
		expect(providerFolder(on(), realm, "aws", "a\\..\\b")).toBe("/home/ann/.config/atmos/realm/aws/a\\..\\b");
	});

	test.each([
		["sso", undefined, "C:\\Users\\ann\\AppData\\Local\\atmos\\realm\\aws\\sso"],
		["a/b\\c", undefined, "C:\\Users\\ann\\AppData\\Local\\atmos\\realm\\aws\\a\\b\\c"],
		["sso", "D:\\keys", "D:\\keys\\realm\\aws\\sso"],
		["sso", "D:/keys/", "D:\\keys\\realm\\aws\\sso"],
		["sso", "\\\\server\\share\\keys", "\\\\server\\share\\keys\\realm\\aws\\sso"],
		["sso", "keys", "C:\\project\\keys\\realm\\aws\\sso"],
		["sso", "~\\keys", "C:\\Users\\ann\\keys\\realm\\aws\\sso"],
	])("of a provider on Windows: %j below %j", (provider, basePath, folder) => {
		const windows: PathContext = { env: {}, home: "C:\\Users\\ann", cwd: "C:\\project", platform: "win32" };
		expect(providerFolder(windows, { value: "realm" }, "aws", provider, basePath)).toBe(folder);
		expect(() => providerFolder(windows, { value: "realm" }, "aws", "a\\..\\b")).toThrow("cannot be used for a folder");
	});

	test.each([
		["company-sso", "company-sso"],
		["a/b\\c", "a_b_c"],
		[" sso ", "sso"],
		["..", "__"],
		["", "_"],
	])("of provisioned identities are one level deep: %j", (provider, folder) => {
		expect(discoveredFile(on(), provider)).toBe(`/home/ann/.cache/atmos/auth/${folder}/provisioned-identities.yaml`);
	});
});

describe("a path on the screen", () => {
	test.each([
		["/home/ann/.kube/config", "~/.kube/config"],
		["/home/ann", "~"],
		["/home/anna/x", "/home/anna/x"],
		["/etc/\u001b[31mx", "/etc/x"],
	])("is short and harmless: %j", (path, shown) => {
		expect(tildify(on(), path)).toBe(shown);
	});

	test("can be pasted into a shell", () => {
		expect(shellCommand([pathWord("/a/b-c.d")])).toBe("/a/b-c.d");
		expect(shellCommand([pathWord("/a b/it's"), pathWord("-rf")])).toBe("'/a b/it'\\''s' ./-rf");
	});

	test("is expanded only where a shell would", () => {
		expect(["~", "~/x", "~ann/x", "/x/~"].map((path) => expandHome(on(), path))).toEqual([
			"/home/ann",
			"/home/ann/x",
			"~ann/x",
			"/x/~",
		]);
	});
});

describe("times", () => {
	test.each([
		["2030-01-02T03:04:05Z", Date.UTC(2030, 0, 2, 3, 4, 5)],
		["2030-01-02T03:04:05.999999999Z", Date.UTC(2030, 0, 2, 3, 4, 5, 999)],
		["2030-01-02T03:04:05.5+05:30", Date.UTC(2030, 0, 1, 21, 34, 5, 500)],
		["2030-01-02T03:04:05-0800", Date.UTC(2030, 0, 2, 11, 4, 5)],
		["2030-01-02T03:04:05UTC", Date.UTC(2030, 0, 2, 3, 4, 5)],
		["0001-01-01T00:00:00Z", undefined],
		["2030-13-02T03:04:05Z", undefined],
		["2030-01-02T03:04:05", undefined],
		["1893553445", undefined],
		[1893553445, undefined],
	])("are read: %j", (text, ms) => {
		expect(parseTime(text)).toBe(ms);
	});

	test("are written as Go writes them", () => {
		const ms = Date.UTC(2030, 0, 2, 3, 4, 50, 120);
		expect([formatNano(ms), formatNano(ms - 120), formatSeconds(ms + 879)]).toEqual([
			"2030-01-02T03:04:50.12Z",
			"2030-01-02T03:04:50Z",
			"2030-01-02T03:04:50Z",
		]);
	});
});
