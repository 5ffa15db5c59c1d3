import {
	chmodSync,
	chownSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ownerOf, rootOf } from "../../../src/auth/trust/owner.ts";
import { asked, auth, git, repository, withCommand, withEndpoint } from "./project.ts";

const EVIL = "https://evil.example";
const COMMAND = withCommand("echo dev");

describe("whose configuration it is", () => {
	test.each([
		["~/.atmos", {}],
		["~/.config/atmos/profiles/own", { ATMOS_PROFILE: "own" }],
		["~/elsewhere", { ATMOS_CLI_CONFIG_PATH: "~/elsewhere" }],
	])("the user's own: %s", async (folder, env) => {
		const p = repository({ [`${folder}/atmos.yaml`]: COMMAND, "atmos.yaml": "settings: {}\n" }, env);
		expect((await p.load()).identities()).toHaveLength(1);
		expect(await p.wants()).toEqual([]);
	});

	test("a link of the user's own into dotfiles is theirs; a project's link to what is theirs is the project's", async () => {
		const p = repository({ "~/dotfiles/atmos.yaml": COMMAND });
		mkdirSync(join(p.ctx.home, ".atmos"));
		symlinkSync(join(p.ctx.home, "dotfiles/atmos.yaml"), join(p.ctx.home, ".atmos/atmos.yaml"));
		expect(await p.wants()).toEqual([]);
		symlinkSync(join(p.ctx.home, "dotfiles/atmos.yaml"), join(p.root, "atmos.yaml"));
		expect(await p.wants()).toEqual(["echo dev"]);
	});

	test("a profiles folder that is a link out of the project is the project's", async () => {
		const p = repository({ "atmos.yaml": auth(), "~/dotfiles/dev/x.yaml": COMMAND });
		symlinkSync(join(p.ctx.home, "dotfiles"), join(p.root, "profiles"));
		expect(await p.wants({}, { profiles: ["dev"] })).toEqual(["echo dev"]);
	});

	test("what a project includes, imports or drops in is the project's, wherever it lies", async () => {
		const command = "principal: {name: Admin, account: {name: !exec echo dev}}\n";
		const included = repository({
			"~/.atmos/x.yaml": command,
			"atmos.yaml": auth({ identity: "      <<: !include ../../.atmos/x.yaml" }).replace(/ {6}principal.*\n/, ""),
		});
		expect(await included.wants()).toEqual(["echo dev"]);
		const imported = repository({ "atmos.yaml": `import: [x.yaml]\n${auth()}`, "x.yaml": COMMAND });
		imported.write("atmos.yaml", "import: [x.yaml]\n");
		expect(await imported.wants()).toEqual(["echo dev"]);
		const dropped = repository({ "atmos.yaml": "settings: {}\n", "atmos.d/x.yaml": COMMAND });
		expect(await dropped.wants()).toEqual(["echo dev"]);
	});

	test("the home configuration does not vouch for what a repository adds to it", async () => {
		const p = repository({
			"~/.atmos/atmos.yaml": `import: [shared.yaml]\n${auth()}`,
			"shared.yaml": withEndpoint(EVIL),
		});
		expect(await p.wants()).toEqual([EVIL]);
		const added = repository({
			"~/.atmos/atmos.yaml": auth(),
			"atmos.yaml": `auth: {providers: {sso: {spec: {endpoint_url: "${EVIL}"}}}}\n`,
		});
		expect(await added.wants()).toEqual([EVIL]);
	});

	test("and a repository's other keys do not make the home's address the repository's", async () => {
		const p = repository({
			"~/.atmos/atmos.yaml": withEndpoint(EVIL),
			"atmos.yaml": "auth: {providers: {sso: {tags: [a]}}}\n",
		});
		expect(await p.wants()).toEqual([]);
	});

	test("a home within the repository comes with it", async () => {
		const p = repository({ "atmos.yaml": "settings: {}\n" });
		const home = join(p.root, ".home");
		p.write(join(home, ".atmos/atmos.yaml"), COMMAND);
		expect(await p.wants({ home })).toEqual(["echo dev"]);
		await p.agree({ home });
		expect(p.ctx.logged.some(({ message }) => message.includes("applies to this run only"))).toBe(true);
		const env = { ...p.ctx.env };
		await p.agree({ home, env });
		expect(await p.wants({ home, env })).toEqual([]);
		expect(await p.wants({ home })).toEqual(["echo dev"]);
	});

	test("a home that is a repository is a home", async () => {
		const p = repository({ "~/.atmos/atmos.yaml": COMMAND });
		rmSync(join(p.root, ".git"), { recursive: true });
		mkdirSync(join(p.ctx.home, ".git"));
		expect(await p.wants()).toEqual([]);
	});

	test("--config counts by where the file lies", async () => {
		const p = repository({ "atmos.yaml": COMMAND, "~/.atmos/x.yaml": COMMAND });
		expect(await p.wants({}, { config: ["atmos.yaml"] })).toEqual(["echo dev"]);
		expect(await p.wants({}, { config: [join(p.ctx.home, ".atmos/x.yaml")] })).toEqual([]);
	});

	test("what kubectl's entry names does not make a project the user's own", async () => {
		const p = repository({ "atmos.yaml": withEndpoint(EVIL) });
		const { locator } = await p.load();
		expect(locator).toEqual({ ATMOS_CONFIG: join(p.root, "atmos.yaml") });
		expect(await p.wants({ cwd: "/", env: { ...p.ctx.env, ...locator } })).toEqual([EVIL]);
	});

	test("a configuration chooses neither its own trust nor where files are", async () => {
		const env =
			"env: {ATMOS_AUTH_TRUST: '1', ATMOS_CLI_CONFIG_PATH: ., ATMOS_XDG_CONFIG_HOME: ., ATMOS_XDG_DATA_HOME: ., CI: 'true', ATMOS_IDENTITY: dev}\n";
		const p = repository({
			"atmos.yaml": env + withCommand("env | grep ^ATMOS_ | sort > seen; echo dev"),
			"atmos/profiles/dev/x.yaml": auth(),
		});
		expect(await p.wants()).toHaveLength(1);
		await expect(p.load({}, { profiles: ["dev"] })).rejects.toThrow("there is no profile");
		await p.agree();
		expect(await p.wants()).toEqual([]);
		// The second is the test's own environment.
		expect(readFileSync(join(p.root, "seen"), "utf8")).toBe("ATMOS_IDENTITY=dev\nATMOS_KEYRING_TYPE=memory\n");
	});

	test.skipIf(process.getuid?.() !== 0)("a file of another user is refused, whatever was trusted", async () => {
		const p = repository({ "atmos.yaml": COMMAND });
		await p.agree();
		chownSync(join(p.root, "atmos.yaml"), 12345, 12345);
		await expect(p.wants()).rejects.toThrow("belongs to another user");
		await expect(p.wants({ env: { ...p.ctx.env, ATMOS_AUTH_TRUST: "1" } })).rejects.toThrow("belongs to another user");
		// Whoever called sudo is no other user; and without a claim nobody is in the way.
		expect(await p.wants({ env: { ...p.ctx.env, SUDO_UID: "12345" } })).toEqual([]);
		p.write("atmos.yaml", auth());
		expect(await p.wants()).toEqual([]);
	});
});

