import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { ClusterEntry } from "../../../src/auth/kubernetes/kubeconfig.ts";
import {
	type KubeconfigOptions,
	removeFromKubeconfig,
	updateKubeconfig,
} from "../../../src/auth/kubernetes/kubeconfig-file.ts";
import { fakeClock, testContext } from "../../helpers/context.ts";

const entry = (name: string): ClusterEntry => ({
	cluster: `arn:aws:eks:us-east-2:123456789012:cluster/${name}`,
	context: name,
	user: `atmos-eks-${name}-us-east-2-123456789012-admin`,
	userPrefix: `atmos-eks-${name}-us-east-2`,
	kindPrefix: "atmos-eks-",
	server: `https://${name}.example`,
	certificateAuthority: "Q0E=",
	exec: {
		apiVersion: "client.authentication.k8s.io/v1beta1",
		command: "/usr/bin/node",
		args: ["/opt/atmos-auth.mjs", "aws", "eks", "token", "--cluster-name", name, "--region", "us-east-2"],
		env: [],
		interactiveMode: "Never",
		provideClusterInfo: false,
	},
});

const options = (changes: Partial<KubeconfigOptions> = {}): KubeconfigOptions => ({
	update: "merge",
	mode: undefined,
	takeContext: () => "if-free",
	onCurrent: () => {},
	signal: new AbortController().signal,
	...changes,
});

function place(overrides: Parameters<typeof testContext>[0] = {}) {
	const ctx = testContext(overrides);
	const folder = join(ctx.home, ".kube");
	mkdirSync(folder);
	return { ctx, file: join(folder, "config") };
}

