import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/auth/config/problems.ts";
import { identity, type Project, project, withIdentities } from "./project.ts";

/** One identity with a function as the account's name, on line 14. */
const withAccount = (value: string, more = ""): string =>
	withIdentities(
		`    a:\n      kind: aws/permission-set\n      via: {provider: company-sso}\n      principal:\n        name: X\n        account:\n          name: ${value}\n${more}`,
	);

async function account(p: Project): Promise<unknown> {
	const { config } = await (await p.load()).identity("a");
	return (config as { principal: { account: { name: unknown } } }).principal.account.name;
}

const message = async (p: Project, name = "a"): Promise<string> => {
	const error = await (await p.load()).identity(name).then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	expect(error).toBeInstanceOf(ConfigError);
	return (error as ConfigError).problems
		.map(({ key, message, location }) => `${location?.line} ${key} ${message}`)
		.join("\n");
};

describe("!exec", () => {
	test("its output is the value, trimmed", async () => {
		expect(await account(project({ "atmos.yaml": withAccount(`!exec "printf '  dev \\\\n\\\\n'"`) }))).toBe("dev");
	});

	test("it runs once, however often the value is asked for", async () => {
		const p = project({ "atmos.yaml": withAccount('!exec "echo x >> count; echo dev"') });
		const config = await p.load();
		await Promise.all([config.identity("a"), config.identity("a")]);
		await config.identity("A");
		expect(readFileSync(join(p.ctx.cwd, "count"), "utf8")).toBe("x\n");
	});

	test("a failed one is run again when it is asked for again", async () => {
		const p = project({ "atmos.yaml": withAccount('!exec "cat ready"') });
		const config = await p.load();
		await expect(config.identity("a")).rejects.toThrow("!exec failed: it exited with code 1");
		p.write("ready", "dev\n");
		expect((await config.identity("a")).config).toMatchObject({ principal: { account: { name: "dev" } } });
	});

	test("JSON is what it stands for, its numbers as they are written", async () => {
		const p = project({
			"atmos.yaml": withIdentities(
				`    a: {kind: aws/permission-set, via: {provider: company-sso}, principal: !exec 'echo "{\\"name\\": \\"X\\", \\"account\\": {\\"id\\": \\"012345678901\\"}}"'}\n`,
			),
		});
		expect((await (await p.load()).identity("a")).config).toMatchObject({
			principal: { name: "X", account: { id: "012345678901" } },
		});
	});

	test("something left running in the background does not hold it up", async () => {
		const p = project({ "atmos.yaml": withAccount('!exec "sleep 30 & echo dev"') });
		expect(await account(p)).toBe("dev");
	});

	test("its children end with it at the limit", async () => {
		const p = project({ "atmos.yaml": withAccount(`!exec "sh -c 'echo $$ > pid; exec sleep 30' & sleep 30"`) });
		expect(await message(p)).toBe(
			"14 auth.identities.a.principal.account.name !exec failed: it took more than 0.5 s and was stopped",
		);
		const pid = readFileSync(join(p.ctx.cwd, "pid"), "utf8").trim();
		// Ended, though perhaps not yet waited for.
		await expect
			.poll(() => spawnSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" }).stdout.trim())
			.toMatch(/^(?:Z.*)?$/);
	});

	test("the end of what it says on stderr is in the error, and what it printed is not", async () => {
		const command = "cat canary; cat canary >&2; seq 9 >&2; echo no such vault >&2; exit 7";
		const p = project({ "atmos.yaml": withAccount(`!exec "${command}"`), canary: "hunter2\n" });
		expect(await message(p)).toContain("it exited with code 7: 8 / 9 / no such vault");
		const short = project({
			"atmos.yaml": withAccount('!exec "cat canary; cat canary >&2; exit 7"'),
			canary: "hunter2",
		});
		expect(await message(short)).toContain("it exited with code 7: ***");
		expect(JSON.stringify([await message(short), short.ctx.logged])).not.toContain("hunter2");
		expect(JSON.stringify([await message(p), p.ctx.logged])).not.toContain("hunter2");
	});

	test.each([
		["kind", '    a: {kind: !exec "echo hunter2", via: {provider: company-sso}}\n'],
		[
			"via.provider",
			'    a: {kind: aws/permission-set, via: {provider: !exec "echo hunter2"}, principal: {name: X, account: {name: y}}}\n',
		],
		[
			"principal.account.id",
			'    a: {kind: aws/permission-set, via: {provider: company-sso}, principal: {name: X, account: {id: !exec "echo hunter2"}}}\n',
		],
	])("its output is not repeated when it does not fit: %s", async (key, text) => {
		const p = project({ "atmos.yaml": withIdentities(text) });
		const error = (await (await p.load()).identity("a").catch((thrown: unknown) => thrown)) as ConfigError;
		expect(error.problems.map((problem) => problem.key)).toContain(`auth.identities.a.${key}`);
		expect(JSON.stringify([error.message, error.details, error.problems])).not.toContain("hunter2");
	});

	test("a sign-in does not run what only other commands need", async () => {
		const p = project({
			"atmos.yaml": withIdentities(
				identity("a", ', env: [{key: K, value: !exec "touch ran"}], unknown: !exec "touch ran", alias: !store x'),
			),
		});
		await (await p.load()).identity("a");
		expect(existsSync(join(p.ctx.cwd, "ran"))).toBe(false);
	});

	test("neither listing nor checking runs anything, and what would be printed is not checked", async () => {
		const p = project({ "atmos.yaml": withAccount('!exec "touch ran"', '      tags: [!exec "touch ran"]\n') });
		const config = await p.load();
		expect(config.identities()[0]).toMatchObject({ name: "a", account: undefined, tags: [] });
		expect(await config.check()).toEqual([]);
		expect(existsSync(join(p.ctx.cwd, "ran"))).toBe(false);
	});

	test("it cannot stand for a whole section", async () => {
		const p = project({ "atmos.yaml": "auth:\n  identities: !exec echo\n" });
		await expect(p.load()).rejects.toThrow(/atmos\.yaml:2:3: auth\.identities: the function !exec is not allowed here/);
	});
});

describe("!include", () => {
	test.each([
		["part.yaml", "name: X\naccount: {id: 012345678901}\n"],
		["part.yml", "name: X\naccount: {id: 012345678901}\n"],
		["part.json", '{"name": "X", "account": {"id": "012345678901"}}'],
		["part.yaml", "name: X\naccount: !include inner.json\n"],
	])("%s", async (name, text) => {
		const p = project({
			"atmos.yaml": withIdentities(
				`    a: {kind: aws/permission-set, via: {provider: company-sso}, principal: !include sub/${name}}\n`,
			),
			[`sub/${name}`]: text,
			"sub/inner.json": '{"id": "012345678901"}',
		});
		expect((await (await p.load()).identity("a")).config).toMatchObject({
			principal: { name: "X", account: { id: "012345678901" } },
		});
	});

	test("a function in an included file is evaluated where it is needed", async () => {
		const p = project({
			"atmos.yaml": withIdentities("    a: !include a.yaml\n"),
			"a.yaml":
				'kind: aws/permission-set\nvia: {provider: company-sso}\nprincipal: {name: X, account: {name: !exec "touch ran; echo dev"}}\n',
		});
		const config = await p.load();
		expect(config.identities()[0]).toMatchObject({ kind: "aws/permission-set", role: "X" });
		expect(existsSync(join(p.ctx.cwd, "ran"))).toBe(false);
		await config.identity("a");
		expect(existsSync(join(p.ctx.cwd, "ran"))).toBe(true);
	});

	test("a mistake in an included file is told at its own place", async () => {
		const p = project({
			"atmos.yaml": withIdentities("    a: !include a.yaml\n"),
			"a.yaml": "kind: aws/permission-set\nvia: {provider: company-sso}\nprincipal:\n  name: X\n  account: {id: 12}\n",
		});
		await expect((await p.load()).identity("a")).rejects.toThrow(
			/a\.yaml:5:13: auth\.identities\.a\.principal\.account\.id: expected a 12-digit AWS account ID/,
		);
	});

	test("dotenv merges under `<<`, and `env:` takes Atmos's variables from it", async () => {
		const p = project({
			"atmos.yaml": `env:\n  <<: !include .env\n${withIdentities(identity("a"))}`,
			".env": "# here\nexport ATMOS_PROFILE='ops' # why\nOTHER=\"x\\ny\"\n",
			"profiles/ops/a.yaml": withIdentities(identity("b")),
		});
		expect((await p.load()).profiles).toEqual(["ops"]);
	});

	test.each([
		["gone.yaml", /!include: cannot read .*gone\.yaml \(there is no such file\)/],
		["https://example.com/x.yaml", /!include: https:\/\/example\.com\/x\.yaml is remote/],
		["broken.yaml", /!include: .*broken\.yaml:1:\d+: not valid YAML/],
		["loop.yaml", /includes are nested more than ten deep/],
		["''", /!include needs the name of a file/],
	])("%s is an error with file, line and key, for whoever needs it alone", async (name, expected) => {
		const p = project({
			"atmos.yaml": withAccount(`!include ${name}`, identity("fine")),
			"broken.yaml": "a: [",
			"loop.yaml": "x: !include loop.yaml",
		});
		await expect((await p.load()).identity("fine")).resolves.toBeDefined();
		expect(await message(p)).toMatch(expected);
		expect(await message(p)).toMatch(/^14 auth\.identities\.a\.principal\.account\.name /);
	});
});

test.each(["!terraform.output vpc x", "!store x y", "!aws.account_id", "!!binary aGk=", "!exce ls"])(
	"%s is an error where it is needed, and nowhere else",
	async (value) => {
		const p = project({ "atmos.yaml": `vars: {x: ${value}}\n${withAccount(value, identity("fine"))}` });
		await expect((await p.load()).identity("fine")).resolves.toBeDefined();
		expect(await message(p)).toMatch(
			/^15 auth\.identities\.a\.principal\.account\.name the function .* is not supported here$/,
		);
	},
);

test("outside a repository !repo-root takes its default, or says what is wrong", async () => {
	expect(await account(project({ "atmos.yaml": withAccount("!repo-root /srv") }))).toBe("/srv");
	expect(await message(project({ "atmos.yaml": withAccount("!git.root") }))).toContain("this is not a Git repository");
});

test("!cwd takes a path", async () => {
	const p = project({ "atmos.yaml": withAccount("!cwd sub/folder") });
	expect(await account(p)).toBe(join(p.ctx.cwd, "sub/folder"));
});
