import { describe, expect, test } from "vitest";
import type { AuthError } from "../../src/auth/errors.ts";
import type { Reach } from "../../src/auth/interaction.ts";
import { browserChoice, otherWay, type Way, type WaysInput, waysOf } from "../../src/auth/sign-in-ways.ts";
import { remedyOf } from "../helpers/remedy.ts";

const BROWSER: Way = { flow: "browser", label: "in a browser on this machine", needs: "link", isLocal: true };
const CODE: Way = { flow: "device-code", label: "with a code, in any browser", needs: "link", isLocal: false };
const PASTE: Way = { flow: "paste", label: "by pasting a code", needs: "line", isLocal: false };

/** Of the places that look at the environment alone. */
const DESKTOP = { DISPLAY: ":0" };
const SSH = { DISPLAY: ":0", SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22" };
const WSL = { WSL_DISTRO_NAME: "Ubuntu" };
const CI = { CI: "true", DISPLAY: ":0" };

function choose(
	ways: readonly [Way, ...Way[]],
	options: Partial<WaysInput> & { readonly env?: Record<string, string>; readonly reach?: Reach } = {},
) {
	const { env = DESKTOP, reach = "keyboard", ...rest } = options;
	return waysOf({ ctx: { env, platform: "linux", exists: () => false }, interaction: { reach }, ways, ...rest });
}

const failure = (work: () => unknown): AuthError => {
	try {
		work();
	} catch (error) {
		return error as AuthError;
	}
	throw new Error("it should have failed");
};

describe("the way that is taken", () => {
	test.each<[string, readonly [Way, ...Way[]], Record<string, string>, Reach, string, string]>([
		[
			"the first on a desktop",
			[BROWSER, PASTE],
			DESKTOP,
			"keyboard",
			"browser",
			"a browser on this machine can be used",
		],
		[
			"the first in WSL, whose loopback is Windows' own",
			[BROWSER, PASTE],
			WSL,
			"keyboard",
			"browser",
			"a browser on this machine can be used",
		],
		[
			"one that needs no loopback by SSH",
			[BROWSER, PASTE],
			SSH,
			"line",
			"paste",
			"this is an SSH session, which the browser in front of you does not reach",
		],
		[
			"a code wherever it is the first",
			[CODE, BROWSER],
			DESKTOP,
			"keyboard",
			"device-code",
			"it works in any browser, on any machine",
		],
		["a code by SSH too", [CODE, BROWSER], SSH, "link", "device-code", "it works in any browser, on any machine"],
		[
			"what needs no typing, where nothing can be typed",
			[PASTE, BROWSER],
			DESKTOP,
			"link",
			"browser",
			"nothing can be typed here",
		],
		[
			"the browser all the same, where it is all that there is",
			[BROWSER, PASTE],
			SSH,
			"link",
			"browser",
			"nothing else works here; this is an SSH session, and the page has to reach it",
		],
	])("%s", (_, ways, env, reach, flow, why) => {
		expect(choose(ways, { env, reach })).toMatchObject({ taken: { flow }, why });
	});

	test("in a CI job, where a display means nothing", () => {
		expect(choose([BROWSER, CODE], { env: CI, reach: "link" }).why).toContain("a CI job");
	});

	test("the others are offered in their order, without those that cannot be used", () => {
		expect(choose([BROWSER, CODE, PASTE]).others).toEqual([CODE, PASTE]);
		expect(choose([BROWSER, CODE, PASTE], { reach: "link" }).others).toEqual([CODE]);
	});
});

describe("what was asked for", () => {
	test("--flow goes before spec.flow, and both before what is best", () => {
		const ways = [BROWSER, CODE, PASTE] as const;
		expect(choose(ways, { configured: "paste" })).toEqual({
			taken: PASTE,
			why: "`spec.flow` is paste",
			others: [BROWSER, CODE],
		});
		expect(choose(ways, { configured: "paste", wanted: "device-code" })).toEqual({
			taken: CODE,
			why: "--flow is device-code",
			others: [BROWSER, PASTE],
		});
		expect(choose(ways, { configured: "browser", wanted: "browser" }).why).toBe("--flow is browser");
	});

	test("does not count where there is no such way", () => {
		expect(choose([CODE, BROWSER], { wanted: "paste" }).taken).toBe(CODE);
		expect(choose([CODE, BROWSER], { wanted: "paste", configured: "browser" })).toMatchObject({
			taken: BROWSER,
			why: "`spec.flow` is browser",
		});
	});

	test("is taken by SSH as well: a port may be forwarded", () => {
		expect(choose([CODE, BROWSER], { wanted: "browser", env: SSH }).taken).toBe(BROWSER);
	});

	test("is an error where nobody is reached for it, which names another", () => {
		const error = failure(() => choose([BROWSER, PASTE], { wanted: "paste", reach: "link" }));
		expect(error).toMatchObject({
			code: "usage",
			message: "nobody can sign in by pasting a code here",
			reason: "--flow is paste, and somebody has to type or paste something",
		});
		expect(remedyOf(error)).toContain("--flow browser");
	});
});

test("where nobody is reached at all, it says so", () => {
	expect(failure(() => choose([BROWSER, PASTE], { reach: "nobody" }))).toMatchObject({
		code: "usage",
		message: "nobody can sign in in a browser on this machine here",
	});
});

test("another way is taken, and the one before it is among the others", () => {
	const ways = otherWay(choose([BROWSER, CODE, PASTE]), "paste");
	expect(ways).toEqual({ taken: PASTE, why: "you chose it", others: [BROWSER, CODE] });
	expect(otherWay(ways, "browser").others).toEqual([PASTE, CODE]);
});

test.each([
	[undefined, undefined],
	[{}, undefined],
	[{ private: false }, undefined],
	[{ private: true }, { isPrivate: true }],
	[
		{ name: "firefox", profile: "Work" },
		{ name: "firefox", profile: "Work" },
	],
])("spec.browser %j is %j", (configured, expected) => {
	expect(browserChoice(configured)).toEqual(expected);
});

describe("a way that the machine does not have", () => {
	const WINDOW: Way = { ...BROWSER, blocked: "there is no display" };

	test("is not taken and not offered, and the screen says why", () => {
		expect(choose([WINDOW, PASTE])).toEqual({ taken: PASTE, why: "there is no display", others: [] });
	});

	test("is an error where it was asked for, with the one that there is", () => {
		const error = failure(() => choose([WINDOW, PASTE], { wanted: "browser" }));
		expect(error).toMatchObject({ code: "usage", reason: "--flow is browser, and there is no display" });
		expect(remedyOf(error)).toBe("run the command with --flow paste");
	});

	test("is told of where nothing else is possible without a person, with what would be", () => {
		const error = failure(() => choose([WINDOW, PASTE], { reach: "link" }));
		expect(error).toMatchObject({ code: "usage", reason: "there is no display" });
		expect(remedyOf(error)).toContain("--flow paste is possible there");
	});
});
