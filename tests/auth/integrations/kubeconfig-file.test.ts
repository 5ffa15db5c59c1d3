import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { ClusterEntry } from "../../../src/auth/integrations/kubeconfig.ts";
import { type KubeconfigOptions, updateKubeconfig } from "../../../src/auth/integrations/kubeconfig-file.ts";
import { testContext } from "../../helpers/context.ts";

const entry = (name: string): ClusterEntry => ({
	cluster: `arn:aws:eks:us-east-2:123456789012:cluster/${name}`,
	context: name,
	user: `atmos-eks-${name}-us-east-2-123456789012-admin`,
	userPrefix: `atmos-eks-${name}-us-east-2`,
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

function place() {
	const ctx = testContext();
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

test("a cancelled one is not written, and the file is free again", async () => {
	const { ctx, file } = place();
	const abort = new AbortController();
	const cancelled = updateKubeconfig(ctx, file, entry("a"), options({ signal: abort.signal }));
	abort.abort(new Error("enough"));
	await expect(cancelled).rejects.toThrow("enough");
	await updateKubeconfig(ctx, file, entry("b"), options());
	expect(readFileSync(file, "utf8")).not.toContain("https://a.example");
});
