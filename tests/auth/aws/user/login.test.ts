/** The browser sign-in as a login's own plan and machine run it, alone and under a role. */
import { expect, test } from "vitest";
import type { LoginHandle, LoginSnapshot } from "../../../../src/flows/snapshot.ts";
import { startLogin } from "../../../../src/flows/start-login.ts";
import { codeOn, visit } from "../../../cloud/visit.ts";
import { role, scene, yaml } from "../chains.ts";
import { ARN } from "./sign-in.ts";

const TOKEN = "signin:CreateOAuth2Token";
const WEB = "    web: {kind: aws/user, spec: {flow: browser}}\n";
const DEPLOYER = role("deployer", "identity: web", "assume_role: arn:aws:iam::123456789012:role/Deployer");

type Act = (snapshot: LoginSnapshot, handle: LoginHandle) => void;

/** A login on a keyboard; every page that is shown is acted upon once. */
async function login(
	{ ctx }: Awaited<ReturnType<typeof scene>>,
	identity: string,
	act: Act,
	changes: Partial<Parameters<typeof startLogin>[0]> = {},
) {
	const pages: string[] = [];
	const snapshots: string[] = [];
	const handle = startLogin({
		ctx,
		request: {},
		flags: { identity },
		interactive: false,
		reach: "keyboard",
		force: false,
		...changes,
	});
	handle.subscribe((snapshot) => {
		snapshots.push(JSON.stringify(snapshot));
		const [open] = snapshot.prompts;
		if (open?.prompt.type !== "authorization" || pages.includes(open.prompt.url)) return;
		pages.push(open.prompt.url);
		queueMicrotask(() => act(snapshot, handle));
	});
	const { phase, error, targets } = await handle.finished;
	return { pages, snapshots, phase, error: error ?? targets[0]?.error, result: targets[0]?.result };
}

const pageOf = ({ prompts: [open] }: LoginSnapshot) => {
	if (open?.prompt.type !== "authorization") throw new Error("no page is shown");
	return { ...open.prompt, step: open.step };
};
const allow: Act = (snapshot) => void visit(pageOf(snapshot).url, "allow");

test("a user's keys are kept, and nobody is asked again", async () => {
	const it = await scene(yaml(WEB));
	const { pages, phase, result } = await login(it, "web", allow);
	expect({ pages: pages.length, phase, account: result?.account?.id }).toEqual({
		pages: 1,
		phase: "done",
		account: "123456789012",
	});
	const from = it.cloud.requests.length;
	expect(await it.signIn("web", { reach: "nobody" })).toMatchObject({ isNew: false });
	expect(it.cloud.requests.length).toBe(from);
});

test("a role is assumed over it, again without anybody", async () => {
	const it = await scene(yaml(WEB + DEPLOYER));
	const { pages, phase } = await login(it, "deployer", allow);
	expect({ pages: pages.length, phase }).toEqual({ pages: 1, phase: "done" });
	expect(it.facts("sts:AssumeRole")).toEqual([expect.objectContaining({ principal: ARN })]);
	const again = await it.signIn("deployer", { reach: "nobody", force: true });
	expect(again).toMatchObject({ isNew: true, credentials: { role: "Deployer", accountId: "123456789012" } });
	expect(it.cloud.count(TOKEN)).toBe(1);
});

test("keys that STS turns down are renewed, and the role is assumed with others", async () => {
	const it = await scene(yaml(WEB + DEPLOYER));
	await login(it, "web", allow);
	it.cloud.script.next("sts:AssumeRole", { type: "error", status: 403, name: "ExpiredToken", message: "over" });
	const { credentials } = await it.signIn("deployer", { reach: "nobody" });
	expect(credentials.role).toBe("Deployer");
	expect(it.cloud.requests.flatMap(({ operation, grant }) => (operation === TOKEN ? [grant] : []))).toEqual([
		"authorization_code",
		"refresh_token",
	]);
});

test("another way is taken by a key, and the code is pasted", async () => {
	const it = await scene(yaml(WEB));
	const { phase, pages, snapshots } = await login(it, "web", async (snapshot, handle) => {
		const { url, step, paste } = pageOf(snapshot);
		if (paste === undefined) return handle.send({ type: "CHANGE_WAY", step, flow: "paste" });
		const value = codeOn(await visit(url, "allow"));
		handle.send({ type: "ANSWER", step, value: "nonsense!" });
		handle.subscribe(({ prompts: [open] }) => {
			if (open?.prompt.type === "authorization" && open.prompt.paste?.problem !== undefined)
				handle.send({ type: "ANSWER", step, value });
		});
	});
	expect({ phase, pages: pages.length }).toEqual({ phase: "done", pages: 2 });
	expect(snapshots.some((text) => text.includes("that is not all of it"))).toBe(true);
	for (const secret of it.cloud.secrets()) expect(snapshots.some((text) => text.includes(secret))).toBe(false);
});

test("one that is cancelled ends without a page or a listener", async () => {
	const it = await scene(yaml(WEB));
	let port = 0;
	const { phase } = await login(it, "web", (snapshot, handle) => {
		port = pageOf(snapshot).callbackPort ?? 0;
		handle.send({ type: "CANCEL" });
	});
	expect(phase).toBe("cancelled");
	await expect
		.poll(() =>
			fetch(`http://127.0.0.1:${port}/`).then(
				() => "open",
				() => "closed",
			),
		)
		.toBe("closed");
});
