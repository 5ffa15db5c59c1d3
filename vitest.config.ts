import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Nothing of the user's is read or written, by vitest itself neither: it keeps a token in the folder for data.
const home = mkdtempSync(join(tmpdir(), "atmos-auth-home-"));
process.once("exit", () => rmSync(home, { recursive: true, force: true }));
Object.assign(process.env, { HOME: home, USERPROFILE: home, LOCALAPPDATA: join(home, "AppData", "Local") });
for (const name of Object.keys(process.env)) if (/^(?:ATMOS_)?XDG_\w+_HOME$/.test(name)) delete process.env[name];

export default defineConfig({
	test: {
		include: ["tests/**/*.test.{ts,tsx}"],
		reporters: ["default", "./tests/helpers/skipped.ts"],
		globalSetup: "tests/helpers/clean-home.ts",
		// A limit against hanging, not a measure of speed: a busy machine takes its time.
		testTimeout: 60_000,
		hookTimeout: 60_000,
		// Two cores are the reference machine; more workers only make the pseudo-terminal tests slower.
		maxWorkers: 2,
	},
});
