import { define, identityFlag } from "./definition.ts";

export const exec = define({
	words: "exec",
	summary: "run a program with an identity's credentials",
	description:
		"Run a program with an identity's credentials, and with no others. Never opens a browser and never asks: when the session has\n" +
		"expired, it says so. What stands after -- is the program's alone, and so are input, output and exit code.",
	usage: ["[--identity NAME] [flags] -- PROGRAM [ARGUMENT…]"],
	flags: { identity: identityFlag },
	examples: [
		["-i dev-admin -- terraform plan", ""],
		["-- sh -c 'aws sts get-caller-identity | jq .Arn'", "the default identity, and a shell for the pipe"],
	],
	notes: [
		{
			title: "Exit codes",
			lines: [
				"the program's own · 128 and the signal's number, if one ended it · 126 it cannot be run · 127 there is no such program",
			],
		},
	],
	heavy: true,
	load: () => import("./exec-run.ts"),
});
