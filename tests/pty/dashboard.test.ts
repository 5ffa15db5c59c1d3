import { afterEach, describe, expect, test } from "vitest";
import { type Cloud, startCloud } from "../cloud/cloud.ts";
import { smallWorld } from "../cloud/world.ts";
import { scene } from "./scene.ts";
import { killAll, type PtyProgram } from "./terminal.ts";

afterEach(killAll);

/** The code as the screen has it: in letters that stand apart. */
const spelled = (code: string): RegExp => new RegExp([...code].join(" +"));

/** From the picker to the approval of dev-admin. */
async function toApproval(program: PtyProgram, cloud: Cloud): Promise<string> {
	await program.waitFor("dev-admin");
	program.press("/");
	for (const letter of "dev-admin") program.press(letter);
	// What comes in one piece with letters is text, an Enter as well.
	await program.waitFor("/ dev-admin");
	program.press("enter");
	const code = await cloud.nextCode();
	await program.waitFor(spelled(code));
	return code;
}

const SIZES = [
	[80, 24],
	[120, 40],
	[50, 15],
] as const;

describe.each(SIZES)("at %i×%i", (columns, rows) => {
	test("choose, approve, see the rows, read the summary", async () => {
		const { start, cloud } = await scene();
		const program = start(["login"], { columns, rows });
		await program.waitFor("dev-admin");
		expect(await program.alternate()).toBe(true);
		const code = await toApproval(program, cloud);
		cloud.approve(code);
		const { code: exit } = await program.exited;
		const text = (await program.everything()).join("\n");
		expect(exit, text).toBe(0);
		expect(await program.alternate()).toBe(false);
		expect(text).toContain("Successfully authenticated as dev-admin");
		// The terminal breaks long lines; what is copied from it has none of its breaks.
		expect(text.replaceAll("\n", "")).toContain(
			"✓ ECR login: 123456789012.dkr.ecr.us-east-2.amazonaws.com (expires in 11h59m)",
		);
		expect(text.replaceAll("\n", "")).toContain("✓ EKS kubeconfig: dev-eks → ~/.config/atmos/kube/config");
	});

	test("no line is wider than the terminal, and the session column is always there", async () => {
		const { start } = await scene();
		const program = start(["login"], { columns, rows });
		// The key bar is the last that a frame draws.
		const screen = await program.waitFor("q quit");
		expect(screen).toHaveLength(rows);
		expect(screen.filter((line) => line.includes("not signed in")).length).toBeGreaterThan(1);
	});

	test("a refusal in the browser is told with a way on", async () => {
		const { start, cloud } = await scene();
		const program = start(["login"], { columns, rows });
		cloud.deny(await toApproval(program, cloud));
		await program.waitFor("denied in the browser");
		program.press("q");
		expect((await program.exited).code).toBe(1);
		expect((await program.everything()).join("\n")).toContain("denied in the browser");
	});

	test("Ctrl-C gives the terminal back", async () => {
		const { start, cloud } = await scene();
		const program = start(["login"], { columns, rows });
		await toApproval(program, cloud);
		program.press("ctrl-c");
		expect((await program.exited).code).toBe(130);
		expect(await program.alternate()).toBe(false);
		expect(program.raw()).toContain("\u001b[?25h");
	});

	test("a code that runs out is told, and the sign-in can be started again", async () => {
		const { start, cloud } = await scene();
		const program = start(["login"], { columns, rows });
		await toApproval(program, cloud);
		cloud.expireCodes();
		await program.waitFor(/expired/);
		program.press("r");
		const again = await cloud.nextCode();
		await program.waitFor(spelled(again));
		cloud.approve(again);
		expect((await program.exited).code).toBe(0);
	});

	test("a network that goes away while it waits is waited out", async () => {
		const { start, cloud } = await scene();
		const program = start(["login"], { columns, rows });
		const code = await toApproval(program, cloud);
		cloud.script.always("sso-oidc:CreateToken", { type: "drop" });
		await program.waitFor(/trying/);
		cloud.script.always("sso-oidc:CreateToken", undefined);
		cloud.approve(code);
		expect((await program.exited).code).toBe(0);
	});

	test("resizing lays everything out again", async () => {
		const { start, cloud } = await scene();
		const program = start(["login"], { columns, rows });
		await toApproval(program, cloud);
		program.resize(60, 14);
		await program.waitFor(/waiting/);
		const small = await program.screen();
		expect(small).toHaveLength(14);
		program.resize(100, 30);
		await program.waitFor("█");
	});
});

