import { describe, expect, test } from "vitest";
import { forwardingOf } from "../../src/output/forwarding.ts";

const of = (env: Record<string, string>, options: { platform?: NodeJS.Platform; container?: boolean } = {}) =>
	forwardingOf(53682, {
		env: { USER: "ada", ...env },
		platform: options.platform ?? "linux",
		exists: (path) => options.container === true && path === "/.dockerenv",
		hostname: "build-host-3",
	});

describe("a page that returns to this machine", () => {
	test.each([
		["a Linux desktop", { DISPLAY: ":0" }, "linux"],
		["a Mac", {}, "darwin"],
		["WSL", { WSL_DISTRO_NAME: "Ubuntu" }, "linux"],
	] as const)("needs no help on %s", (_, env, platform) => {
		expect(of(env, { platform })).toBeUndefined();
	});

	test("needs its port forwarded over SSH, with a command that is ready to be pasted", () => {
		expect(of({ SSH_CONNECTION: "1 2 3 4" })).toEqual({
			why: "The page comes back to port 53682 here. On your machine, first run:",
			command: "ssh -L 53682:127.0.0.1:53682 ada@build-host-3",
		});
	});

	test("needs it in a container, where SSH may not get in", () => {
		expect(of({}, { container: true })).toMatchObject({
			why: expect.stringContaining("If SSH gets you in"),
			command: "ssh -L 53682:127.0.0.1:53682 ada@build-host-3",
		});
	});

	test("needs a codespace's own command", () => {
		expect(of({ CODESPACES: "true", CODESPACE_NAME: "fluffy-space" })?.command).toBe(
			"gh codespace ports forward 53682:53682 --codespace fluffy-space",
		);
	});

	test("puts nothing into a command that a shell would obey", () => {
		expect(of({ SSH_TTY: "x", USER: "a;$(id)`b" })?.command).toBe("ssh -L 53682:127.0.0.1:53682 aidb@build-host-3");
	});
});
