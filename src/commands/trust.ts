import { define } from "./definition.ts";

export const trust = define({
	words: "trust",
	summary: "agree to what this project's configuration may run, contact and write",
	description: `Agree to what this project's configuration may do beyond signing in: run commands (!exec), use addresses other than the
vendor's own, and write files outside your home folder. You are asked once for each of them, and again when it changes.`,
	flags: {
		yes: { type: "boolean", help: "agree without being asked" },
		list: { type: "boolean", help: "show what there is to agree to, and what you have agreed to" },
		remove: { type: "boolean", help: "forget what you have agreed to in this project" },
	},
	notes: [
		{
			title: "Environment",
			lines: ["ATMOS_AUTH_TRUST   1: agree to everything in this run, as CI does; 0: agree to nothing, not even in CI"],
		},
		{ title: "Exit codes", lines: ["0 agreed · 2 not agreed, or nobody to ask"] },
	],
	heavy: true,
	load: () => import("./trust-run.ts"),
});
