import type { Flow } from "../auth/sign-in-ways.ts";
import { define, identityFlag, jsonFlag } from "./definition.ts";

export const login = define({
	words: "login",
	summary: "sign in, on a full-screen dashboard, as plain lines or as JSON events",
	description: "Sign in with an identity from atmos.yaml.",
	argument: "IDENTITY…",
	flags: {
		identity: { ...identityFlag, value: "[NAME]", help: "the identity; without a name: choose from all" },
		provider: {
			type: "string",
			short: "p",
			value: "NAME",
			env: ["ATMOS_PROVIDER"],
			help: "sign in to a provider only",
		},
		tags: {
			type: "string",
			value: "A,B",
			list: true,
			env: ["ATMOS_TAGS"],
			help: "choose among the identities with any of these tags",
		},
		all: { type: "boolean", help: "with --tags: sign in to all of these identities" },
		force: { type: "boolean", help: "renew what is still valid" },
		strict: { type: "boolean", help: "exit with 3 when an integration fails" },
		plain: { type: "boolean", help: "one line per event instead of the dashboard" },
		json: jsonFlag,
		flow: {
			type: "string",
			value: "WAY",
			values: ["browser", "device-code", "paste"] satisfies Flow[],
			help: "how to sign in, where there are several ways",
		},
		callbackPort: {
			type: "string",
			value: "PORT",
			help: "the port on 127.0.0.1 to which a page in the browser returns",
		},
		webflow: {
			type: "boolean",
			env: ["ATMOS_WEBFLOW"],
			help: "a user signs in by the browser, whatever keys it has",
		},
		deviceCode: { type: "boolean", help: "allow the device code flow in CI (--flow chooses the way)" },
		browser: { type: "boolean", shown: "--no-browser", env: ["BROWSER=none"], help: "never open a browser" },
		interactive: {
			type: "boolean",
			shown: "--interactive=false",
			env: ["ATMOS_INTERACTIVE=false"],
			help: "never ask anything",
		},
	},
	examples: [
		["", "the default identity, or choose one"],
		["-i", "choose, even if there is a default"],
		["dev-admin", ""],
		["dev-admin prod-readonly", "both, with one approval for each portal"],
		["--tags dev --all", "everything with this tag"],
		["-p company-sso --plain", ""],
	],
	heavy: true,
	load: () => import("./login-run.ts"),
});
