import { afterEach, describe, expect, test } from "vitest";
import { boardRows, fakeLogin } from "./support/fake-login.ts";
import { closeScreens, NOW, show } from "./support/screen.tsx";
import {
	asked,
	attention,
	broken,
	chainRows,
	choosing,
	failedRow,
	integrationRow,
	target,
} from "./support/snapshots.ts";

afterEach(closeScreens);

describe("the progress", () => {
	test("shows the chain and the integrations in their order, each with its state", () => {
		const login = fakeLogin({
			phase: "integrating",
			targets: [target("dev-admin")],
			chain: chainRows(NOW),
			integrations: [
				integrationRow({ name: "b/eks", text: "describing dev-cluster" }),
				integrationRow({ name: "a/ecr", state: "waiting" }),
				failedRow("c/eks"),
			],
		});
		for (const [columns, rows] of [
			[80, 24],
			[120, 40],
			[50, 15],
		] as const) {
			const text = show(login, { columns, rows }).text();
			expect(text).toMatch(/✓ company-sso +signed in.* 7h 59m\n/);
			expect(text).toMatch(/✓ dev-admin +Administrator.* 59m\n/);
			expect(text).toMatch(
				/INTEGRATIONS\n.*… b\/eks +describing dev-cluster\n.*· a\/ecr +waiting\n.*✗ c\/eks +not authorized/,
			);
			expect(text).toContain("Try: allow eks:DescribeCluster");
		}
	});

	test("offers only to cancel while it runs, or to go back to the list", async () => {
		const running = { phase: "assuming", targets: [target("dev-admin")], chain: chainRows(NOW) } as const;
		expect(show(fakeLogin(running)).lines().at(-1)).toBe(" ? keys · esc cancel");
		expect(
			show(fakeLogin({ ...choosing(NOW), ...running }))
				.lines()
				.at(-1),
		).toBe(" ? keys · esc back");
	});

	test("says what it is doing before there are rows", () => {
		expect(show(fakeLogin({})).text()).toContain("reading the configuration");
	});

	test("shows the identities as they are found", () => {
		const login = fakeLogin({
			phase: "signing-in",
			targets: [{ id: "provider:company-sso", type: "provider", name: "company-sso", state: "waiting" }],
			chain: chainRows(NOW).slice(0, 1),
			discovery: {
				accountsTotal: 40,
				accountsDone: 10,
				identities: Array.from({ length: 90 }, (_, index) => `account-${index}/Admin`),
				failedAccounts: [{ account: "sandbox", message: "too many requests" }],
				gone: { total: 3, names: ["old/Admin", "old/ReadOnly"] },
			},
		});
		const text = show(login).text();
		expect(text).toContain("! 3 identities are no longer available: old/Admin, old/ReadOnly, and 1 more");
		expect(text).toMatch(/IDENTITIES {2}━+─+ {2}90 found · 10 of 40 accounts/);
		expect(text).toMatch(/✗ sandbox {2}too many requests/);
		expect(text).toContain("account-89/Admin");
		expect(text).not.toContain("account-1/Admin");
	});

	test("shows warnings and notes", () => {
		const login = fakeLogin({
			phase: "integrating",
			chain: chainRows(NOW),
			warnings: ["the keyring did not answer"],
			integrations: [
				integrationRow({ name: "dev/ecr", state: "ok", text: "host", notes: ["helper `desktop` is missing"] }),
			],
		});
		expect(show(login).text()).toMatch(/helper `desktop` is missing[\s\S]*! the keyring did not answer/);
	});
});

