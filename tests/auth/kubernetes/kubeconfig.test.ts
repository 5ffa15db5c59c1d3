import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { AuthError } from "../../../src/auth/errors.ts";
import { type ClusterEntry, isSettled, putCluster, removeContext } from "../../../src/auth/kubernetes/kubeconfig.ts";

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
		env: [],
		interactiveMode: "Never",
		provideClusterInfo: false,
	},
	...changes,
});

const merge = { update: "merge", takeContext: "if-free" } as const;
const put = (
	text: string | undefined,
	changes: Partial<ClusterEntry> = {},
	options: Parameters<typeof putCluster>[3] = merge,
) => putCluster(text, "/home/ada/.kube/config", entry(changes), options);

const FOREIGN = `# my clusters
apiVersion: v1
kind: Config
preferences: {colors: true}
clusters:
- cluster:
    server: https://10.0.0.1:6443   # behind the VPN
    insecure-skip-tls-verify: true
  name: home
contexts:
- context: {cluster: home, user: me, namespace: kube-system}
  name: home
current-context: home
users:
- name: me
  user:
    token: abc
x-unknown: [1, two]
`;

describe("merging", () => {
	test("a new file has everything that kubectl needs", () => {
		const { text, current } = put(undefined);
		expect(parse(text)).toMatchObject({
			apiVersion: "v1",
			kind: "Config",
			"current-context": "dev-eks",
			clusters: [{ name: ARN, cluster: { server: entry().server, "certificate-authority-data": "Q0E=" } }],
			contexts: [{ name: "dev-eks", context: { cluster: ARN, user: entry().user } }],
			users: [{ name: entry().user, user: { exec: { interactiveMode: "Never" } } }],
		});
		expect(current).toBe(true);
	});

	test("foreign lines stay as they are, and so does the current context", () => {
		const { text, current } = put(FOREIGN);
		for (const line of FOREIGN.trimEnd().split("\n")) expect(text.split("\n")).toContain(line);
		expect(parse(text)["current-context"]).toBe("home");
		expect(current).toBe(false);
	});

	test("a second time changes nothing", () => {
		const { text } = put(FOREIGN);
		expect(put(text)).toMatchObject({ changed: false, text });
	});

	test("a namespace that somebody set, and other keys of ours, stay", () => {
		const { text } = put(undefined);
		const edited = text
			.replace("user: atmos", "namespace: web\n    user: atmos")
			.replace("server:", "proxy-url: http://p:1\n    server:");
		const { text: again } = put(edited, { server: "https://new.example" });
		expect(parse(again).contexts[0].context).toMatchObject({ namespace: "web" });
		expect(parse(again).clusters[0].cluster).toMatchObject({
			"proxy-url": "http://p:1",
			server: "https://new.example",
		});
	});

	test("Windows line ends, a byte order mark and JSON stay what they are", () => {
		const windows = put(FOREIGN.replaceAll("\n", "\r\n")).text;
		expect(windows.replaceAll("\r\n", "")).not.toContain("\n");
		expect(put(`\ufeff${FOREIGN}`).text.startsWith("\ufeff")).toBe(true);
		const json = put(JSON.stringify(parse(FOREIGN))).text;
		expect(JSON.parse(json)).toMatchObject({
			"x-unknown": [1, "two"],
			users: [{ name: "me" }, { name: entry().user }],
		});
	});

	test("an indented list stays indented", () => {
		const indented = "apiVersion: v1\nclusters:\n  - cluster: {server: https://a}\n    name: a\n";
		expect(put(indented).text).toContain("clusters:\n  - cluster: {server: https://a}\n    name: a\n  - ");
	});

	test("what Atmos wrote for the same cluster is replaced, and its user does not stay behind", () => {
		const atmos = `apiVersion: v1
kind: Config
clusters:
- cluster: {certificate-authority-data: T0xE, server: https://old}
  name: ${ARN}
contexts:
- context: {cluster: "${ARN}", user: atmos-eks-dev-us-east-2}
  name: dev-eks
current-context: dev-eks
users:
- name: atmos-eks-dev-us-east-2
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: atmos, args: [aws, eks, token, --cluster-name, dev, --region, us-east-2], env: null}
`;
		const config = parse(put(atmos).text);
		expect(config.users).toEqual([expect.objectContaining({ name: entry().user })]);
		expect(config.clusters).toHaveLength(1);
	});

	test("two identities of one cluster do not share a user", () => {
		const first = put(undefined).text;
		const config = parse(put(first, { context: "dev-ro", user: "atmos-eks-dev-us-east-2-123456789012-readonly" }).text);
		expect(config.users).toHaveLength(2);
		expect(config.contexts).toHaveLength(2);
	});
});