describe("owners", () => {
	const folder = (): string => {
		const made = realpathSync(mkdtempSync(join(tmpdir(), "atmos-auth-owner-")));
		onTestFinished(() => rmSync(made, { recursive: true, force: true }));
		return made;
	};
	const context = (home: string, uid: number, env: Readonly<Record<string, string>> = {}) => ({
		env,
		home,
		cwd: home,
		platform: process.platform,
		user: { uid, gid: 1000 },
	});
	const mine = process.getuid?.() ?? 0;

	test("another user's, as an ordinary user: in a parent folder it could be anybody's", () => {
		const home = folder();
		writeFileSync(join(home, "atmos.yaml"), "");
		if (mine !== 0) expect(ownerOf(context(home, mine + 1), join(home, "atmos.yaml"))).toBe("foreign");
		expect(ownerOf(context(home, mine), join(home, "atmos.yaml"))).toBe("project");
	});

	test.skipIf(mine !== 0)("as root in a container: of the one user of the whole project", () => {
		const home = folder();
		const root = join(home, "p");
		mkdirSync(join(root, ".git"), { recursive: true });
		writeFileSync(join(root, "atmos.yaml"), "");
		chownSync(join(root, "atmos.yaml"), 1234, 1234);
		const as = { ...context(home, 0), cwd: root };
		expect(ownerOf(as, join(root, "atmos.yaml"))).toBe("foreign");
		chownSync(root, 1234, 1234);
		expect(ownerOf(as, join(root, "atmos.yaml"))).toBe("project");
		expect(ownerOf(context(home, 0), join(root, "atmos.yaml"))).toBe("foreign");
		expect(ownerOf(context(home, 0, { SUDO_UID: "1234" }), join(root, "atmos.yaml"))).toBe("project");
	});

	test.each([
		[0o644, 0o755, "own"],
		[0o666, 0o755, "project"],
		[0o644, 0o777, "project"],
	])("the home's file %o in a folder %o: %s", (mode, folderMode, owner) => {
		const home = folder();
		const file = join(home, ".atmos/atmos.yaml");
		mkdirSync(dirname(file));
		writeFileSync(file, "");
		chmodSync(file, mode);
		chmodSync(dirname(file), folderMode);
		expect(ownerOf(context(home, mine), file)).toBe(owner);
	});

	test("a project's root is the nearest repository's, else the file's folder", () => {
		const home = folder();
		mkdirSync(join(home, "r/.git"), { recursive: true });
		mkdirSync(join(home, "r/a/b"), { recursive: true });
		expect(rootOf(join(home, "r/a/b/atmos.yaml"))).toBe(join(home, "r"));
		expect(rootOf(join(home, "x/atmos.yaml"))).toBe(join(home, "x"));
	});
});

