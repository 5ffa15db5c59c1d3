/** What puts a failure right, as each face says it. */
import { describe, expect, test } from "vitest";
import { AuthError, type ErrorView, type Remedy, remedyText, toErrorView } from "../../src/auth/errors.ts";
import { failureLines } from "../../src/components/progress-lines.ts";
import { changeSentences } from "../../src/components/sentences.ts";
import type { LoginSnapshot } from "../../src/flows/snapshot.ts";
import { annotations } from "../../src/output/annotations.ts";
import { errorLines } from "../../src/output/error-lines.ts";
import { eventError, eventsBetween } from "../../src/output/events.ts";
import { plainLines } from "../../src/output/plain.ts";
import { plainStyle } from "../../src/output/style.ts";
import { summaryLines } from "../../src/output/summary.ts";
import { NOW } from "../flows/fakes.ts";
import { failed, signIn } from "./snapshots.ts";

const TEXT = `sign in again: atmos-auth login 'my dev'\\''s' --force`;
const error: ErrorView = {
	code: "expired",
	message: "the session has ended",
	remedy: { say: "sign in again", run: ["atmos-auth", "login", "my dev's", "--force"] },
	details: [],
};
const login: LoginSnapshot = { ...failed, error };

/** The end of a login of which an integration failed. */
const done = signIn.at(-1) as LoginSnapshot;
const before = signIn.at(-2) as LoginSnapshot;
const partly: LoginSnapshot = {
	...done,
	integrations: done.integrations.map((row) =>
		row.state === "failed" ? { ...row, error, retry: ["atmos-auth", "aws", "ecr", "login", "my dev's"] } : row,
	),
};
const RETRY = `atmos-auth aws ecr login 'my dev'\\''s'`;

test.each<[Remedy, string]>([
	[{ say: "ask for access" }, "ask for access"],
	[{ run: ["atmos-auth", "trust"] }, "atmos-auth trust"],
	[{ say: "sign in again", run: ["atmos-auth", "login"] }, "sign in again: atmos-auth login"],
	[{ say: "fix line 4", edit: { file: "/a/atmos.yaml", line: 4 } }, "fix line 4"],
])("%j is said as %j", (remedy, text) => {
	expect(remedyText(remedy)).toBe(text);
});

test("a text is a sentence without a command, in an error and in what is shown of it", () => {
	const thrown = new AuthError({ code: "denied", message: "no", remedy: "ask for access" });
	expect(thrown.remedy).toEqual({ say: "ask for access" });
	expect(toErrorView(thrown).remedy).toEqual({ say: "ask for access" });
});

describe("a sentence and a command are one line", () => {
	test("of an error", () => {
		expect(errorLines(error)).toContain(`  Try: ${TEXT}`);
	});

	test("of a summary, with the command that tries an integration again", () => {
		const lines = summaryLines(partly, NOW);
		expect(lines).toContain(`  try: ${TEXT}`);
		expect(lines).toContain(`  retry: ${RETRY}`);
	});

	test("of an annotation", () => {
		expect(annotations(login, undefined).map(({ message }) => message)).toEqual([
			expect.stringMatching(/\nTry: sign in again: atmos-auth login /),
		]);
		expect(annotations(partly, undefined)[0]?.message).toBe(`prod/eks: the session has ended\nretry: ${RETRY}`);
	});

	test("of the dashboard", () => {
		const options = { details: false, indent: 2, width: 100, key: "row" };
		const texts = failureLines(error, options).map((line) =>
			line.type === "text" ? line.segments.map(({ text }) => text).join("") : "",
		);
		expect(texts).toContain(`  Try: ${TEXT}`);
	});

	test("for a screen reader", () => {
		const running: LoginSnapshot = { ...before, phase: "integrating" };
		expect(changeSentences(running, partly, NOW)).toContainEqual(expect.stringContaining(`. Try: ${TEXT}`));
		expect(changeSentences(undefined, { ...login, phase: "attention" }, NOW)).toContain(`Try: ${TEXT}`);
	});
});

describe("events have the text, and its parts for programs", () => {
	test("of an integration", () => {
		const event = eventsBetween(before, partly, NOW).find(({ type }) => type === "integration.failed");
		expect(event).toMatchObject({
			error: { remedy: TEXT, command: ["atmos-auth", "login", "my dev's", "--force"] },
			retry: RETRY,
			retryCommand: ["atmos-auth", "aws", "ecr", "login", "my dev's"],
		});
	});

	test("where --plain says the same as ever", () => {
		const lines = eventsBetween(before, partly, NOW).flatMap((event) => plainLines(event, NOW, plainStyle));
		expect(lines.join("\n")).not.toContain("[object");
	});

	test("with the place to change, and without what there is not", () => {
		const edit = { file: "/a/atmos.yaml", line: 4 };
		expect(eventError({ ...error, remedy: { say: "fix it", edit } })).toEqual({
			code: "expired",
			message: "the session has ended",
			remedy: "fix it",
			edit,
		});
		expect(eventError({ ...error, remedy: undefined })).toEqual({ code: "expired", message: "the session has ended" });
	});
});