test("no network at all is an error that names the host, and r tries again", async () => {
	const { start, cloud } = await scene();
	const [url, world] = [new URL(cloud.url), cloud.world];
	await cloud.close();
	const program = start(["login", "dev-admin"], {});
	await program.waitFor(url.port);
	const back = await startCloud({ port: Number(url.port), world });
	try {
		back.approveAlways(0);
		program.press("r");
		expect((await program.exited).code).toBe(0);
	} finally {
		await back.close();
	}
});

test("one failed integration stays on the screen, and r tries that row alone", async () => {
	const { start, cloud } = await scene();
	cloud.script.next("eks:DescribeCluster", {
		type: "error",
		status: 403,
		name: "AccessDeniedException",
		message: "User: x is not authorized to perform: eks:DescribeCluster on resource: y",
	});
	const program = start(["login"], {});
	cloud.approve(await toApproval(program, cloud));
	await program.waitFor("not authorized to perform eks:DescribeCluster");
	await program.waitFor("d details");
	program.press("d");
	await program.waitFor("AccessDeniedException");
	program.press("r");
	expect((await program.exited).code).toBe(0);
	expect(cloud.count("eks:DescribeCluster")).toBe(2);
	expect(cloud.count("ecr:GetAuthorizationToken")).toBe(1);
});

test("u leaves the screen and prints the link on one line", async () => {
	const { start, cloud } = await scene();
	const program = start(["login"], { columns: 50, rows: 15 });
	const code = await toApproval(program, cloud);
	program.press("u");
	const link = `${cloud.url}/device?user_code=${code}`;
	await expect.poll(() => program.alternate()).toBe(false);
	await expect.poll(() => program.raw()).toContain(`${link}\r\n`);
	program.press("enter");
	await expect.poll(() => program.alternate()).toBe(true);
	await program.waitFor(spelled(code));
});

test("esc goes from the approval back to the list, and q leaves", async () => {
	const { start, cloud } = await scene();
	const program = start(["login"], {});
	await toApproval(program, cloud);
	program.press("escape");
	await program.waitFor("1 of 3");
	program.press("escape");
	await program.waitFor("prod-readonly");
	program.press("q");
	expect((await program.exited).code).toBe(130);
});

test.each([
	["SIGTERM", 143],
	["SIGHUP", 129],
] as const)("%s gives the terminal back", async (signal, code) => {
	const { start, cloud } = await scene();
	const program = start(["login"], {});
	await toApproval(program, cloud);
	program.kill(signal);
	expect((await program.exited).code).toBe(code);
	expect(await program.alternate()).toBe(false);
	expect(program.raw()).toContain("\u001b[?25h");
});

test("NO_COLOR leaves words and symbols alone", async () => {
	const { start } = await scene();
	const program = start(["login"], { env: { NO_COLOR: "1" } });
	await program.waitFor("q quit");
	// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what must not be there
	expect(program.raw()).not.toMatch(/\u001b\[(?:3[0-7]|9[0-7])m/);
});

test("without UTF-8 the symbols are ASCII", async () => {
	const { start } = await scene();
	const program = start(["login"], { env: { LC_ALL: "C" } });
	const screen = await program.waitFor("q quit");
	// biome-ignore lint/suspicious/noControlCharactersInRegex: everything else is what must not be there
	expect(screen.join("")).toMatch(/^[\u0000-\u007f]*$/);
});

test("a dozen programs that start at once share one approval", async () => {
	const { start, cloud } = await scene({ world: smallWorld({ pollSeconds: 1 }) });
	const programs = Array.from({ length: 6 }, () => start(["login", "dev-admin", "--plain"], {}));
	const code = await cloud.nextCode();
	await Promise.all(programs.map((program) => program.waitFor(code, 15_000)));
	cloud.approve(code);
	for (const program of programs) expect((await program.exited).code).toBe(0);
	expect(cloud.count("sso-oidc:StartDeviceAuthorization")).toBe(1);
});
