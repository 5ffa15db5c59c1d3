import { describe, expect, test } from "vitest";
import { type LoginResult, type LoginSnapshot, soleResult } from "../../src/flows/snapshot.ts";
import { endingLines } from "../../src/output/ending.ts";
import { errorLines } from "../../src/output/error-lines.ts";
import { printerTo } from "../../src/output/printer.ts";
import { createStyle, plainStyle } from "../../src/output/style.ts";
import { summaryLines } from "../../src/output/summary.ts";
import { NOW } from "../flows/fakes.ts";
import { base, failed, providerLogin, signedIn, signIn, stillGood } from "./snapshots.ts";

const done = signIn.at(-1) as LoginSnapshot;
const ascii = createStyle({ colour: false, unicode: false });
const colours = createStyle({ colour: true, unicode: true });

describe("the summary", () => {
	test("of a login", () => {
		expect(`\n${summaryLines(done, NOW).join("\n")}\n`).toBe(`
Successfully authenticated as dev-admin

  Provider  company-sso
  Account   123456789012 (development)
  Region    us-east-2
  Expires   2026-11-23 12:59:59 UTC (59m)

✓ ECR login: 123456789012.dkr.ecr.us-east-2.amazonaws.com (expires in 11h59m)
✓ EKS kubeconfig: dev-eks → ~/.config/atmos/kube/config
  the current context was left alone
! EKS kubeconfig: prod-eks failed: not authorized to perform eks:DescribeCluster
  retry: atmos-auth aws eks update-kubeconfig --integration prod/eks
`);
	});

	test("of credentials that were still good says so", () => {
		expect(summaryLines(stillGood, NOW)[0]).toBe("Successfully authenticated as dev-admin (still valid)");
	});

	test("of a provider login names what was found, and what was not", () => {
		expect(`\n${summaryLines(providerLogin, NOW).join("\n")}\n`).toBe(`
Successfully authenticated with company-sso

  Provider  company-sso
  Region    us-east-1
  Expires   2026-11-23 20:00:00 UTC (8h0m)

✓ Identities: 2 found in 2 accounts
! Identities of sandbox: the portal answered 500 ten times
`);
	});

	test.each([
		[{ id: "123456789012" }, "  Account   123456789012"],
		[{ name: "development" }, "  Account   development"],
	])("of an account of which %o is known", (account, line) => {
		const lines = summaryLines(signedIn({ ...(soleResult(done) as LoginResult), account }, done), NOW);
		expect(lines).toContain(line);
	});

	test("leaves out what is not known", () => {
		const lines = summaryLines(signedIn({ provider: "p", realm: "", stillValid: false, env: {} }), NOW);
		expect(lines).toEqual(["Successfully authenticated with p", "", "  Provider  p"]);
	});

	test("without Unicode has nothing but ASCII", () => {
		const text = summaryLines(done, NOW, ascii).join("\n");
		// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for
		expect(text).toMatch(/^[\x00-\x7f]*$/);
		expect(text).toContain("ok EKS kubeconfig: dev-eks -> ~/.config/atmos/kube/config");
	});

	test("with colours says the same", () => {
		const text = summaryLines(done, NOW, colours).join("\n");
		expect(text).toContain("\u001b[32m✓\u001b[39m ECR login");
		// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are taken away again
		expect(text.replace(/\u001b\[\d+m/g, "")).toBe(summaryLines(done, NOW).join("\n"));
	});

	test("of a login that did not sign in is nothing", () => {
		expect(summaryLines(base, NOW)).toEqual([]);
		expect(endingLines({ ...base, phase: "cancelled" }, NOW, plainStyle)).toEqual([]);
	});

	test("is escaped for CI runners", () => {
		const odd = signedIn({ provider: "##[add-mask]x", realm: "", stillValid: false, env: {} });
		let written = "";
		const printer = printerTo(plainStyle, (text) => {
			written += text;
		});
		printer.print(endingLines(odd, NOW, plainStyle));
		expect(written).toContain("# #[");
		expect(written).not.toContain("##[");
	});
});

describe("an error", () => {
	test("says what, why, what the service said, and one remedy", () => {
		expect(`\n${endingLines(failed, NOW, plainStyle).join("\n")}\n`).toBe(`
Error: the request was denied in the browser
  somebody pressed Deny
  AccessDeniedException: Request denied (sso-oidc:CreateToken, HTTP 400, request 1f2e-3d)
  a further line
  Try: atmos-auth login dev-admin
`);
	});

	test("does not repeat the service's message", () => {
		const lines = errorLines({
			code: "service",
			message: "it failed",
			reason: "No access",
			details: [],
			service: { name: "ForbiddenException", message: "No access" },
		});
		expect(lines).toEqual(["Error: it failed", "  No access", "  ForbiddenException"]);
	});

	test("of ours asks for a report", () => {
		expect(errorLines({ code: "bug", message: "x is undefined", details: [] }).join("\n")).toMatch(/bug in atmos-auth/);
	});
});
