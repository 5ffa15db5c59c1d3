/** `user configure` at a terminal: what is asked, what is shown, and what is not. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { iamUser } from "../cloud/iam.ts";
import { smallWorld } from "../cloud/world.ts";
import { scene } from "./scene.ts";
import { killAll } from "./terminal.ts";

afterEach(killAll);

const ADA = iamUser({ accountId: "123456789012", name: "ada" });
const GRACE = iamUser({ accountId: "123456789012", name: "grace" });
const MFA = "arn:aws:iam::123456789012:mfa/ada";
const PASSWORD = "correct horse";
const YAML = `auth:
  realm: test
  keyring: {type: file}
  identities:
    ada: {kind: aws/user}
    grace: {kind: aws/user}
`;

async function terminal() {
	const s = await scene({ yaml: YAML, world: smallWorld({ users: [ADA, GRACE] }) });
	const folder = join(s.home, ".local/share/atmos/keyring");
	return { ...s, files: () => (existsSync(folder) ? readdirSync(folder) : []) };
}

describe("user configure", () => {
	test("asks for the identity, the keys and what is optional, and shows no secret", async () => {
		const s = await terminal();
		const p = s.start(["user", "configure"], { columns: 100 });
		await p.waitFor("Which identity (1 to 2, or its name):");
		p.press("3", "enter");
		await p.waitFor("That is none of them.");
		p.press("1", "enter");
		await p.waitFor("Access key ID:");
		p.press("ASIATEMPORARY0000000", "enter");
		await p.waitFor("That cannot be: expected the ID of a user's own access key (AKIA…)");
		p.press(ADA.accessKeyId, "enter");
		await p.waitFor("Secret access key:");
		p.press(ADA.secretAccessKey, "enter");
		await p.waitFor("ARN of the MFA device (none: Enter):");
		p.press(MFA, "enter");
		await p.waitFor("How long sessions last (12h: Enter):");
		p.press("enter");
		await p.waitFor("These are the keys of arn:aws:iam::123456789012:user/ada, in account 123456789012.");
		await p.waitFor("Password of the file keyring (~/.local/share/atmos/keyring):");
		p.press(PASSWORD, "enter");
		expect((await p.exited).code).toBe(0);
		const screen = (await p.everything()).join("\n");
		expect(screen).toContain('Stored the keys of "ada" in the file keyring in ~/.local/share/atmos/keyring.');
		expect(screen).toContain(ADA.accessKeyId);
		for (const secret of [ADA.secretAccessKey, PASSWORD]) expect(p.raw().includes(secret)).toBe(false);
		expect(s.files()).toEqual(["atmos_test_ada"]);
	});

	test("asks before it replaces another user's keys: Enter is no", async () => {
		const s = await terminal();
		const env = { ATMOS_KEYRING_PASSWORD: PASSWORD };
		const enter = async (user: typeof ADA, answer?: string) => {
			const p = s.start(["user", "configure", "ada"], { columns: 100, env });
			await p.waitFor("Access key ID:");
			// In one piece, as it is pasted.
			p.press(`${user.accessKeyId}\r${user.secretAccessKey}\r\r1d\r`);
			if (answer !== undefined) {
				await p.waitFor("Replace them? [y/N]");
				p.press(answer, "enter");
			}
			const { code } = await p.exited;
			expect(p.raw()).not.toContain(user.secretAccessKey);
			return { code, screen: (await p.everything()).join("\n") };
		};
		expect(await enter(ADA)).toMatchObject({ code: 0 });
		const kept = await enter(GRACE, "");
		expect(kept.screen).toContain('The keyring has other keys for "ada": those of arn:aws:iam::123456789012:user/ada.');
		expect(kept.screen).toContain("Nothing was changed.");
		expect(kept.code).toBe(2);
		expect(await enter(GRACE, "y")).toMatchObject({ code: 0 });
		expect(await enter(ADA, "y")).toMatchObject({ code: 0 });
	});

	test("a secret that is pasted with the line before it, and not ended yet, is not shown", async () => {
		const s = await terminal();
		const p = s.start(["user", "configure", "ada"], { env: { ATMOS_KEYRING_PASSWORD: PASSWORD }, columns: 100 });
		await p.waitFor("Access key ID:");
		p.press(`${ADA.accessKeyId}\r${ADA.secretAccessKey.slice(0, 20)}`);
		await p.waitFor("Secret access key:");
		p.press(`${ADA.secretAccessKey.slice(20)}\r`);
		await p.waitFor("ARN of the MFA device");
		p.press("\r\r");
		expect((await p.exited).code).toBe(0);
		expect((await p.everything()).join("\n")).toContain(`Access key ID: ${ADA.accessKeyId}\n`);
		expect(s.leaks([ADA.secretAccessKey.slice(0, 20), ADA.secretAccessKey.slice(20)])).toEqual([]);
	});

	test.each([
		["ctrl-c", "ctrl-c"],
		["the end of the input", "\u0004"],
	])("is left with %s, and the terminal is as it was", async (_, key) => {
		const s = await terminal();
		const p = s.start(["user", "configure", "ada"], {});
		await p.waitFor("Access key ID:");
		p.press(ADA.accessKeyId, "enter");
		await p.waitFor("Secret access key:");
		p.press(key);
		expect((await p.exited).code).toBe(130);
		expect(s.files()).toEqual([]);
	});
});