describe("the current context", () => {
	const withCurrent = (name: string): string => FOREIGN.replace("current-context: home", `current-context: ${name}`);

	test.each([
		["none is set", '""', "dev-eks"],
		["it names nothing", "gone", "dev-eks"],
		["it is somebody's", "home", "home"],
	])("when %s", (_, now, then) => {
		expect(parse(put(withCurrent(now)).text)["current-context"]).toBe(then);
	});

	test("one of ours is taken over, unless another integration of this login comes first", () => {
		const first = put(undefined).text;
		const second = {
			context: "two",
			cluster: `${ARN}2`,
			user: "atmos-eks-two-us-east-2-1",
			userPrefix: "atmos-eks-two-us-east-2",
		};
		expect(parse(put(first, second).text)["current-context"]).toBe("two");
		const later = put(first, second, { update: "merge", takeContext: "never" });
		expect(parse(later.text)["current-context"]).toBe("dev-eks");
	});

	test("the explicit command takes it from anybody", () => {
		expect(parse(put(FOREIGN, {}, { update: "merge", takeContext: "always" }).text)["current-context"]).toBe("dev-eks");
	});
});

describe("what is no kubeconfig", () => {
	test.each([
		["a shell's file", "export PATH=$PATH:~/bin\n"],
		["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----\n"],
		["a manifest", "apiVersion: v1\nkind: Secret\ndata: {a: Yg==}\n"],
		["another version", "apiVersion: v2\nkind: Config\n"],
		["a Compose file", "services:\n  web: {image: nginx}\n"],
		["accounts for cloud-init", "#cloud-config\nusers:\n- name: me\n"],
		["JSON of another program", '{"token":"abc"}\n'],
		["broken YAML", "apiVersion: v1\nclusters: [\n"],
		["two documents", "clusters: []\n---\nb: 2\n"],
		["a list", "- a\n"],
		["a map of clusters", "clusters: {a: 1}\n"],
	])("%s is refused by every mode", (_, text) => {
		for (const update of ["merge", "replace", "error"] as const) {
			expect(() => put(text, {}, { update, takeContext: "if-free" })).toThrow(/config:\d+ is not a kubeconfig/);
		}
	});

	test.each([
		["nothing", ""],
		["blanks", "\n\n"],
		["an empty map", "{}\n"],
		["a kind alone", "kind: Config\n"],
		["what `kubectl config unset` leaves", 'apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: ""\n'],
	])("%s is one", (_, text) => {
		for (const update of ["merge", "replace", "error"] as const) {
			const change = put(text, {}, { update, takeContext: "if-free" });
			expect(parse(change.text)).toMatchObject({ "current-context": "dev-eks", users: [{ name: entry().user }] });
			expect(change.drops).toBe(false);
		}
	});

	test("comments alone are kept", () => {
		const change = put("# mine\n");
		expect(change.text).toMatch(/^# mine\napiVersion: v1\n/);
		expect(change.drops).toBe(false);
	});
});

describe("what belongs to somebody else", () => {
	test.each([
		["context", FOREIGN.replaceAll("name: home\ncurrent", "name: dev-eks\ncurrent"), "alias"],
		["cluster", FOREIGN.replaceAll("name: home\ncontexts", `name: ${ARN}\ncontexts`), "path"],
		["cluster", FOREIGN.replaceAll("home", ARN), "path"],
		[
			"user",
			FOREIGN.replace("name: me\n", `name: ${entry().user}\n`).replace("user: me,", `user: ${entry().user},`),
			"path",
		],
	])("a %s of the same name is never taken over", (type, text, remedy) => {
		const error = thrown(() => put(text));
		expect(error).toMatchObject({ code: "config", remedy: { say: expect.stringContaining(remedy) } });
		expect(error.message).toMatch(
			new RegExp(`^the ${type} ".*" in /home/ada/.kube/config was written by something else$`),
		);
		expect(thrown(() => put(text, {}, { update: "merge", takeContext: "always" })).message).toBe(error.message);
	});

	test("the same cluster, written by the AWS CLI, is shared", () => {
		const aws = `apiVersion: v1
clusters:
- cluster: {certificate-authority-data: Q0E=, server: ${entry().server}}
  name: ${ARN}
contexts:
- context: {cluster: "${ARN}", user: "${ARN}"}
  name: ${ARN}
current-context: ${ARN}
users:
- name: ${ARN}
  user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, args: [eks, get-token, --cluster-name, dev]}}
`;
		const { text } = put(aws);
		expect(text.startsWith(aws.slice(0, aws.indexOf("current-context")))).toBe(true);
		expect(parse(text)).toMatchObject({ clusters: [{ name: ARN }], "current-context": ARN });
		// Without an alias, the context's name is the AWS CLI's.
		expect(thrown(() => put(aws, { context: ARN })).remedy?.say).toContain("alias");
		// And it is not led elsewhere.
		expect(thrown(() => put(aws, { server: "https://other" })).message).toContain('the cluster "arn');
	});

	test("a context of ours whose user somebody has deleted is still ours", () => {
		const { text } = put(undefined);
		const config = parse(text);
		expect(put(JSON.stringify({ ...config, users: [] })).changed).toBe(true);
	});
});

function thrown(run: () => unknown): AuthError {
	try {
		run();
	} catch (error) {
		return error as AuthError;
	}
	throw new Error("nothing was thrown");
}

describe("update modes", () => {
	test("replace keeps nothing else, and says when that was somebody's", () => {
		const replace = { update: "replace", takeContext: "if-free" } as const;
		const change = put(FOREIGN, {}, replace);
		const config = parse(change.text);
		expect(config.clusters).toHaveLength(1);
		expect(config["x-unknown"]).toBeUndefined();
		expect(change).toMatchObject({ current: true, drops: true });

		const { text } = put(undefined);
		const dropsOf = (before: string): boolean => put(before, { server: "https://new" }, replace).drops;
		expect(dropsOf(text)).toBe(false);
		expect(dropsOf(`# mine\n${text}`)).toBe(true);
		expect(dropsOf(`${text}x-unknown: 1\n`)).toBe(true);
		expect(dropsOf(`${text}preferences: {colors: true}\n`)).toBe(true);
		expect(dropsOf(`${text}preferences: {}\n`)).toBe(false);
		expect(dropsOf(text.replace("clusters:\n", "clusters:\n- {name: a, cluster: {server: https://a}}\n"))).toBe(true);
		expect(dropsOf(text.replace("contexts:\n", "contexts:\n- {name: a, context: {cluster: x, user: y}}\n"))).toBe(true);
		expect(dropsOf(text.replace("users:\n", "users:\n- {name: a, user: {token: b}}\n"))).toBe(true);
	});

	test("replace leaves the same content alone", () => {
		const { text } = put(undefined, {}, { update: "replace", takeContext: "if-free" });
		expect(put(text, {}, { update: "replace", takeContext: "if-free" }).changed).toBe(false);
	});

	test("error refuses a different entry and accepts the same", () => {
		const { text } = put(undefined);
		const mode = { update: "error", takeContext: "if-free" } as const;
		expect(put(text, {}, mode).changed).toBe(false);
		expect(() => put(text, { server: "https://other" }, mode)).toThrow(/cluster "arn:.* already exists in \/home\/ada/);
	});
});

test("what is settled is seen without writing", () => {
	const { text } = put(undefined);
	expect(isSettled(text, "dev-eks", entry().exec, "if-free")).toBe(true);
	expect(isSettled(text, "dev-eks", { ...entry().exec, command: "/new/node" }, "if-free")).toBe(false);
	expect(isSettled(FOREIGN, "dev-eks", undefined, "if-free")).toBe(false);
	expect(isSettled("{", "dev-eks", undefined, "if-free")).toBe(false);
});

describe("taking a context out", () => {
	const FILE = "/home/ada/.kube/config";
	const take = (text: string | undefined, context = "dev-eks") =>
		removeContext(text, FILE, { context, kindPrefix: "atmos-eks-" });

	test.each([
		["YAML", FOREIGN],
		["Windows line ends", FOREIGN.replaceAll("\n", "\r\n")],
		["JSON", JSON.stringify(parse(FOREIGN), undefined, 4)],
		["one line of JSON", JSON.stringify(parse(FOREIGN))],
	])("leaves every other byte of %s", (_, before) => {
		const { text, removed } = take(put(before).text);
		expect(text).toBe(before);
		expect(removed).toEqual([
			{ type: "context", name: "dev-eks" },
			{ type: "cluster", name: ARN },
			{ type: "user", name: entry().user },
		]);
		expect(take(text)).toEqual({ text, removed: [] });
	});

	test("leaves lists of nothing, the comments about them, and no current context", () => {
		const text = put(undefined).text.replace("contexts:\n", "contexts: # mine\n  # all of them\n");
		const { text: left } = take(text);
		expect(parse(left)).toEqual({ apiVersion: "v1", kind: "Config", clusters: [], contexts: [], users: [] });
		expect(left).toContain("contexts: [] # mine\n  # all of them\n");
		expect(parse(put(left).text)).toEqual(parse(put(undefined).text));
	});

	test("leaves another context the current one", () => {
		const both = put(put(undefined).text, { context: "two" }, { update: "merge", takeContext: "never" }).text;
		expect(parse(take(both, "two").text)["current-context"]).toBe("dev-eks");
		expect(parse(take(both, "dev-eks").text)).not.toHaveProperty("current-context");
	});

	test.each([
		["the cluster and the user", {}, ["context"]],
		["the cluster", { user: "atmos-eks-dev-us-east-2-123456789012-reader" }, ["context", "user"]],
		["the user", { cluster: `${ARN}2` }, ["context", "cluster"]],
	])("leaves %s that another context needs", (_, other, types) => {
		const both = put(put(undefined).text, { context: "two", ...other }).text;
		const { text, removed } = take(both);
		expect(removed.map(({ type }) => type)).toEqual(types);
		expect(put(text, { context: "two", ...other }).changed).toBe(false);
	});

	test("touches nobody else's, and nothing that is not there", () => {
		expect(take(FOREIGN, "home")).toEqual({ text: FOREIGN, removed: [] });
		expect(take(FOREIGN)).toEqual({ text: FOREIGN, removed: [] });
		expect(take(undefined)).toEqual({ text: "", removed: [] });
		const theirs = put(undefined).text.replace("- eks\n", "- other\n");
		expect(take(theirs)).toEqual({ text: theirs, removed: [] });
	});

	test("whose user somebody has deleted takes out what is left of it", () => {
		const text = put(FOREIGN).text.replace(/^- name: atmos-eks[\s\S]*?(?=^x-unknown)/m, "");
		expect(parse(text).users).toHaveLength(1);
		expect(take(text).removed.map(({ type }) => type)).toEqual(["context", "cluster"]);
		expect(removeContext(text, FILE, { context: "dev-eks", kindPrefix: "other-" }).removed).toEqual([]);
	});

	test("of no kubeconfig is refused", () => {
		expect(() => take("apiVersion: v1\nkind: Secret\n")).toThrow(/config:1 is not a kubeconfig/);
	});
});