test("those that end at the same time are all written, and leave no lock behind", async () => {
	const { ctx, file } = place();
	const names = Array.from({ length: 12 }, (_, index) => `cluster-${index}`);
	const changes = await Promise.all(names.map((name) => updateKubeconfig(ctx, file, entry(name), options())));
	expect(changes.every(({ changed }) => changed)).toBe(true);
	const config = parse(readFileSync(file, "utf8"));
	expect(config.contexts.map(({ name }: { name: string }) => name).sort()).toEqual([...names].sort());
	expect(existsSync(`${file}.lock`)).toBe(false);
	expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("one that clashes does not keep the others out", async () => {
	const { ctx, file } = place();
	await updateKubeconfig(ctx, file, entry("taken"), options());
	const clash = { ...entry("taken"), server: "https://other.example" };
	const [refused, written] = await Promise.allSettled([
		updateKubeconfig(ctx, file, clash, options({ update: "error" })),
		updateKubeconfig(ctx, file, entry("free"), options()),
	]);
	expect(refused.status).toBe("rejected");
	expect(written.status).toBe("fulfilled");
	expect(readFileSync(file, "utf8")).toContain("https://free.example");
	expect(readFileSync(file, "utf8")).not.toContain("https://other.example");
});

test("the configured mode is set, also where nothing else changes; another one is kept", async () => {
	const { ctx, file } = place();
	writeFileSync(file, "", { mode: 0o644 });
	await updateKubeconfig(ctx, file, entry("a"), options());
	expect(statSync(file).mode & 0o777).toBe(0o644);
	expect(await updateKubeconfig(ctx, file, entry("a"), options({ mode: 0o640 }))).toMatchObject({ changed: true });
	expect(statSync(file).mode & 0o777).toBe(0o640);
});

test("on a system without modes, none is a reason to write", async () => {
	const { ctx, file } = place();
	const windows = { ...ctx, platform: "win32" as const };
	await updateKubeconfig(ctx, file, entry("a"), options());
	chmodSync(file, 0o644);
	expect(await updateKubeconfig(windows, file, entry("a"), options({ mode: 0o600 }))).toMatchObject({ changed: false });
	expect(statSync(file).mode & 0o777).toBe(0o644);
});

test("copies of what is replaced lie beside the file that a link leads to, and never on another copy", async () => {
	const clock = fakeClock(Date.UTC(2026, 10, 23, 12));
	const { ctx, file } = place({ clock });
	const real = join(ctx.home, "real");
	mkdirSync(real);
	symlinkSync(join(real, "config"), file);
	const texts = ["one", "two"].map((name) => `kind: Config\nusers:\n- name: ${name}\n  user: {token: x}\n`);
	const copies: (string | undefined)[] = [];
	for (const text of texts) {
		writeFileSync(file, text, { mode: 0o644 });
		copies.push((await updateKubeconfig(ctx, file, entry("a"), options({ update: "replace" }))).copy);
	}
	expect(copies).toEqual(["", "-2"].map((end) => join(real, `config.20261123T120000Z${end}.bak`)));
	for (const [index, copy] of (copies as string[]).entries()) {
		expect(readFileSync(copy, "utf8")).toBe(texts[index]);
		expect(statSync(copy).mode & 0o777).toBe(0o600);
	}
	expect((await updateKubeconfig(ctx, file, entry("b"), options({ update: "replace" }))).copy).toBeUndefined();
	expect(readdirSync(real).filter((name) => name.endsWith(".bak"))).toHaveLength(2);
});

test("without a copy nothing is replaced", async () => {
	const { ctx, file } = place({ clock: fakeClock(Date.UTC(2026, 10, 23, 12)) });
	const text = "kind: Config\nusers:\n- name: one\n  user: {token: x}\n";
	writeFileSync(file, text);
	for (let index = 1; index <= 100; index++) {
		writeFileSync(`${file}.20261123T120000Z${index === 1 ? "" : `-${index}`}.bak`, "");
	}
	await expect(updateKubeconfig(ctx, file, entry("a"), options({ update: "replace" }))).rejects.toThrow("cannot write");
	expect(readFileSync(file, "utf8")).toBe(text);
});

test.each([".git/config", ".GIT./hooks/x", "git~1/x", "sub/.git /x"])("%s is git's", async (path) => {
	const { ctx } = place();
	const file = join(ctx.home, path);
	await expect(updateKubeconfig(ctx, file, entry("a"), options())).rejects.toThrow("is in a .git folder");
	expect(existsSync(file)).toBe(false);
});

test("a cancelled one is not written, and the file is free again", async () => {
	const { ctx, file } = place();
	const abort = new AbortController();
	const cancelled = updateKubeconfig(ctx, file, entry("a"), options({ signal: abort.signal }));
	abort.abort(new Error("enough"));
	await expect(cancelled).rejects.toThrow("enough");
	await updateKubeconfig(ctx, file, entry("b"), options());
	expect(readFileSync(file, "utf8")).not.toContain("https://a.example");
});

test("what is taken out leaves the file its mode, and no lock", async () => {
	const { ctx, file } = place();
	await updateKubeconfig(ctx, file, entry("one"), options());
	await updateKubeconfig(ctx, file, entry("two"), options());
	chmodSync(file, 0o640);
	const names = ["one", "two"];
	const removed = await Promise.all(names.map((name) => removeFromKubeconfig(ctx, file, entry(name), options())));
	expect(removed.map((each) => each.map(({ type }) => type))).toEqual(names.map(() => ["context", "cluster", "user"]));
	expect(parse(readFileSync(file, "utf8"))).toMatchObject({ clusters: [], contexts: [], users: [] });
	expect(statSync(file).mode & 0o777).toBe(0o640);
	expect(existsSync(`${file}.lock`)).toBe(false);
});

test("where nothing is to be taken out, nothing is made or written", async () => {
	const { ctx, file } = place();
	expect(await removeFromKubeconfig(ctx, join(ctx.home, "none", "config"), entry("one"), options())).toEqual([]);
	expect(existsSync(join(ctx.home, "none"))).toBe(false);
	await updateKubeconfig(ctx, file, entry("one"), options());
	const before = statSync(file, { bigint: true }).mtimeNs;
	expect(await removeFromKubeconfig(ctx, file, entry("two"), options())).toEqual([]);
	expect(statSync(file, { bigint: true }).mtimeNs).toBe(before);
});