describe("failed integrations", () => {
	test("are retried alone, looked into, and left at that", async () => {
		const login = fakeLogin(attention(NOW));
		const screen = show(login);
		expect(screen.text()).toContain("1 of 2 integrations failed; you are still signed in.");
		expect(screen.lines().at(-1)).toMatch(/^ r retry · d details · ⏎ done · \? keys/);
		await screen.press("d");
		expect(screen.text().replace(/\s+/g, " ")).toContain(
			"AccessDeniedException (eks:DescribeCluster, HTTP 403, request 1f0c2c1e)",
		);
		await screen.press("r", "enter");
		expect(login.sent).toEqual([{ type: "RETRY", step: "integration:prod/eks" }, { type: "DONE" }]);
	});

	test("are chosen between when there are several", async () => {
		const login = fakeLogin(attention(NOW, ["one/eks", "two/eks", "three/eks"]));
		const screen = show(login, { columns: 100 });
		expect(screen.text()).toMatch(/❯ ✗ one\/eks/);
		await screen.press("down", "down", "down", "up", "r", "a");
		expect(screen.text()).toMatch(/❯ ✗ two\/eks/);
		expect(login.sent).toEqual([{ type: "RETRY", step: "integration:two/eks" }, { type: "RETRY" }]);
	});

	test("keep the marked one in sight where there are too many", async () => {
		const names = Array.from({ length: 20 }, (_, index) => `row-${index}/eks`);
		const screen = show(fakeLogin(attention(NOW, names)), { columns: 60, rows: 14 });
		await screen.press(...names.map(() => "down"));
		expect(screen.text()).toMatch(/❯ ✗ row-19\/eks[\s\S]*Try:/);
	});
});

describe("a login that failed", () => {
	test("says what happened, why and what fixes it; the service's words on request", async () => {
		const login = fakeLogin(broken());
		const screen = show(login);
		const text = screen.text();
		expect(text).toMatch(/✗ the request was denied in the browser\n.*somebody chose Deny\n.*Try: sign in again/);
		expect(text).not.toContain("b7d2");
		await screen.press("d");
		expect(screen.text()).toContain("request b7d2");
		await screen.press("r");
		expect(login.sent).toEqual([{ type: "RETRY" }]);
	});

	test("can be left for the list where there was one", async () => {
		const login = fakeLogin({ ...choosing(NOW), ...broken() });
		const went = new Promise((resolve) => {
			login.onAction = resolve;
		});
		const screen = show(login);
		expect(screen.lines().at(-1)).toContain("esc back");
		await screen.press("esc");
		expect(await went).toEqual({ type: "BACK" });
	});

	test("ends with q", async () => {
		const login = fakeLogin(broken());
		await show(login).press("q");
		expect(login.sent).toEqual([{ type: "DONE" }]);
	});
});

describe("menus", () => {
	test("choose a provider", async () => {
		const login = fakeLogin({
			phase: "choosing",
			choice: { of: "providers", reason: "no-identities", rows: boardRows(NOW).slice(0, 3) },
		});
		const screen = show(login);
		expect(screen.text()).toMatch(/❯ 1 {2}dev-admin +signed in\n {3}2 {2}prod-admin/);
		await screen.press("down", "enter");
		expect(login.sent).toEqual([{ type: "SELECT", key: "prod-admin" }]);
	});

	test("answer a question of a step, by its number too", async () => {
		const login = fakeLogin({
			phase: "approving",
			prompts: asked({
				type: "choice",
				question: "Which account called development?",
				options: [
					{ value: "111", label: "development 111" },
					{ value: "222", label: "development 222" },
				],
			}),
		});
		const screen = show(login);
		expect(screen.text()).toContain("Which account called development?");
		await screen.press("2", "enter");
		expect(login.sent).toEqual([
			{ type: "ANSWER", step: "provider:company-sso", value: "222" },
			{ type: "ANSWER", step: "provider:company-sso", value: "111" },
		]);
	});

	test("are left with q", async () => {
		const login = fakeLogin({
			phase: "choosing",
			choice: { of: "providers", reason: "no-identities", rows: boardRows(NOW).slice(0, 2) },
		});
		await show(login).press("q");
		expect(login.sent).toEqual([{ type: "CANCEL" }]);
	});
});
