/** A login with several targets on the dashboard. */
import { afterEach, describe, expect, test } from "vitest";
import type { DeviceCodePrompt } from "../../src/auth/interaction.ts";
import { linkRows } from "../../src/components/link-rows.ts";
import { changeSentences } from "../../src/components/sentences.ts";
import type { LoginSnapshot, Row } from "../../src/flows/snapshot.ts";
import { EMPTY, fakeLogin, MINUTE } from "./support/fake-login.ts";
import { closeScreens, NOW, show } from "./support/screen.tsx";
import {
	approving,
	chainRows,
	failedRow,
	integrationRow,
	link,
	REFUSED,
	result,
	several,
	target,
} from "./support/snapshots.ts";

afterEach(closeScreens);

const identities = (names: readonly string[]) => names.map((name) => `identity:${name}` as const);

/** As a machine would give them: each link after the one that it hangs on, those of later targets at the end. */
function manyFailed(count: number): Partial<LoginSnapshot> {
	const names = Array.from({ length: count }, (_, index) => `team-${index}`);
	const isBad = (index: number): boolean => index >= count - 3;
	return several(NOW, {
		targets: names.map((name, index) => target(name, isBad(index) ? { error: REFUSED } : { result: result(name) })),
		chain: [
			{ ...(chainRows(NOW)[0] as Row), for: identities(names) },
			...names.map((name, index) =>
				link(`identity:${name}`, {
					for: identities([name]),
					...(isBad(index) ? { state: "failed", error: REFUSED } : { state: "ok", text: "Admin" }),
				}),
			),
		],
	});
}

