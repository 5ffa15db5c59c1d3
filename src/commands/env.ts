import { define, identityFlag } from "./definition.ts";

export const env = define({
	words: "env",
	summary: "print the variables by which programs find an identity's credentials",
	description:
		"Print the variables by which programs find an identity's credentials: paths and names, no secrets. Never signs in and never\n" +
		"asks. For a shell (bash, which is what it prints for unless told otherwise: any POSIX shell), also take away what would lead\n" +
		"to other credentials.",
	usage: ["[--identity NAME] [--format FORMAT] [flags]"],
	flags: {
		identity: identityFlag,
		format: {
			type: "string",
			short: "f",
			value: "FORMAT",
			values: ["bash", "dotenv", "json"],
			synonyms: { sh: "bash", zsh: "bash" },
			env: ["ATMOS_AUTH_ENV_FORMAT"],
			help: "what reads them",
		},
	},
	notes: [{ title: "Use", lines: ['eval "$(atmos-auth env -i dev-admin)"'] }],
	examples: [
		["-i dev-admin", ""],
		["-i dev-admin -f dotenv > .env.aws", "for docker run --env-file and node --env-file"],
	],
	heavy: true,
	load: () => import("./env-run.ts"),
});
