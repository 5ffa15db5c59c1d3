import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/auth/credentials.ts";
import {
	dockerConfigFile,
	readDockerEntry,
	removeDockerLogin,
	storeDockerLogin,
} from "../../../src/auth/docker/config.ts";
import { type TestContext, testContext } from "../../helpers/context.ts";

const HOST = "123456789012.dkr.ecr.us-east-2.amazonaws.com";
const signal = new AbortController().signal;

function setUp(text?: string): { ctx: TestContext; file: string; read: () => string } {
	const ctx = testContext();
	const file = dockerConfigFile(ctx);
	if (text !== undefined) {
		mkdirSync(join(ctx.home, ".docker"), { recursive: true });
		writeFileSync(file, text);
	}
	return { ctx, file, read: () => readFileSync(file, "utf8") };
}

const login = (password: string, host = HOST) => ({ host, username: "AWS", password: new Secret(password) });
const encoded = (password: string): string => Buffer.from(`AWS:${password}`).toString("base64");

/** A credential helper that keeps what it is given, or does as it is told. */
function helper(ctx: TestContext, name: string, script: string): TestContext {
	const bin = join(ctx.home, "bin");
	mkdirSync(bin, { recursive: true });
	const program = join(bin, `docker-credential-${name}`);
	writeFileSync(program, `#!/bin/sh\n${script}\n`);
	chmodSync(program, 0o755);
	return { ...ctx, env: { ...ctx.env, PATH: `${bin}:${ctx.env.PATH}` } };
}

