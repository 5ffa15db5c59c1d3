import { define } from "./definition.ts";

export const validate = define({
	words: "validate",
	summary: "check the auth section of atmos.yaml",
	description: "Check the auth section of atmos.yaml: every provider, identity and integration, all problems at once.",
	flags: {},
	heavy: true,
	load: () => import("./validate-run.ts"),
});
