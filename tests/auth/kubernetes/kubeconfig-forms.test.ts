/** Kubeconfigs as people, kubectl, k3d, editors and templates leave them: of each, only the lines of our entry change. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type ClusterEntry, putCluster } from "../../../src/auth/kubernetes/kubeconfig.ts";

const ARN = "arn:aws:eks:us-east-2:123456789012:cluster/dev";

const entry = (changes: Partial<ClusterEntry> = {}): ClusterEntry => ({
	cluster: ARN,
	context: "dev-eks",
	user: "atmos-eks-dev-us-east-2-123456789012-admin",
	userPrefix: "atmos-eks-dev-us-east-2",
	kindPrefix: "atmos-eks-",
	server: "https://example.gr7.us-east-2.eks.amazonaws.com",
	certificateAuthority: "Q0E=",
	exec: {
		apiVersion: "client.authentication.k8s.io/v1beta1",
		command: "/usr/bin/node",
		args: ["/opt/atmos-auth.mjs", "aws", "eks", "token", "--cluster-name", "dev", "--region", "us-east-2"],
		env: [{ name: "ATMOS_IDENTITY", value: "dev" }],
		interactiveMode: "Never",
		provideClusterInfo: false,
	},
	...changes,
});

const FORMS: Readonly<Record<string, string>> = {
	"four columns, indented lists, aligned comments": `apiVersion: v1
kind: Config

clusters:
    - cluster:
          server: https://10.0.0.1:6443      # behind the VPN
          certificate-authority: ca.pem      # beside this file
      name: home
      # about home


contexts:
    - context:
          cluster: home
          user: me
      name: home

# the one in use
current-context: 'home'
users:
    - name: me
      user: {token: "abc"}
# the end
`,
	"flow maps in block lists": `apiVersion: v1
kind: Config
clusters:
- {name: home, cluster: {server: "https://10.0.0.1:6443", insecure-skip-tls-verify: true}}
contexts:
- {name: home, context: {cluster: home, user: me}}
current-context: home
users:
- {name: me, user: {token: abc}}
`,
	"flow lists": `apiVersion: v1
kind: Config
clusters: [{name: home, cluster: {server: https://10.0.0.1:6443}}]   # one
contexts: [ { name: home, context: { cluster: home, user: me } } ]
users: [{name: me, user: {token: abc}}, ]
current-context: home
`,
	"flow lists over several lines": `clusters: [
  {name: home, cluster: {server: https://10.0.0.1:6443}},   # one
  {name: away, cluster: {server: https://10.0.0.2:6443}}    # two
]
contexts: [
  {name: home, context: {cluster: home, user: me}}
]
users: [
  {name: me, user: {token: abc}}
]
current-context: home
`,
	"one flow map that is no JSON": "{apiVersion: v1, kind: Config, clusters: [], contexts: [], users: [], x: 1}\n",
	"empty lists with comments": `apiVersion: v1
kind: Config
clusters: []   # none yet
contexts:      # none either
users: null
preferences: {}
`,
	"only what kubectl config set-context leaves": `apiVersion: v1
contexts:
- context:
    cluster: ""
    user: ""
  name: later
kind: Config
preferences: {}
`,
	"no final newline": "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://a\n  name: a",
	"a block scalar at the end of a list": `apiVersion: v1
clusters:
- name: a
  cluster:
    server: https://a
    note: |
      two
      lines

contexts: []
users: []
`,
	"a document start and end":
		"---\napiVersion: v1\nkind: Config\nclusters:\n- cluster: {server: https://a}\n  name: a\n...\n",
	"quotes, tags and long lines": `"apiVersion": "v1"
"kind": 'Config'
"clusters":
- "cluster":
    "server": !!str https://a
    "certificate-authority-data": ${"QUJD".repeat(60)}
  "name": a
"users":
- name: a
  user:
    exec:
      command: sh
      args: ["-c", "echo   a    very long line that is far wider than eighty columns so that a printer would fold it somewhere"]
      provideClusterInfo: no
`,
	"anchors somewhere else": `apiVersion: v1
kind: Config
clusters:
- name: a
  cluster: &a {server: https://a}
- name: b
  cluster: *a
contexts: []
users: []
`,
	"JSON in one line":
		'{"apiVersion":"v1","kind":"Config","clusters":[{"name":"home","cluster":{"server":"https://a"}}],"contexts":[],"users":[],"x":[1, 2]}',
	"JSON with tabs":
		'{\n\t"apiVersion": "v1",\n\t"kind": "Config",\n\t"clusters": [\n\t\t{"name": "home", "cluster": {"server": "https://a"}}\n\t],\n\t"contexts": [],\n\t"users": []\n}\n',
};

const put = (text: string, changes: Partial<ClusterEntry> = {}) =>
	putCluster(text, "/home/ada/.kube/config", entry(changes), { update: "merge", takeContext: "if-free" });

/** What is missing of a text, piece by piece and in order. An empty list gives its brackets away, and `null` itself. */
function lost(before: string, after: string): string[] {
	const pieces = (text: string): string[] => text.match(/[^\s,[\]{}]+|\r?\n|./g) ?? [];
	const rest = pieces(after);
	let at = 0;
	return pieces(before).filter((piece, index, all) => {
		if (piece === "[" && all[index + 1] === "]") return false;
		if ((piece === "]" && all[index - 1] === "[") || piece === "null") return false;
		const found = rest.indexOf(piece, at);
		if (found >= 0) at = found + 1;
		return found < 0;
	});
}