describe("the file", () => {
	test("is made where there is none, private", async () => {
		const { ctx, read } = setUp();
		await storeDockerLogin(ctx, login("pw"), { signal });
		expect(JSON.parse(read())).toEqual({ auths: { [HOST]: { auth: encoded("pw") } } });
	});

	test.each(["", "  \n", "{}", '{"auths":{}}', '{"auths":null}'])("%j is taken for an empty one", async (text) => {
		const { ctx, read } = setUp(text);
		await storeDockerLogin(ctx, login("pw"), { signal });
		expect(JSON.parse(read())).toMatchObject({ auths: { [HOST]: { auth: encoded("pw") } } });
	});

	test("everything foreign stays byte for byte", async () => {
		const before = `{
	"credHelpers": { "gcr.io": "gcloud" },
	"auths": {
		"https://index.docker.io/v1/": {"auth": "Zm9vOmJhcg==",   "email": "ada@acme.example"},
		"ghcr.io": { "identitytoken": "xyz" }
	},
	"currentContext": "colima", "proxies": {"default": {"httpProxy": "http://p:1"}},
	"HttpHeaders": {"X": "1.0e3"}, "psFormat": "table {{.ID}}\\t{{.Names}}"
}
`;
		const { ctx, read } = setUp(before);
		await storeDockerLogin(ctx, login("pw"), { signal });
		const after = read();
		for (const line of before.split("\n").filter((part) => part.trim() !== "" && !/identitytoken/.test(part))) {
			expect(after).toContain(line);
		}
		const { auths, ...rest } = JSON.parse(after);
		const { auths: old, ...same } = JSON.parse(before);
		expect(rest).toEqual(same);
		expect(auths).toEqual({ ...old, [HOST]: { auth: encoded("pw") } });
	});

	// H is the host and A the login.
	test.each([
		[
			"one line",
			'{"auths":{"x":{"auth":"Zm9v"}},"y":[1,2]}',
			'{"auths":{"x":{"auth":"Zm9v"},"H":{"auth":"A"}},"y":[1,2]}',
		],
		[
			"one line with blanks",
			'{ "auths": { "x": { "auth": "Zm9v" } }, "y": [1, 2] }\n',
			'{ "auths": { "x": { "auth": "Zm9v" }, "H": {"auth": "A"} }, "y": [1, 2] }\n',
		],
		[
			"four columns",
			'{\n    "auths": {\n        "x": {"auth":"Zm9v"}\n    },\n    "y": [1,2]\n}',
			'{\n    "auths": {\n        "x": {"auth":"Zm9v"},\n        "H": {\n            "auth": "A"\n        }\n    },\n    "y": [1,2]\n}',
		],
		[
			"tabs and Windows' line ends",
			'{\r\n\t"auths": {\r\n\t\t"x": {}\r\n\t},\r\n\t"y":  1\r\n}\r\n',
			'{\r\n\t"auths": {\r\n\t\t"x": {},\r\n\t\t"H": {\r\n\t\t\t"auth": "A"\r\n\t\t}\r\n\t},\r\n\t"y":  1\r\n}\r\n',
		],
		["a byte order mark", '\ufeff{"auths":{"x":{}}}', '\ufeff{"auths":{"x":{},"H":{"auth":"A"}}}'],
		[
			"lines of any indentation",
			'{"auths":\n{ "x" : {\n      "auth":"Zm9v"}},\n\n   "y":1 }\n',
			'{"auths":\n{ "x" : {\n      "auth":"Zm9v"}, "H": {"auth": "A"}},\n\n   "y":1 }\n',
		],
		["an empty list of logins", '{"x":{"y":1},"auths":{},"z":1}', '{"x":{"y":1},"auths":{"H":{"auth":"A"}},"z":1}'],
		["no list of logins", '{"x":1, "y":2}', '{"x":1, "y":2, "auths":{"H":{"auth":"A"}}}'],
		["a list of logins that is null", '{"x":1,"auths":null}', '{"x":1,"auths":{"H":{"auth":"A"}}}'],
		[
			"a login of before",
			'{"auths":{"H":{"auth":"b2xk",  "email":"a@b"},"x":{}}}',
			'{"auths":{"H":{"auth":"A",  "email":"a@b"},"x":{}}}',
		],
		["an identity token", '{"auths":{"H":{"identitytoken":"t", "auth":"b2xk"}}}', '{"auths":{"H":{"auth":"A"}}}'],
		[
			"a key that is there twice",
			'{"auths":{"H":{}},"auths":{"x":{}}}',
			'{"auths":{"H":{}},"auths":{"x":{},"H":{"auth":"A"}}}',
		],
	])("of %s, only the login changes", async (_, before, after) => {
		const fill = (text: string): string => text.replaceAll('"H"', `"${HOST}"`).replaceAll('"A"', `"${encoded("pw")}"`);
		const { ctx, read } = setUp(fill(before));
		await storeDockerLogin(ctx, login("pw"), { signal });
		expect(read()).toBe(fill(after));
		// And nothing at all, when it is the same.
		await storeDockerLogin(ctx, login("pw"), { signal });
		expect(read()).toBe(fill(after));
	});

	test("any document keeps all that is not this host's", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.dictionary(fc.string(), fc.jsonValue()),
				fc.constantFrom(0, 1, 2, 3, "\t"),
				async (document, indent) => {
					const safe = Object.fromEntries(
						Object.entries(document).filter(([key]) => !["auths", "credHelpers", "credsStore"].includes(key)),
					);
					const { ctx, read } = setUp(JSON.stringify(safe, null, indent));
					await storeDockerLogin(ctx, login("pw"), { signal });
					const { auths, ...rest } = JSON.parse(read());
					expect(rest).toEqual(JSON.parse(JSON.stringify(safe)));
					expect(auths[HOST].auth).toBe(encoded("pw"));
					ctx.dispose();
				},
			),
			{ numRuns: 40 },
		);
	});

	test.each([
		["broken JSON", '{\n  "auths": {\n    "a": \n}\n', /config\.json:4:1 is not valid JSON/],
		["a comment", '{\n  // mine\n  "auths": {}\n}\n', /config\.json:2:3 is not valid JSON/],
		["a list", "[]\n", /config\.json:1:1 is not valid JSON/],
		["auths of another type", '{\n  "auths": []\n}\n', /config\.json:2:12 is not valid JSON/],
	])("%s is refused with its place, and left as it is", async (_, text, message) => {
		const { ctx, read } = setUp(text);
		await expect(storeDockerLogin(ctx, login("pw"), { signal })).rejects.toThrow(message);
		expect(read()).toBe(text);
	});

	test("$DOCKER_CONFIG is honoured, and a link to the file stays a link", async () => {
		const { ctx } = setUp();
		const folder = join(ctx.home, "elsewhere");
		mkdirSync(folder);
		writeFileSync(join(folder, "real.json"), '{"currentContext":"x"}');
		symlinkSync("real.json", join(folder, "config.json"));
		await storeDockerLogin({ ...ctx, env: { ...ctx.env, DOCKER_CONFIG: folder } }, login("pw"), { signal });
		expect(JSON.parse(readFileSync(join(folder, "real.json"), "utf8"))).toMatchObject({
			currentContext: "x",
			auths: { [HOST]: {} },
		});
	});

	test("twelve logins at once are all kept", async () => {
		const { ctx, read } = setUp('{"currentContext":"x"}');
		const hosts = Array.from({ length: 12 }, (_, index) => `${100000000000 + index}.dkr.ecr.us-east-2.amazonaws.com`);
		await Promise.all(hosts.map((host) => storeDockerLogin(ctx, login("pw", host), { signal })));
		const config = JSON.parse(read());
		expect(Object.keys(config.auths).sort()).toEqual(hosts);
		expect(config.currentContext).toBe("x");
	});
});

