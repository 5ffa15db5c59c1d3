import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { findBrowser } from "../../../../src/auth/aws/saml/find-browser.ts";
import type { Config } from "../../../../src/auth/aws/saml/schema.ts";
import type { AuthError } from "../../../../src/auth/errors.ts";
import { testContext } from "../../../helpers/context.ts";

function scene(...programs: string[]) {
	const ctx = testContext({ platform: "linux" });
	const bin = join(ctx.home, "bin");
	const make = (file: string): string => {
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, "#!/bin/sh\n");
		chmodSync(file, 0o755);
		return file;
	};
	mkdirSync(bin);
	for (const program of programs) make(join(bin, program));
	Object.assign(ctx.env, { PATH: bin });
	const find = (config: Partial<Config> = {}, file = join(ctx.cwd, "atmos.yaml"), platform = ctx.platform): string =>
		findBrowser(
			{ ...ctx, platform },
			{
				name: "corp",
				key: "corp",
				kind: "aws/saml",
				file,
				config: { url: "https://idp.acme.example", region: "us-east-1", ...config },
			},
		);
	return { ctx, bin, make, find };
}

const refused = (work: () => unknown): AuthError => {
	try {
		work();
	} catch (error) {
		return error as AuthError;
	}
	throw new Error("it was found");
};

describe("the browser", () => {
	test.each([
		[["chromium", "google-chrome", "microsoft-edge"], {}, "google-chrome"],
		[["chromium", "microsoft-edge-stable"], {}, "microsoft-edge-stable"],
		[["brave-browser"], {}, "brave-browser"],
		[["chromium", "google-chrome"], { browser_type: "chromium" }, "chromium"],
		[["chromium", "google-chrome-beta"], { browser_type: "chrome-beta" }, "google-chrome-beta"],
		[["google-chrome", "microsoft-edge"], { browser_type: "msedge" }, "microsoft-edge"],
		[
			["google-chrome", "microsoft-edge"],
			{ browser_type: "chrome", spec: { browser: { name: "edge" } } },
			"microsoft-edge",
		],
	] as const)("of %j, with %j, is %s", (programs, config, expected) => {
		const { bin, find } = scene(...programs);
		expect(find(config)).toBe(join(bin, expected));
	});

	test("is another one where that cannot be driven, and it is said", () => {
		const { ctx, bin, find } = scene("firefox", "chromium");
		expect(find({ browser_type: "firefox" })).toBe(join(bin, "chromium"));
		expect(ctx.logged).toMatchObject([{ level: "warn", message: expect.stringContaining("firefox cannot be used") }]);
	});

	test("is none: the error says what to install, or to paste", () => {
		const { find } = scene("firefox");
		expect(refused(() => find())).toMatchObject({
			code: "usage",
			message: 'no browser that can be used was found for the sign-in of "corp"',
			remedy: { say: expect.stringContaining("--flow paste") },
		});
		expect(refused(() => find({ browser_type: "msedge" })).message).toBe(
			'msedge was not found for the sign-in of "corp"',
		);
	});

	test("is the program that is named, from the home folder too", () => {
		const { ctx, make, find } = scene("google-chrome");
		const own = make(join(ctx.home, "opt", "chrome"));
		expect(find({ browser_executable_path: own })).toBe(own);
		expect(find({ browser_executable_path: "~/opt/chrome" })).toBe(own);
		expect(refused(() => find({ browser_executable_path: "/no/such/browser" })).code).toBe("config");
	});

	test("is never a program of the project, wherever in it one works", () => {
		const { ctx, make, find } = scene("google-chrome");
		const theirs = make(join(ctx.cwd, "tools", "chrome"));
		expect(refused(() => find({ browser_executable_path: theirs })).reason).toContain("the project's own folder");
		const other = make(join(dirname(ctx.cwd), "elsewhere", "tools", "chrome"));
		const file = join(dirname(ctx.cwd), "elsewhere", "atmos.yaml");
		expect(refused(() => find({ browser_executable_path: other }, file)).code).toBe("config");
	});

	test("is found in the folders for applications of a Mac", () => {
		const { ctx, make, find } = scene();
		const chrome = make(join(ctx.home, "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"));
		expect(find({}, undefined, "darwin")).toBe(chrome);
	});
});
