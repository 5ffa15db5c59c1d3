/**
 * A reporter: after the run, what was not tested here and why, so that a green run does not hide it. Where `SKIPPED_TO` names a
 * file, also there.
 */
import { writeFileSync } from "node:fs";
import type { Reporter, TestCase } from "vitest/node";

export default class Skipped implements Reporter {
	readonly #reasons = new Map<string, number>();

	onTestCaseResult(test: TestCase): void {
		const result = test.result();
		if (result.state !== "skipped") return;
		const reason = result.note ?? `what it needs is not here: ${titleOf(test)}`;
		this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
	}

	onTestRunEnd(): void {
		const lines = [...this.#reasons].map(([reason, count]) => ` skipped ${count}: ${reason}`);
		for (const line of lines) console.log(line);
		const file = process.env.SKIPPED_TO;
		if (file) writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
	}
}

/** The file, and the outermost part of it that the test belongs to: that is skipped as a whole, or is the test. */
function titleOf({ module, fullName }: TestCase): string {
	return `${module.relativeModuleId}, ${fullName.split(" > ")[0]}`;
}
