/** Files that are not ours, as a login meets them: another program's file, a person's context, Docker's logins. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { program } from "./program.ts";

const AUTH = `auth:
  providers:
    sso: {kind: aws/iam-identity-center, start_url: https://acme.awsapps.com/start, region: us-east-1}
  identities:
    dev: {kind: aws/permission-set, default: true, via: {provider: sso}, principal: {name: AdministratorAccess, account: {id: "123456789012"}}}
  integrations:
`;
const eks = (name: string, kubeconfig: string, alias = "dev-eks"): string =>
	`    ${name}: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: dev-cluster, region: us-east-2, alias: "${alias}", kubeconfig: ${kubeconfig}}}}\n`;
const ECR =
	'    dev/ecr: {kind: aws/ecr, via: {identity: dev}, spec: {registry: {account_id: "123456789012", region: us-east-2}}}\n';

const FOREIGN = `# mine
apiVersion: v1
kind: Config
clusters:
- cluster: {server: "https://10.0.0.1:6443"}
  name: home
contexts:
- context: {cluster: home, user: me}
  name: dev-eks
current-context: dev-eks
users:
- name: me
  user: {token: abc}
`;

/** A project that is approved at once, in a home with files. */
async function scene(integrations: readonly string[], files: Readonly<Record<string, string>> = {}) {
	const at = await program({ yaml: AUTH + integrations.join("") });
	at.cloud.approveAlways(0);
	for (const [path, content] of Object.entries(files)) {
		mkdirSync(dirname(join(at.home, path)), { recursive: true });
		writeFileSync(join(at.home, path), content);
	}
	return {
		...at,
		read: (path: string): string => readFileSync(join(at.home, path), "utf8"),
		login: (env?: Readonly<Record<string, string>>) => at.run(["login"], env).ended,
	};
}

test("no file is replaced that is no kubeconfig; of one that is, a copy is kept beside it", async () => {
	const rc = "export PATH=$PATH:~/bin\n";
	const { login, read, home } = await scene(
		[eks("rc", "{path: ~/.bashrc, update: replace}"), eks("kube", "{path: ~/k/config, update: replace}")],
		{ ".bashrc": rc, "k/config": FOREIGN },
	);
	const { code, stderr } = await login();
	expect(stderr).toMatch(/! EKS kubeconfig: dev-eks failed: .*\.bashrc:\d+ is not a kubeconfig/);
	expect(stderr).toContain("✓ EKS kubeconfig: dev-eks → ~/k/config\n");
	expect(code).toBe(0);
	expect(read(".bashrc")).toBe(rc);
	expect(parse(read("k/config")).clusters).toHaveLength(1);
	const [copy = "", ...more] = readdirSync(join(home, "k")).filter((name) => name !== "config");
	expect(copy).toMatch(/^config\.\d{8}T\d{6}Z\.bak$/);
	expect(more).toEqual([]);
	expect(read(`k/${copy}`)).toBe(FOREIGN);
	expect(statSync(join(home, "k", copy)).mode & 0o777).toBe(0o600);
	expect(stderr).toContain(`the previous file is kept as ~/k/${copy}`);
});

test("a context of a person is never taken over, neither by a login nor by the command", async () => {
	const { login, read, run } = await scene([eks("dev/eks", "{path: ~/config}")], { config: FOREIGN });
	const { stderr, code } = await login();
	expect(stderr).toMatch(
		/! EKS kubeconfig: dev-eks failed: the context "dev-eks" in .*config was written by something else/,
	);
	expect(code).toBe(0);
	const named = await run(["aws", "eks", "update-kubeconfig", "--integration", "dev/eks"]).ended;
	expect(named.stderr).toContain('the context "dev-eks" in');
	expect(named.stderr).toContain("spec.cluster.alias");
	expect(named.code).toBe(1);
	expect(read("config")).toBe(FOREIGN);
});

test("a mode, a path or a name that could do harm is told by validate", async () => {
	const { run } = await scene([
		eks("one", '{mode: "0700"}'),
		eks("two", "{path: ../x/.GIT./hooks/pre-commit}"),
		eks("three", "{}", "a;$(touch x)"),
		eks("fine", '{mode: "0640"}', "Прод/eks:1"),
	]);
	const { stderr, code } = await run(["validate"]).ended;
	expect(code).toBe(2);
	expect(stderr).toMatch(/one.*kubeconfig\.mode.*only the owner may write/);
	expect(stderr).toMatch(/two.*kubeconfig\.path.*outside the .git folder/);
	expect(stderr).toMatch(/three.*alias.*letters, digits and/);
	expect(stderr).not.toContain("fine");
});

test("a link into git's folder is one, too; the flags have the rules of the configuration", async () => {
	const { login, run, folder } = await scene([eks("dev/eks", "{path: build/hooks/post-checkout}")]);
	mkdirSync(join(folder, ".git/hooks"), { recursive: true });
	symlinkSync(".git", join(folder, "build"));
	expect((await login({ ATMOS_AUTH_TRUST: "1" })).stderr).toMatch(/dev-eks failed: .*is in a .git folder/);
	expect(readdirSync(join(folder, ".git/hooks"))).toEqual([]);
	const args = ["aws", "eks", "update-kubeconfig", "--name", "dev-cluster", "--region", "us-east-2"];
	for (const [flag, value, rule] of [
		["--alias", "a b", "expected a name for the context"],
		["--kubeconfig", ".git/hooks/post-checkout", "expected a path outside the .git folder"],
	] as const) {
		const { code, stderr } = await run([...args, flag, value]).ended;
		expect(stderr).toContain(`${flag}: ${rule}`);
		expect(code).toBe(2);
	}
});

test("a login without its credential helper is said to be in plain text by every run, until the helper is there", async () => {
	const { login, read, home } = await scene([ECR], { ".docker/config.json": '{"credsStore":"keep"}' });
	const bin = join(home, "bin");
	const PATH = `${bin}:${process.env.PATH}`;
	const note =
		/✓ ECR login: .*\n.*the login is stored in plain text in ~\/\.docker\/config\.json.*docker-credential-keep is not installed/;
	expect((await login({ PATH })).stderr).toMatch(note);
	expect(read(".docker/config.json")).toMatch(
		/^\{"credsStore":"keep","auths":\{"123456789012\.dkr[^"]+":\{"auth":"[^"]+"\}\}\}$/,
	);
	expect((await login({ PATH })).stderr).toMatch(note);

	mkdirSync(bin);
	writeFileSync(join(bin, "docker-credential-keep"), '#!/bin/sh\ncat > "$HOME/kept"\n');
	chmodSync(join(bin, "docker-credential-keep"), 0o755);
	expect((await login({ PATH })).stderr).not.toContain("plain text");
	expect(JSON.parse(read("kept"))).toMatchObject({ Username: "AWS" });
	expect(read(".docker/config.json")).toMatch(/^\{"credsStore":"keep","auths":\{"123456789012\.dkr[^"]+":\{\}\}\}$/);
});