describe("credential helpers", () => {
	test("a general store gets the login, and the file a mark", async () => {
		const { ctx, read } = setUp('{"credsStore":"keep"}');
		const withHelper = helper(ctx, "keep", `cat > "${ctx.home}/kept"`);
		const stored = await storeDockerLogin(withHelper, login("pw"), { signal });
		expect(stored.notes).toEqual([]);
		expect(JSON.parse(readFileSync(join(ctx.home, "kept"), "utf8"))).toEqual({
			ServerURL: HOST,
			Username: "AWS",
			Secret: "pw",
		});
		expect(JSON.parse(read())).toEqual({ credsStore: "keep", auths: { [HOST]: {} } });
	});

	test("a host's own helper goes before the general one, and an empty one forces the file", async () => {
		const { ctx, read } = setUp(`{"credsStore":"general","credHelpers":{"${HOST}":""}}`);
		await storeDockerLogin(helper(ctx, "general", "exit 1"), login("pw"), { signal });
		expect(JSON.parse(read()).auths[HOST]).toEqual({ auth: encoded("pw") });
	});

	test.each([
		["only reads", 'echo "not implemented" >&2; exit 1', "it is read-only"],
		[
			"has a locked keychain",
			'echo "error storing credentials - err: exit status 1, out: `-25308`" ; exit 1',
			"the keychain is locked",
		],
	])("one that %s is switched off for this host alone, and it is said", async (_, script, reason) => {
		const { ctx, read } = setUp('{"credsStore":"x"}');
		const stored = await storeDockerLogin(script === undefined ? ctx : helper(ctx, "x", script), login("pw"), {
			signal,
		});
		expect(stored.notes).toEqual([expect.stringContaining(reason)]);
		expect(JSON.parse(read())).toEqual({
			credsStore: "x",
			auths: { [HOST]: { auth: encoded("pw") } },
			credHelpers: { [HOST]: "" },
		});
	});

	test("one in the working directory is never run", async () => {
		const { ctx } = setUp('{"credsStore":"evil"}');
		const program = join(ctx.cwd, "docker-credential-evil");
		writeFileSync(program, `#!/bin/sh\ntouch "${ctx.home}/ran"\n`);
		chmodSync(program, 0o755);
		const env = { ...ctx.env, PATH: `.:${ctx.cwd}:${ctx.env.PATH}` };
		const stored = await storeDockerLogin({ ...ctx, env }, login("pw"), { signal });
		expect(stored.notes[0]).toContain("not installed");
	});

	test("what a helper repeats of the login is not told", async () => {
		const { ctx } = setUp('{"credsStore":"loud"}');
		const stored = await storeDockerLogin(helper(ctx, "loud", "cat; exit 1"), login("canary-password"), { signal });
		expect(stored.notes.join()).not.toContain("canary-password");
	});

	test("ecr-login serves the host by itself", async () => {
		const { ctx } = setUp(`{"credHelpers":{"${HOST}":"ecr-login"}}`);
		expect(await readDockerEntry(ctx, HOST)).toMatchObject({ helper: "ecr-login", listed: false });
	});
});

describe("taking a login back", () => {
	const options = { signal, attended: false };

	test("leaves every other byte", async () => {
		const before = `{\n  "auths": {\n    "ghcr.io": {"auth":   "Zm9v"}\n  },\n\t"x": [1,2]\n}\n`;
		const { ctx, read } = setUp(before);
		const { mark } = await storeDockerLogin(ctx, login("pw"), { signal });
		expect(read()).not.toBe(before);
		expect(await removeDockerLogin(ctx, HOST, mark, options)).toBe(true);
		expect(read()).toBe(before);
		expect(await removeDockerLogin(ctx, HOST, mark, options)).toBe(false);
	});

	test("leaves what else a person has written about the host", async () => {
		const { ctx, read } = setUp(`{"auths":{"${HOST}":{"email":"ada@acme.example"}}}`);
		const { mark } = await storeDockerLogin(ctx, login("pw"), { signal });
		expect(await removeDockerLogin(ctx, HOST, mark, options)).toBe(true);
		expect(JSON.parse(read())).toEqual({ auths: { [HOST]: { email: "ada@acme.example" } } });
	});

	test.each([
		["another login", `{"auths":{"${HOST}":{"auth":"${encoded("theirs")}"}}}`],
		["none", '{"auths":{}}'],
		["no list of them", "{}"],
	])("changes nothing where there is %s", async (_, now) => {
		const { ctx, file, read } = setUp();
		const { mark } = await storeDockerLogin(ctx, login("pw"), { signal });
		writeFileSync(file, now);
		expect(await removeDockerLogin(ctx, HOST, mark, options)).toBe(false);
		expect(await removeDockerLogin(ctx, HOST, undefined, options)).toBe(false);
		expect(read()).toBe(now);
	});

	test("of a file that is broken is an error", async () => {
		const { ctx, file, read } = setUp();
		const { mark } = await storeDockerLogin(ctx, login("pw"), { signal });
		writeFileSync(file, "{");
		await expect(removeDockerLogin(ctx, HOST, mark, options)).rejects.toThrow("is not valid JSON");
		expect(read()).toBe("{");
	});
});
