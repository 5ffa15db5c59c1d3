import { afterEach, describe, expect, test } from "vitest";
import { scene } from "./scene.ts";
import { killAll } from "./terminal.ts";

afterEach(killAll);

/** Leaves the alternate screen. */
const LEAVE = "\u001b[?1049l";

describe("log lines of a dashboard", () => {
	test("follow when it is closed, before the summary", async () => {
		const { cloud, start } = await scene();
		const program = start(["login", "dev-admin", "--log-level", "debug"], {});
		await program.waitFor("waiting for your approval");
		expect(program.raw()).not.toContain("debug: ");
		cloud.approve();
		expect((await program.exited).code).toBe(0);
		const raw = program.raw();
		const [left, logged, summary] = [raw.lastIndexOf(LEAVE), raw.indexOf("debug: "), raw.indexOf("Successfully")];
		expect(left).toBeGreaterThan(0);
		expect(logged).toBeGreaterThan(left);
		expect(summary).toBeGreaterThan(raw.lastIndexOf("debug: "));
		expect(raw.match(/debug: chosen identity="dev-admin"/g)).toHaveLength(1);
	});

	test("follow as well when a signal ends it", async () => {
		const { start } = await scene();
		const program = start(["login", "dev-admin"], { env: { ATMOS_LOGS_LEVEL: "debug" } });
		await program.waitFor("waiting for your approval");
		program.kill("SIGTERM");
		expect((await program.exited).code).toBe(143);
		const raw = program.raw();
		expect(raw.indexOf("debug: ")).toBeGreaterThan(raw.lastIndexOf(LEAVE));
		expect(raw).toContain("debug: cancelled");
	});
});
