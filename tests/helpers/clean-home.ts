/** After all tests: whatever one of them left in the home folder is a failure of the run. */
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What vitest itself keeps there, by system. */
const OF_VITEST =
	/^(?:\.local|Library|AppData)(?:\/|\\|$)(?:share|Application Support|Local)?(?:\/|\\|$)(?:vitest)?(?:\/|\\|$)/;

export function teardown(): void {
	const left = readdirSync(homedir(), { recursive: true, encoding: "utf8" }).filter((name) => !OF_VITEST.test(name));
	if (left.length > 0) {
		throw new Error(
			`The tests have left something in the home folder:\n  ${left.map((name) => join("~", name)).join("\n  ")}`,
		);
	}
}
