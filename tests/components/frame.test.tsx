import fc from "fast-check";
import stringWidth from "string-width";
import { afterEach, describe, expect, test } from "vitest";
import type { LoginSnapshot } from "../../src/flows/snapshot.ts";
import { boardRow, fakeLogin } from "./support/fake-login.ts";
import { closeScreens, NOW, plain, sequence, show } from "./support/screen.tsx";
import {
	approving,
	asked,
	attention,
	broken,
	choosing,
	failedRow,
	integrationRow,
	link,
	result,
	target as targetView,
} from "./support/snapshots.ts";

afterEach(closeScreens);

/** Anything that a configuration or a server could call something. */
const text = fc.oneof(
	fc.string({ unit: "grapheme", maxLength: 60 }),
	fc.string({ unit: "binary", maxLength: 40 }),
	fc.constantFrom(
		"",
		" ",
		"👩‍👩‍👧‍👦 family",
		"漢字かなカナ한글",
		"שלום עולם",
		"e\u0301\u0301\u0301",
		"🇩🇪🇫🇷",
		"❤️☎️",
		"x".repeat(300),
		"\u001b[31mred\u001b[0m",
		"\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007",
		"\u001b[2J\u001b[H",
		"tab\tand\nline",
		"\u202Ereversed",
		"\ud800",
	),
);

const time = fc.option(fc.integer({ min: -90_000_000, max: 90_000_000 }), { nil: undefined });

const row = fc
	.record({
		name: text,
		account: text,
		role: text,
		isDefault: fc.boolean(),
		tags: fc.array(text, { maxLength: 2 }),
		problem: fc.option(text, { nil: undefined }),
		left: time,
		age: time,
		state: fc.constantFrom("none", "valid", "expired"),
	})
	.map(({ left, age, state, ...rest }) =>
		boardRow({
			...rest,
			key: `${Math.random()}`,
			session:
				state === "none"
					? { state }
					: {
							state: state as "valid",
							expiresAt: left === undefined ? undefined : NOW + left,
							issuedAt: age === undefined ? undefined : NOW - age,
						},
		}),
	);

const one = fc.oneof(
	fc.array(row, { maxLength: 40 }).map(
		(rows): Partial<LoginSnapshot> => ({
			phase: "choosing",
			choice: { of: "identities", reason: "no-default", rows },
		}),
	),
	fc.array(row, { minLength: 1, maxLength: 12 }).map(
		(rows): Partial<LoginSnapshot> => ({
			phase: "choosing",
			choice: { of: "providers", reason: "no-identities", rows },
		}),
	),
	fc.record({ provider: text, userCode: text, portal: text, path: text, target: text, pid: fc.boolean() }).map(
		({ path, target, pid, ...prompt }): Partial<LoginSnapshot> => ({
			...approving(NOW, {
				...prompt,
				verificationUriComplete: `https://example.com/${encodeURIComponent(path.toWellFormed())}`,
				...(pid ? { waitingForPid: 4_194_304 } : {}),
			}),
			targets: [targetView(target)],
		}),
	),
	fc.record({ names: fc.array(text, { maxLength: 20 }), message: text, remedy: text, warning: text, target: text }).map(
		({ names, message, remedy, warning, target }): Partial<LoginSnapshot> => ({
			...attention(NOW, []),
			targets: [targetView(target, { result: result(target) })],
			warnings: [warning],
			integrations: names.map((name, index) =>
				index % 2 === 0
					? {
							...failedRow(name, message),
							error: { code: "service", message, remedy: { say: remedy }, details: [warning] },
						}
					: integrationRow({ name, text: message, notes: [remedy] }),
			),
		}),
	),
	text.map((message): Partial<LoginSnapshot> => broken({ code: "bug", message, details: [message] })),
	fc.record({ question: text, labels: fc.array(text, { minLength: 1, maxLength: 15 }) }).map(
		({ question, labels }): Partial<LoginSnapshot> => ({
			phase: "approving",
			prompts: asked({
				type: "choice",
				question,
				options: labels.map((label, index) => ({ value: `${index}`, label })),
			}),
		}),
	),
);

