/** A reporter: after the run, what was not tested here and why, so that a green run does not hide it. */
import type { Reporter, TestCase } from "vitest/node";

export default class Skipped implements Reporter {
	readonly #reasons = new Map<string, number>();

	onTestCaseResult(test: TestCase): void {
		const result = test.result();
		if (result.state !== "skipped") return;
		const reason = result.note ?? `${test.module.relativeModuleId}, without a reason`;
		this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
	}

	onTestRunEnd(): void {
		for (const [reason, count] of this.#reasons) console.log(` skipped ${count}: ${reason}`);
	}
}