describe("the progress of several targets", () => {
	test("says how many are signed in, and how far everything is", () => {
		const [title = ""] = show(fakeLogin(several(NOW))).lines();
		expect(title).toMatch(/^ 1 of 3 identities signed in +2 of 5 ready · 2 failed$/);
	});

	test("has a row for each link, below the one that it hangs on", () => {
		const text = show(fakeLogin(several(NOW))).text();
		expect(text).toMatch(/\n {3}✓ company-sso +signed in .*7h 59m\n {5}✓ dev-admin +Administrator.* 59m\n/);
		expect(text).toMatch(/\n ❯ {3}✗ prod-base +AdministratorAccess is not/);
		expect(text).toMatch(/\n {7}· prod-admin +not tried\n/);
		// All names end, and all texts begin, at the same column.
		const columns = text
			.split("\n")
			.flatMap((line) => /^.*(?:company-sso|dev-admin|prod-admin) +(?=[sAn])/.exec(line) ?? []);
		expect(columns).toHaveLength(3);
		expect(new Set(columns.map((line) => line.length)).size).toBe(1);
	});

	test.each([
		[80, 24],
		[50, 24],
	])("at %i×%i says all of a failure, under the link that failed", (columns, rows) => {
		const text = show(fakeLogin(several(NOW)), { columns, rows }).text();
		const words = text.replace(/\s+/g, " ");
		expect(words).toMatch(
			/prod-base AdministratorAccess is not assigned to you in account 999999999999 of the organization roles that you have there: ReadOnlyAccess, Billing Try: name one of them in the identity's principal · prod-admin not tried/,
		);
	});

	test("names a target without links, and what is wrong with it", () => {
		const words = show(fakeLogin(several(NOW)))
			.text()
			.replace(/\s+/g, " ");
		expect(words).toContain(
			'✗ old-admin identity "old-admin" hangs on "old-sso", which does not exist /project/atmos.yaml:12:7 Try: correct its via.provider',
		);
	});

	test("tries again what failed, and shows what the service said of the failure that is marked", async () => {
		const login = fakeLogin(several(NOW));
		const screen = show(login);
		expect(screen.lines().at(-1)).toContain("r try again");
		await screen.press("d");
		expect(screen.text()).toContain("request 5c1a");
		await screen.press("down");
		expect(screen.text()).toMatch(/❯ ✗ old-admin/);
		expect(screen.text()).not.toContain("request 5c1a");
		await screen.press("r", "q");
		expect(login.sent).toEqual([{ type: "RETRY" }, { type: "DONE" }]);
	});

	test("marks a failure only where there is another one to go to", () => {
		const { targets = [], chain = [] } = several(NOW);
		const login = fakeLogin(
			several(NOW, { targets: targets.slice(0, 2), chain, integrations: [failedRow("dev/eks")] }),
		);
		expect(show(login).text()).not.toContain("❯");
	});

	test("folds what is well where not all rows have a place, so that failures have theirs", () => {
		const text = show(fakeLogin(manyFailed(30))).text();
		expect(text).toMatch(/✓ 28 ready\n/);
		for (const name of ["team-27", "team-28", "team-29"]) expect(text).toContain(`✗ ${name}`);
		expect(text.match(/Try:/g)).toHaveLength(3);
		expect(show(fakeLogin(manyFailed(30)), { rows: 60 }).text()).toContain("✓ team-0");
	});

	test("keeps the marked failure in sight where not even those have a place", async () => {
		const screen = show(fakeLogin(manyFailed(6)), { rows: 12 });
		await screen.press("down", "down");
		expect(screen.text()).toMatch(/❯ {3}✗ team-5[\s\S]*Try:/);
	});

	test("moves no row while it works", () => {
		const working = (state: Row["state"]): Partial<LoginSnapshot> => {
			const [sso, dev, base, prod] = several(NOW).chain as [Row, Row, Row, Row];
			return several(NOW, {
				phase: "assuming",
				targets: [target("dev-admin"), target("prod-admin")],
				chain: [sso, { ...dev, state }, { ...base, state: "waiting", error: undefined }, prod],
			});
		};
		const rowsOf = (state: Row["state"]): string[] =>
			show(fakeLogin(working(state)))
				.lines()
				.map((line) => /company-sso|dev-admin|prod-base|prod-admin/.exec(line)?.[0] ?? "");
		expect(rowsOf("running")).toEqual(rowsOf("ok"));
	});

	test("with integrations that failed says that one is signed in all the same", async () => {
		const done = [target("dev-admin", { result: result("dev-admin") }), target("ops", { result: result("ops") })];
		const login = fakeLogin({
			phase: "attention",
			targets: done,
			chain: chainRows(NOW),
			integrations: [integrationRow({ name: "dev/ecr", state: "ok" }), failedRow("prod/eks")],
		});
		const screen = show(login);
		expect(screen.text()).toContain("1 of 2 integrations failed; you are still signed in.");
		expect(screen.lines()[0]).toMatch(/^ 2 of 2 identities signed in /);
		await screen.press("r");
		expect(login.sent).toEqual([{ type: "RETRY", step: "integration:prod/eks" }]);
	});
});

describe("the links of several targets", () => {
	const row = (id: `identity:${string}` | `provider:${string}`, ...names: string[]) =>
		link(id, { for: identities(names) });
	const drawn = (snapshot: Pick<LoginSnapshot, "targets" | "chain">): string[] =>
		linkRows({ ...EMPTY, ...snapshot }).map(({ row: { name }, depth }) => " ".repeat(depth) + name);

	test("stand below what they hang on, in whatever order they come", () => {
		const targets = ["a", "b", "c", "d"].map((name) => target(name));
		const chain = [
			row("provider:one", "a", "c", "d"),
			row("identity:a", "a", "d"),
			row("provider:two", "b"),
			row("identity:b", "b"),
			row("identity:c", "c"),
			row("identity:d", "d"),
		];
		expect(drawn({ targets, chain })).toEqual(["one", " a", "  d", " c", "two", " b"]);
	});

	test("are all there, also one that is for none of them", () => {
		const chain = [row("identity:x"), row("identity:a", "a")];
		expect(drawn({ targets: [target("a"), target("b")], chain })).toEqual(["a", "x"]);
	});

	test("of one target are as they come", () => {
		const chain = [row("provider:one", "a"), row("identity:a", "a")];
		expect(drawn({ targets: [target("a")], chain })).toEqual(["one", "a"]);
	});
});