const several = fc
	.record({ names: fc.array(text, { minLength: 2, maxLength: 12 }), message: text, remedy: text })
	.map(({ names, message, remedy }): Partial<LoginSnapshot> => {
		const error = { code: "service", message, remedy: { say: remedy }, details: [] } as const;
		const targets = names.map((name, index) => ({
			...targetView(name, index % 3 === 0 ? { result: result(name) } : { error }),
			id: `identity:${index}` as const,
		}));
		const chain = targets
			.filter((_, index) => index % 3 < 2)
			.flatMap(({ id, name, state }, index) => [
				link(`provider:${index}`, { for: [id], name, state: "ok", text: message }),
				link(id, { for: [id], name, ...(state === "failed" ? { state, error } : { state: "ok", text: message }) }),
			]);
		return { phase: "attention", targets, chain };
	});

const question = fc.record({ question: text, source: text, problem: text, name: text }).map(
	({ name, ...prompt }): Partial<LoginSnapshot> => ({
		phase: "approving",
		targets: [targetView(name)],
		prompts: asked({ type: "code", digits: 6, ...prompt }),
	}),
);

const snapshot = fc.oneof({ arbitrary: one, weight: 6 }, several, question);

const size = fc.record({ columns: fc.integer({ min: 20, max: 200 }), rows: fc.integer({ min: 6, max: 60 }) });

/** What a terminal would have to scroll or wrap. */
function faults(frame: string, columns: number, rows: number): string[] {
	const lines = frame.split("\n");
	return [
		...(lines.length > rows ? [`${lines.length} lines on ${rows} rows`] : []),
		...lines.filter((line) => stringWidth(line) > columns).map((line) => `${stringWidth(line)} columns: ${line}`),
	];
}

describe("a frame", () => {
	test("never has a line too wide or a line too many, whatever things are called", () => {
		fc.assert(
			fc.property(snapshot, size, fc.boolean(), (state, { columns, rows }, unicode) => {
				const screen = show(fakeLogin(state), { columns, rows, display: { unicode } });
				expect(faults(screen.raw(), columns, rows)).toEqual([]);
				expect(screen.text()).not.toContain(" ERROR ");
				closeScreens();
			}),
			{ numRuns: 250 },
		);
	});

	test("carries none of the sequences that were in a name", () => {
		fc.assert(
			fc.property(snapshot, (state) => {
				const raw = show(fakeLogin(state)).raw();
				expect(raw).not.toMatch(sequence("\\]8;[^;]*;https://evil|\u202E|ESC\\[2J|\u0007"));
				// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
				expect(plain(raw)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
				closeScreens();
			}),
			{ numRuns: 100 },
		);
	});

	test("is there below 20×6 too, as lines", () => {
		for (const state of [choosing(NOW), approving(NOW), attention(NOW), broken()]) {
			for (const [columns, rows] of [
				[19, 5],
				[10, 3],
				[4, 2],
				[1, 1],
			] as const) {
				const screen = show(fakeLogin(state), { columns, rows });
				expect(faults(screen.raw(), columns, rows)).toEqual([]);
				expect(screen.text()).not.toContain("ERROR");
			}
		}
	});

	test("is laid out anew at once when the window changes", async () => {
		const screen = show(fakeLogin(choosing(NOW, 50)));
		for (const [columns, rows] of [
			[50, 15],
			[120, 40],
			[30, 8],
			[80, 24],
		] as const) {
			screen.resize(columns, rows);
			await screen.until((text) => text.split("\n").length === rows);
			expect(faults(screen.raw(), columns, rows)).toEqual([]);
			expect(screen.text()).toContain("dev-admin");
		}
	});

	test("needs no character outside of ASCII where the terminal has none", () => {
		const kubeconfig = integrationRow({ name: "dev/eks", state: "ok", text: "dev-eks → ~/.kube/config" });
		for (const state of [
			choosing(NOW),
			approving(NOW),
			attention(NOW, ["a", "b"]),
			{ ...attention(NOW), integrations: [kubeconfig] },
			broken(),
		]) {
			const text = show(fakeLogin(state), { display: { unicode: false } })
				.text()
				.replaceAll("8765…4321", "");
			expect(text).toMatch(/^[\n -~]*$/);
		}
	});

	test("has no colour without colours", () => {
		for (const state of [choosing(NOW), approving(NOW), attention(NOW), broken()]) {
			expect(show(fakeLogin(state), { display: { colour: false } }).raw()).not.toMatch(
				sequence("ESC\\[(?:3\\d|4[0-7]|9\\d|10\\d)m"),
			);
		}
	});
});
