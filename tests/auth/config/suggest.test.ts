import { expect, test } from "vitest";
import { byDistance, suggestionFor, suggestionsFor } from "../../../src/auth/config/suggest.ts";

test.each([
	["dev-amdin", ["prod-admin", "dev-admin"], "dev-admin"],
	["regoin", ["region", "realm"], "region"],
	["start-url", ["start_url", "region"], "start_url"],
	["ADMIN", ["dev-admin", "billing"], "dev-admin"],
	["aws/iam-identity-centre", ["aws/iam-identity-center", "aws/saml"], "aws/iam-identity-center"],
	["mrege", ["merge", "replace", "error"], "merge"],
	["zzz", ["dev", "prod"], undefined],
	["", ["dev"], undefined],
	["nobody", ["b", "no", "dev"], undefined],
	["a", ["b"], undefined],
	["ab", ["b"], undefined],
	["ab", ["ac"], "ac"],
	["prod", ["payments/prod-readonly"], "payments/prod-readonly"],
	["payments/prod-admin", ["dev"], undefined],
	["dev-admin-please", ["dev"], undefined],
	["dev-admins", ["dev"], undefined],
	["admin-dev", ["admin"], "admin"],
])("%j is taken for the nearest of %j, if any is near", (wanted, names, expected) => {
	expect(suggestionFor(wanted, names)).toBe(expected);
});

test("the nearest come first, names of equal distance by their letters, and no more than asked for", () => {
	expect(suggestionsFor("dev", ["dev-b", "dev-a", "deb", "prod", "devs"])).toEqual(["deb", "devs", "dev-a"]);
	expect(byDistance("b", ["c", "a", "b"])).toEqual(["b", "a", "c"]);
});
