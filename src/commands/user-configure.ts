import { define, identityFlag } from "./definition.ts";

export const userConfigure = define({
	words: "user configure",
	summary: "keep a user's access keys in the keyring",
	description: `Keep the access keys of an identity of kind aws/user in the keyring that is shared with atmos, instead of in a file.
Asks for them at the terminal, finds out whose they are, and stores them. In a job they come from the environment; they
are never arguments.`,
	argument: "NAME",
	flags: {
		identity: identityFlag,
		fromEnv: {
			type: "boolean",
			help: "take the keys from the environment, without asking",
		},
		verify: {
			type: "boolean",
			shown: "--no-verify",
			help: "store them without asking AWS whose they are",
		},
		yes: { type: "boolean", help: "replace another user's keys without being asked" },
		remove: { type: "boolean", help: "remove the keys from the keyring" },
	},
	examples: [
		["ada", ""],
		["ada --from-env", "in a job, with the keys as its secrets"],
		["ada --remove", ""],
	],
	notes: [
		{
			title: "Environment",
			lines: [
				"AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY   the keys, for --from-env",
				"ATMOS_KEYRING_TYPE       the keyring: system, file or memory; else auth.keyring.type of the configuration",
				"ATMOS_KEYRING_PASSWORD   the password of a file keyring; without it, it is asked for",
			],
		},
		{
			title: "Exit codes",
			lines: ["0 stored or removed · 1 refused by AWS or the keyring · 2 usage, or not replaced · 130 interrupted"],
		},
	],
	heavy: true,
	load: () => import("./user-configure-run.ts"),
});