describe("one answer", () => {
	test("holds while comments, order and other identities change; not for a new command or address", async () => {
		const p = repository({ "atmos.yaml": COMMAND });
		await p.agree();
		p.write(
			"atmos.yaml",
			`# a comment\nsettings: {}\n${COMMAND}    zed: {kind: aws/permission-set, via: {provider: sso}, principal: {account: {name: y}, name: X}}\n`,
		);
		expect(await p.wants()).toEqual([]);
		p.write("atmos.yaml", withCommand("echo dev; curl evil"));
		expect(await p.wants()).toEqual(["echo dev; curl evil"]);
	});

	test.each(["atmos.d/x.yaml", "profiles/dev/x.yaml", "imported.yaml", "included.yaml"])(
		"a new fact in %s asks",
		async (file) => {
			const text =
				file === "included.yaml"
					? auth({ provider: "      spec: !include included.yaml" })
					: `import: [imported.yaml]\n${auth()}`;
			const p = repository({
				"atmos.yaml": text,
				[file]: file === "included.yaml" ? "{}\n" : "settings: {}\n",
				"profiles/dev/y.yaml": "settings: {}\n",
			});
			const profile = { profiles: ["dev"] };
			await p.agree();
			expect(await p.wants({}, profile)).toEqual([]);
			p.write(
				file,
				file === "included.yaml"
					? `endpoint_url: ${EVIL}\n`
					: `auth: {providers: {sso: {spec: {endpoint_url: "${EVIL}"}}}}\n`,
			);
			expect(await p.wants({}, profile)).toEqual([EVIL]);
		},
	);

	test("does not go with a project that is moved, copied or replaced", async () => {
		const p = repository({ "atmos.yaml": COMMAND });
		await p.agree();
		renameSync(p.root, `${p.root}-2`);
		expect(await p.wants({ cwd: `${p.root}-2` })).toEqual(["echo dev"]);
		mkdirSync(join(p.root, ".git"), { recursive: true });
		p.write("atmos.yaml", withCommand("other"));
		expect(await p.wants()).toEqual(["other"]);
	});

	test("what was shown is what runs, though the file changes meanwhile", async () => {
		const p = repository({ "atmos.yaml": withCommand("echo shown") });
		const config = await p.load();
		const facts = await config.trust.pending([{ section: "identities", name: "dev" }]);
		p.write("atmos.yaml", withCommand("touch ran; echo other"));
		await config.trust.answer(facts, true);
		expect((await config.identity("dev")).config).toMatchObject({ principal: { account: { name: "shown" } } });
		expect(await p.wants()).toEqual(["touch ran; echo other"]);
	});

	test("no is no for the whole run, also after the configuration is read again", async () => {
		const p = repository({ "atmos.yaml": COMMAND });
		const env = { ...p.ctx.env };
		const config = await p.load({ env });
		await config.trust.answer(await config.trust.pending([{ section: "identities", name: "dev" }]), false);
		const again = await p.load({ env });
		expect(await again.trust.pending([{ section: "identities", name: "dev" }])).toEqual([]);
		await expect(again.identity("dev")).rejects.toMatchObject({
			refused: true,
			remedy: { run: ["atmos-auth", "trust"] },
		});
		expect(await asked(await p.load())).toEqual(["echo dev"]);
	});
});

