/** What a configuration may not do to whoever reads it: hang, or grow without an end. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { globFiles } from "../../../src/auth/config/glob.ts";
import { identity, type Project, project, withIdentities } from "./project.ts";

const use = async (p: Project): Promise<string> => {
	try {
		const config = await p.load();
		await config.identity("a");
		return "";
	} catch (error) {
		return (error as Error).message;
	}
};

const including = (path: string): string =>
	withIdentities(identity("a").replace("{name: dev}", `{name: !include ${path}}`));

describe.skipIf(process.platform === "win32")("files that are none", () => {
	test.each([
		["a pipe", (file: string) => execFileSync("mkfifo", [file]), "not a regular file"],
		["a device", (file: string) => symlinkSync("/dev/zero", file), "not a regular file"],
		[
			"too large",
			(file: string) => {
				writeFileSync(file, "");
				truncateSync(file, 10 * 1024 * 1024 + 1);
			},
			"larger than 10 MB",
		],
	])("%s that is included, imported, found or named", async (_, make, reason) => {
		const included = project({ "atmos.yaml": including("it.yaml") });
		make(join(included.ctx.cwd, "it.yaml"));
		expect(await use(included)).toContain(reason);
		const found = project();
		make(join(found.ctx.cwd, "atmos.yaml"));
		await expect(found.load()).rejects.toMatchObject({ code: "config", reason: expect.stringContaining(reason) });
		await expect(found.load({ config: ["atmos.yaml"] })).rejects.toMatchObject({
			reason: expect.stringContaining(reason),
		});
	});

	test("a file of /proc that blocks its reader", async () => {
		if (process.platform !== "linux") return;
		const p = project({ "atmos.yaml": including("/proc/kmsg") });
		expect(await use(p)).toMatch(/cannot read \/proc\/kmsg|expected the account's name/);
		const q = project({ "atmos.yaml": `import: [/proc/kmsg]\n${withIdentities(identity("a"))}` });
		expect(await use(q)).toBe("");
	});
});

describe("patterns", () => {
	test("more matches than any configuration has", async () => {
		const p = project({ "atmos.yaml": `import: ["many/*.yaml"]\n${withIdentities(identity("a"))}` });
		mkdirSync(join(p.ctx.cwd, "many"));
		for (let index = 0; index <= 1000; index++) writeFileSync(join(p.ctx.cwd, "many", `${index}.yaml`), "");
		await expect(p.load()).rejects.toThrow('"many/*.yaml": more than 1000 files match');
	});

	test("a pattern over everything ends, by what it looks at or by time", async () => {
		if (process.platform === "win32") return;
		await expect(globFiles("/**/no-such-name.yaml", "/", 1000)).rejects.toThrow(/more than 100000 files|more than 5 s/);
	});

	test("more entries than anybody has", async () => {
		const many = Array.from({ length: 50_001 }, (_, index) => `    i${index}: {}\n`).join("");
		const p = project({ "atmos.yaml": withIdentities(many) });
		await expect(p.load()).rejects.toThrow("the configuration has more than 50000 entries");
	}, 60_000);
});
