/** An identity provider of SAML: an assertion, from a browser or pasted, that roles are assumed with. Nothing of it is kept. */
import { defineProvider } from "../../define.ts";
import { accountIn, nameIn } from "../arn.ts";
import type { SamlAssertion } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import type { Config } from "./schema.ts";

/** Roles that are named; more are counted. */
const NAMED = 5;

export const kind = defineProvider<Config, "saml">({
	kind: "aws/saml",
	gives: "saml",

	// An assertion is good for five minutes: it is not worth a file.
	peek: async () => ({ state: "none" }),

	purpose(provider, ctx) {
		const { url, region, spec } = provider.config;
		const endpoint = endpointFor(ctx.env, "sts", endpointOf(provider.config));
		return { kind: provider.kind, url, region, user: spec?.user, endpoint };
	},

	async authenticate(provider, run) {
		const { signIn } = await import("./sign-in.ts");
		return signIn(provider, run);
	},

	async revoke(provider, { ctx, signal }) {
		const { forgetProfile } = await import("./profile.ts");
		return forgetProfile(ctx, provider, signal);
	},

	describe: (assertion) => ({ reused: false, shared: false, text: describe(assertion) }),
});

function describe({ person, roles }: SamlAssertion): string {
	const who = person === undefined ? "signed in" : `signed in as ${person}`;
	const accounts = new Set(roles.map(({ roleArn }) => accountIn(roleArn)));
	const names = roles.map(({ roleArn }) =>
		accounts.size === 1 ? nameIn(roleArn) : `${nameIn(roleArn)} in ${accountIn(roleArn)}`,
	);
	const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
	return `${who}, with ${roles.length === 1 ? "the role" : `${roles.length} roles:`} ${names.slice(0, NAMED).join(", ")}${more}`;
}