const VARIANTS: readonly (readonly [name: string, change: (text: string) => string])[] = [
	["as it is", (text) => text],
	["with Windows' line ends", (text) => text.replaceAll("\n", "\r\n")],
	["with a byte order mark", (text) => `\ufeff${text}`],
];

describe.each(Object.entries(FORMS))("%s", (_name, form) => {
	test.each(VARIANTS)("%s", (_variant, change) => {
		const before = change(form);
		const { text } = put(before);
		expect(lost(before, text)).toEqual([]);
		expect(text.startsWith("\ufeff")).toBe(before.startsWith("\ufeff"));
		if (before.includes("\r\n")) expect(text.replaceAll("\r\n", "")).not.toContain("\n");
		if (form.startsWith('{"') || form.startsWith("{\n")) JSON.parse(text.replace("\ufeff", ""));
		const config = parse(text);
		expect(config.users.at(-1)).toEqual({ name: entry().user, user: { exec: entry().exec } });

		expect(put(text)).toMatchObject({ changed: false, text });

		const moved = put(text, { server: "https://new.example", exec: { ...entry().exec, command: "/new/node" } });
		expect(moved.text.split("\n")).toHaveLength(text.split("\n").length);
		expect(moved.text.replace("https://new.example", entry().server).replace("/new/node", "/usr/bin/node")).toBe(text);

		const renamed = put(text, { user: "atmos-eks-dev-us-east-2-123456789012-reader" });
		expect(renamed.text.replaceAll("-reader", "-admin")).toBe(text);
	});
});

test("keys that kubectl does not take beside the certificate go, and comments around them stay", () => {
	const { text } = put(FORMS["four columns, indented lists, aligned comments"] ?? "");
	const flag = text.replace(
		/^( +)server: https:\/\/example.*$/m,
		"$&\n$1# for a while\n$1insecure-skip-tls-verify: true # not now",
	);
	expect(flag).not.toBe(text);
	expect(put(flag).text).toBe(text.replace(/^( +)server: https:\/\/example.*$/m, "$&\n$1# for a while"));
});

test("a comment that is indented like the last entry stays with it, one that is not stays with what follows", () => {
	const lines = put(FORMS["four columns, indented lists, aligned comments"] ?? "").text.split("\n");
	expect(lines[lines.indexOf("      # about home") - 1]).toBe("      name: home");
	expect(lines[lines.indexOf("# the one in use") + 1]).toBe("current-context: 'home'");
});

test("an entry behind an alias is not changed", () => {
	const before = `apiVersion: v1
clusters:
- name: ${ARN}
  cluster: &a {server: https://old}
- name: b
  cluster: *a
contexts:
- name: dev-eks
  context: {cluster: "${ARN}", user: atmos-eks-dev-us-east-2}
`;
	expect(() => put(before)).toThrow("cannot be changed safely");
});