describe("the approval for several targets", () => {
	const names = ["dev-admin", "prod-admin", "ops"];
	const shared = (): Partial<LoginSnapshot> => ({
		...approving(NOW),
		targets: names.map((name) => target(name)),
		chain: [
			link("provider:company-sso", { for: identities(["dev-admin", "prod-admin"]), state: "running" }),
			link("provider:partner-sso", { for: identities(["ops"]), state: "running", text: "asking for a code" }),
		],
	});

	test("says who waits for it", () => {
		const screen = show(fakeLogin(shared()));
		expect(screen.lines()[1]).toBe(" for dev-admin and 1 more · acme.awsapps.com");
		// What another portal is doing is not said of this one.
		expect(screen.text()).toContain("waiting for your approval");
	});

	test("comes one after the other, and says that there is another", async () => {
		const [first] = shared().prompts ?? [];
		const prompt = first?.prompt as DeviceCodePrompt;
		const second = { ...prompt, provider: "partner-sso", userCode: "BBBB-CCCC", portal: "partner.awsapps.com" };
		const prompts = [
			{ step: "provider:company-sso", prompt },
			{ step: "provider:partner-sso", prompt: second },
		] as const;
		const login = fakeLogin({ ...shared(), prompts });
		const screen = show(login);
		expect(screen.lines()[1]).toBe(" for dev-admin and 1 more · acme.awsapps.com · 1 more approval after this");
		expect(screen.text()).not.toContain("partner-sso");
		login.show({ prompts: prompts.slice(1) });
		await screen.until("Sign in to partner-sso");
		expect(screen.lines()[1]).toBe(" for ops · partner.awsapps.com");
	});
});

describe("for a screen reader", () => {
	test("several targets are told link by link, and what they have come to at the end", () => {
		const end: LoginSnapshot = { ...EMPTY, ...several(NOW) };
		const running: LoginSnapshot = {
			...end,
			phase: "assuming",
			targets: [target("dev-admin"), target("prod-admin"), ...end.targets.slice(2)],
			chain: end.chain.map((row) => (row.name === "prod-base" ? { ...row, state: "running", error: undefined } : row)),
		};
		expect(changeSentences(running, end, NOW)).toEqual([
			`prod-base failed: ${REFUSED.message}. Try: name one of them in the identity's principal`,
			'old-admin failed: identity "old-admin" hangs on "old-sso", which does not exist',
			"/project/atmos.yaml:12:7",
			"Try: correct its via.provider",
			"1 of 3 identities signed in.",
			"r retries, d shows details, q quits.",
		]);
	});

	test("what failed is gone through, with what the service said of each", async () => {
		const screen = show(fakeLogin(several(NOW)), { display: { screenReader: true } });
		await screen.press("d", "down", "d");
		expect(screen.said.slice(-3)).toEqual([
			"prod-base: ForbiddenException (request 5c1a)",
			"old-admin selected",
			"old-admin: the service gave no further details",
		]);
	});

	test("what has been told is not told again because something else is tried again", () => {
		const before: LoginSnapshot = { ...EMPTY, ...several(NOW, { phase: "assuming" }) };
		expect(changeSentences(before, { ...before, attempt: 2 }, NOW)).toEqual([]);
	});

	test("what is done once more is told once more", () => {
		const before: LoginSnapshot = { ...EMPTY, ...several(NOW, { phase: "assuming" }) };
		const chain = before.chain.map((row) => (row.name === "company-sso" ? { ...row, startedAt: NOW + MINUTE } : row));
		expect(changeSentences(before, { ...before, chain }, NOW)).toEqual(["company-sso: signed in, 7h 59m left"]);
	});
});
