/** No credentials: a program's environment stays as it is. */
import { defineIdentity } from "../../define.ts";
import { AuthError } from "../../errors.ts";
import { sanitize } from "../../system/sanitize.ts";
import { noStore } from "./no-store.ts";
import type { Config } from "./schema.ts";

export const kind = defineIdentity<Config, never, "none">({
	kind: "ambient",
	takes: [],
	gives: "none",
	refusal: ({ name }) =>
		new AuthError({
			code: "config",
			message: `"${sanitize(name)}" begins a chain by itself`,
			remedy: `remove \`via\` of "${sanitize(name)}"`,
		}),
	purpose: (identity) => ({ kind: identity.kind }),
	authenticate: async () => ({ type: "none" }),
	store: noStore,
	environment: () => ({ set: {}, unset: [], fixed: [] }),
});
