import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["tests/**/*.test.{ts,tsx}"],
		testTimeout: 20_000,
		hookTimeout: 20_000,
		// Two cores are the reference machine; more workers only make the pseudo-terminal tests slower.
		maxWorkers: 2,
	},
});