describe("worktrees", () => {
	/** A real repository with a worktree beside it. */
	async function worktree() {
		const p = repository({ "atmos.yaml": COMMAND });
		rmSync(join(p.root, ".git"), { recursive: true });
		git(p.root, "init", "-q");
		git(p.root, "add", ".");
		git(p.root, "commit", "-qm", "x");
		const tree = join(p.ctx.home, "src", "acme-tree");
		git(p.root, "worktree", "add", "-q", tree);
		await p.agree();
		return { p, tree, link: join(p.root, ".git/worktrees/acme-tree") };
	}

	test("of a trusted repository: silent; with another command: asked", async () => {
		const { p, tree } = await worktree();
		expect(await p.wants({ cwd: tree })).toEqual([]);
		writeFileSync(join(tree, "atmos.yaml"), withCommand("other"));
		expect(await p.wants({ cwd: tree })).toEqual(["other"]);
	});

	test("moved: asked, until git knows of it", async () => {
		const { p, tree } = await worktree();
		renameSync(tree, `${tree}-2`);
		expect(await p.wants({ cwd: `${tree}-2` })).toEqual(["echo dev"]);
		git(`${tree}-2`, "worktree", "repair");
		expect(await p.wants({ cwd: `${tree}-2` })).toEqual([]);
	});

	test.each([
		[
			"a forged .git in an archive",
			(_tree: string, link: string, other: string) => writeFileSync(join(other, ".git"), `gitdir: ${link}\n`),
		],
		[
			"a .git that names the main checkout",
			(_t: string, link: string, other: string) =>
				writeFileSync(join(other, ".git"), `gitdir: ${dirname(dirname(link))}\n`),
		],
		[
			"a .git of its own making",
			(_t: string, link: string, other: string) => {
				const fake = join(other, "x/.git/worktrees/y");
				mkdirSync(fake, { recursive: true });
				writeFileSync(join(other, ".git"), `gitdir: ${fake}\n`);
				writeFileSync(join(fake, "gitdir"), `${join(other, ".git")}\n`);
				writeFileSync(join(fake, "commondir"), `${dirname(dirname(link))}\n`);
			},
		],
	])("%s: asked", async (_, forge) => {
		const { p, tree, link } = await worktree();
		const other = join(p.ctx.home, "src", "other");
		mkdirSync(other);
		writeFileSync(join(other, "atmos.yaml"), COMMAND);
		forge(tree, link, other);
		expect(await p.wants({ cwd: other })).toEqual(["echo dev"]);
	});

	test.each(["gitdir", "commondir"])("without the checkout's own %s: asked", async (name) => {
		const { p, tree, link } = await worktree();
		rmSync(join(link, name));
		expect(await p.wants({ cwd: tree })).toEqual(["echo dev"]);
	});

	test("a commondir that leads elsewhere: asked", async () => {
		const { p, tree, link } = await worktree();
		writeFileSync(join(link, "commondir"), "../../hooks\n");
		expect(await p.wants({ cwd: tree })).toEqual(["echo dev"]);
	});

	test("a link in place of the checkout's file: asked", async () => {
		const { p, tree, link } = await worktree();
		renameSync(join(link, "gitdir"), join(link, "moved"));
		symlinkSync("moved", join(link, "gitdir"));
		expect(await p.wants({ cwd: tree })).toEqual(["echo dev"]);
	});

	test.skipIf(process.getuid?.() !== 0)("a back link of another user: asked", async () => {
		const { p, tree, link } = await worktree();
		chownSync(join(link, "gitdir"), 12345, 12345);
		expect(await p.wants({ cwd: tree })).toEqual(["echo dev"]);
	});
});
