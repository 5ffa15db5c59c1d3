/** The built program as npm installs it, and kubectl's plugin entry over the life of an installation. */
import { execFile } from "node:child_process";
import {
	accessSync,
	constants,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmdirSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { program } from "./program.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const dist = join(root, "dist");

/** A prefix like npm's own. Not in a temporary folder, whose programs are named by nobody. */
function install(): { prefix: string; bin: string } {
	mkdirSync(join(root, "coverage"), { recursive: true });
	const prefix = realpathSync(mkdtempSync(join(root, "coverage", "prefix-")));
	onTestFinished(() => {
		rmSync(prefix, { recursive: true, force: true });
		try {
			rmdirSync(join(root, "coverage"));
		} catch {
			// Somebody else's files are in it.
		}
	});
	const bin = join(prefix, "bin");
	mkdirSync(bin);
	cpSync(dist, join(prefix, "lib/node_modules/atmos-auth/dist"), { recursive: true });
	symlinkSync("../lib/node_modules/atmos-auth/dist/atmos-auth.mjs", join(bin, "atmos-auth"));
	symlinkSync(process.execPath, join(bin, "node"));
	return { prefix, bin };
}

test("kubectl's entry names what stays, works with no PATH at all, survives an upgrade, and is corrected", async ({
	skip,
}) => {
	const temporary = [tmpdir(), "/tmp", "/var/tmp", "/var/folders"];
	if (temporary.some((folder) => root.startsWith(`${folder}/`))) {
		skip("this clone lies in a temporary folder, and programs there are named by nobody");
	}
	try {
		accessSync(root, constants.W_OK);
	} catch {
		skip("this clone belongs to another user, and a prefix for the installation cannot be made in it");
	}
	if (!existsSync(dist)) throw new Error("npm run build first");
	const { prefix, bin } = install();
	const { cloud, home, folder } = await program();
	cloud.approveAlways(0);
	const env = { HOME: home, LANG: "C.UTF-8", AWS_ENDPOINT_URL: cloud.url, ATMOS_AUTH_REALM: "test" };
	const login = (...flags: string[]) =>
		run(join(bin, "atmos-auth"), ["login", ...flags], {
			cwd: folder,
			env: { ...env, PATH: `${bin}:${process.env.PATH}` },
		});
	const file = join(home, ".config/atmos/kube/config");
	const exec = () => parse(readFileSync(file, "utf8")).users[0].user.exec;
	const plugin = async () => {
		const { command, args, env: own } = exec();
		const given = Object.fromEntries(own.map(({ name, value }: { name: string; value: string }) => [name, value]));
		// As kubectl starts it: from anywhere, with its own environment and the entry's.
		const { stdout } = await run(command, args, {
			cwd: "/",
			env: { HOME: home, PATH: "/nonexistent", AWS_ENDPOINT_URL: cloud.url, ...given },
		});
		return JSON.parse(stdout).status.token;
	};

	await login();
	const entry = exec();
	expect([entry.command, entry.args[0]]).toEqual([join(bin, "node"), join(bin, "atmos-auth")]);
	expect(await plugin()).toMatch(/^k8s-aws-v1\./);

	// The next release: other files behind the same name.
	renameSync(join(prefix, "lib/node_modules/atmos-auth"), join(prefix, "lib/node_modules/atmos-auth-2"));
	rmSync(join(bin, "atmos-auth"));
	symlinkSync("../lib/node_modules/atmos-auth-2/dist/atmos-auth.mjs", join(bin, "atmos-auth"));
	expect(await plugin()).toMatch(/^k8s-aws-v1\./);

	// An entry of an installation that is gone.
	writeFileSync(file, readFileSync(file, "utf8").replace(join(bin, "atmos-auth"), "/gone/atmos-auth"));
	await expect(plugin()).rejects.toThrow();
	await login();
	expect(exec()).toEqual(entry);
});
