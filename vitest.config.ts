import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["tests/**/*.test.{ts,tsx}"],
		// A limit against hanging, not a measure of speed: a busy machine takes its time.
		testTimeout: 60_000,
		hookTimeout: 60_000,
		// Two cores are the reference machine; more workers only make the pseudo-terminal tests slower.
		maxWorkers: 2,
	},
});
