import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTrust, removeTrust } from "../../../src/auth/trust/store.ts";
import { repository, withCommand, withEndpoint } from "./project.ts";

const COMMAND = withCommand("echo dev");
const EVIL = "https://evil.example";

describe("what was agreed to", () => {
	test("lies in the user's data folder, for them alone", async () => {
		const p = repository({ "atmos.yaml": COMMAND });
		await p.agree();
		expect(statSync(p.store).mode & 0o777).toBe(0o600);
		expect(statSync(dirname(p.store)).mode & 0o777).toBe(0o700);
		expect(JSON.parse(readFileSync(p.store, "utf8"))).toMatchObject({
			version: 1,
			root: p.root,
			facts: [{ kind: "exec", text: "echo dev", of: "auth.identities.dev.principal.account.name" }],
		});
	});

	test.each([
		["can be written by others", (file: string) => chmodSync(file, 0o666)],
		["lies in a folder that others can write to", (file: string) => chmodSync(dirname(file), 0o777)],
		[
			"is a link",
			(file: string) => {
				renameSync(file, `${file}.real`);
				symlinkSync(`${file}.real`, file);
			},
		],
		["is damaged", (file: string) => writeFileSync(file, "{")],
		["is of another form", (file: string) => writeFileSync(file, '{"version": 2, "facts": []}')],
		["is no map", (file: string) => writeFileSync(file, "null")],
	])("counts for nothing where it %s, and the log says so; a new yes puts it right", async (_, spoil) => {
		const p = repository({ "atmos.yaml": COMMAND });
		await p.agree();
		spoil(p.store);
		expect(await p.wants()).toEqual(["echo dev"]);
		expect(
			p.ctx.logged.some(({ message }) => message.startsWith("what you agreed to for this project is ignored")),
		).toBe(true);
		chmodSync(dirname(p.store), 0o700);
		await p.agree();
		expect(await p.wants()).toEqual([]);
		expect(statSync(p.store).mode & 0o777).toBe(0o600);
	});

	test.skipIf(process.getuid?.() !== 0)("counts for nothing where it belongs to another user", async () => {
		const p = repository({ "atmos.yaml": COMMAND });
		await p.agree();
		chownSync(p.store, 12345, 12345);
		expect(await p.wants()).toEqual(["echo dev"]);
	});

	test("another project's file under this one's name counts for nothing", async () => {
		const [p, other] = [repository({ "atmos.yaml": COMMAND }), repository({ "atmos.yaml": COMMAND })];
		await p.agree();
		await other.agree();
		writeFileSync(p.store, readFileSync(other.store));
		expect(await p.wants()).toEqual(["echo dev"]);
	});

	test("two answers at once are both kept", async () => {
		const p = repository({ "atmos.yaml": `${COMMAND}      spec: {endpoint_url: "${EVIL}"}\n` });
		const [one, two] = [await p.load(), await p.load()];
		const facts = (await one.trust.survey()).map(({ fact }) => fact);
		expect(facts).toHaveLength(2);
		await Promise.all([one.trust.answer(facts.slice(0, 1), true), two.trust.answer(facts.slice(1), true)]);
		expect(readTrust(p.ctx, p.root)).toHaveLength(2);
		expect(await p.wants()).toEqual([]);
	});

	test("a second yes adds to the first, and taking back takes all", async () => {
		const p = repository({ "atmos.yaml": COMMAND });
		await p.agree();
		p.write("atmos.yaml", withEndpoint(EVIL));
		await p.agree();
		expect(readTrust(p.ctx, p.root).map(({ text }) => text)).toEqual(["echo dev", EVIL]);
		expect(await removeTrust(p.ctx, p.root)).toBe(2);
		expect(existsSync(p.store) && statSync(p.store).isFile()).toBe(false);
		expect(await p.wants()).toEqual([EVIL]);
	});
});

describe("without a person", () => {
	const run = (p: ReturnType<typeof repository>, env: Readonly<Record<string, string>>) => ({
		env: { ...p.ctx.env, ...env },
	});

	test("CI says yes, with a line for each thing", async () => {
		const p = repository({ "atmos.yaml": COMMAND });
		expect(await p.wants(run(p, { GITHUB_ACTIONS: "true" }))).toEqual([]);
		const said = p.ctx.logged.filter(({ level }) => level === "warn").map(({ message }) => message);
		expect(said).toEqual(["CI: trusting the project's configuration: run: echo dev"]);
		expect(await p.wants()).toEqual(["echo dev"]);
	});

	test("ATMOS_AUTH_TRUST is 0 or 1: 0 is no in CI too, and to what was agreed to", async () => {
		const p = repository({ "atmos.yaml": COMMAND });
		expect(await p.wants(run(p, { ATMOS_AUTH_TRUST: "1" }))).toEqual([]);
		expect(await p.wants()).toEqual(["echo dev"]);
		await p.agree();
		expect(await p.wants(run(p, { ATMOS_AUTH_TRUST: "0", CI: "true" }))).toEqual(["echo dev"]);
		expect(await p.wants(run(p, { ATMOS_AUTH_TRUST: "" }))).toEqual([]);
		await expect(p.wants(run(p, { ATMOS_AUTH_TRUST: "true" }))).rejects.toMatchObject({ code: "usage" });
	});

	test("a configuration without claims never comes to the gate", async () => {
		const p = repository({ "atmos.yaml": withEndpoint("https://localhost:1") });
		mkdirSync(join(p.ctx.home, ".local/share"), { recursive: true });
		await (await p.load()).identity("dev");
		expect(existsSync(join(p.ctx.home, ".local/share/atmos"))).toBe(false);
	});
});
