import { describe, expect, test } from "vitest";
import { pastedResponse } from "../../../../src/auth/aws/saml/pasted.ts";
import { ResponseError, readResponse } from "../../../../src/auth/aws/saml/response.ts";
import { isSignInEndpoint } from "../../../../src/auth/aws/saml/sign-in-endpoint.ts";
import { samlIssuer } from "../../../cloud/saml-issuer.ts";
import { IDP, roleArn } from "./scene.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const ROLE = `${roleArn("Deployer")},${IDP}`;
const base64 = (xml: string): string => Buffer.from(xml).toString("base64");

interface Parts {
	readonly before?: string;
	readonly status?: string;
	readonly roles?: readonly string[];
	readonly nameId?: string;
	readonly more?: string;
	readonly assertions?: number;
	readonly issued?: string;
	readonly conditions?: string;
}

/** A response as an identity provider writes it, without a signature: that is AWS's matter. */
function response(parts: Parts = {}): string {
	const {
		before = '<?xml version="1.0"?>',
		roles = [ROLE],
		nameId = "ada@acme.example",
		more = "",
		assertions = 1,
	} = parts;
	const { issued = `IssueInstant="${at(0)}"`, conditions = "" } = parts;
	const status = parts.status ?? '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>';
	const values = roles.map((role) => `<a:AttributeValue>${role}</a:AttributeValue>`).join("");
	const assertion = `<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" ${issued}><a:Subject><a:NameID>${nameId}</a:NameID><a:SubjectConfirmation><a:SubjectConfirmationData NotOnOrAfter="${at(180_000)}"/></a:SubjectConfirmation></a:Subject>${conditions}<a:AttributeStatement><a:Attribute Name="https://aws.amazon.com/SAML/Attributes/Role">${values}</a:Attribute>${more}</a:AttributeStatement></a:Assertion>`;
	return `${before}<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><samlp:Status>${status}</samlp:Status>${assertion.repeat(assertions)}</samlp:Response>`;
}

const attribute = (name: string, value: string): string =>
	`<a:Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}"><a:AttributeValue>${value}</a:AttributeValue></a:Attribute>`;

function refusal(text: string): ResponseError {
	try {
		readResponse(text);
	} catch (error) {
		if (error instanceof ResponseError) return error;
		throw error;
	}
	throw new Error("it was taken");
}

describe("a response", () => {
	test("says who it is, which roles there are and until when it is good", () => {
		const issuer = samlIssuer(IDP);
		const text = issuer.respond({ now: NOW, roles: [ROLE, `${IDP},${roleArn("ReadOnly")}`], seconds: 7200 });
		expect(readResponse(text)).toEqual({
			roles: [
				{ roleArn: roleArn("Deployer"), principalArn: IDP },
				{ roleArn: roleArn("ReadOnly"), principalArn: IDP },
			],
			malformed: 0,
			seconds: 7200,
			names: ["ada@acme.example", "ada@acme.example"],
			issuedAt: NOW,
			notOnOrAfter: NOW + 300_000,
		});
	});

	test("has each role once, in either order, trimmed; what is none is skipped", () => {
		const read = readResponse(
			base64(
				response({
					roles: [
						`\n  ${IDP} ,\t${roleArn("Deployer")} `,
						ROLE,
						"not-an-arn",
						`${ROLE},${IDP}`,
						`${roleArn("A")},${roleArn("B")}`,
						`${IDP},${IDP}`,
						"",
						`arn:aws:iam::123456789012:role/teams/a/Path+=,.@-_x,${IDP}`,
					],
				}),
			),
		);
		expect(read.roles).toEqual([{ roleArn: roleArn("Deployer"), principalArn: IDP }]);
		expect(read.malformed).toBe(5);
	});

	test("is good until the earliest of its ends", () => {
		expect(readResponse(base64(response())).notOnOrAfter).toBe(NOW + 180_000);
		const conditions = `<a:Conditions NotOnOrAfter="${at(60_000)}"/>`;
		expect(readResponse(base64(response({ conditions }))).notOnOrAfter).toBe(NOW + 60_000);
	});

	test.each([
		["900", 900],
		["43200", 43_200],
		["899", undefined],
		["43201", undefined],
		["1e3x", undefined],
		["", undefined],
	])("with a SessionDuration of %j asks for %s", (text, seconds) => {
		expect(readResponse(base64(response({ more: attribute("SessionDuration", text) }))).seconds).toBe(seconds);
	});

	test("names a person by RoleSessionName, else by the name identifier; without what a terminal would obey", () => {
		const more = attribute("RoleSessionName", "ada");
		expect(readResponse(base64(response({ more }))).names).toEqual(["ada", "ada@acme.example"]);
		const nameId = "A&amp;B&#x1b;[31m\u202e &lt;ada&gt;";
		expect(readResponse(base64(response({ nameId }))).names).toEqual(["A&B <ada>"]);
	});

	test.each([
		["of no base64", "PHNhbWw+!", "it is not base64"],
		["of nothing but text", base64("hello"), "what is in its base64 is not XML"],
		["that is too long", "A".repeat(100_001), "it is longer than the 100000 characters that AWS takes"],
		[
			"that is the request",
			base64("<samlp:AuthnRequest/>"),
			"it is the request (SAMLRequest) and not the answer to it",
		],
		["that is something else", base64("<html/>"), "its root element is not a Response"],
		["that was cut", base64(response().slice(0, -40)), "it is not well-formed XML"],
		["with a second root", base64(`${response()}<Response/>`), "it is not"],
		["without a status", base64("<Response/>"), "it has no status"],
		["without an assertion", base64(response({ assertions: 0 })), "it has no assertion"],
		["with two assertions", base64(response({ assertions: 2 })), "it has 2 assertions"],
		["without a time", base64(response({ issued: "" })), "its assertion does not say when it was issued"],
		[
			"with a time of no zone",
			base64(response({ issued: 'IssueInstant="2026-11-24T12:00:00"' })),
			"when it was issued",
		],
	])("%s is none", (_, text, message) => {
		expect(refusal(text)).toMatchObject({ kind: "not-a-response", message: expect.stringContaining(message) });
	});

	const bomb = `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">${"bcdefghij"
		.split("")
		.map((name, index) => `<!ENTITY ${name} "${`&${"abcdefghij"[index]};`.repeat(10)}">`)
		.join("")}]>`;
	test.each([
		["a billion laughs", response({ before: bomb, nameId: "&j;" }), "it has a document type"],
		["an external entity", response({ before: '<!DOCTYPE r SYSTEM "file:///etc/passwd">' }), "it has a document type"],
		["a document type in small letters", response({ before: "<!doctype r>" }), "it has a document type"],
		[
			"a comment within a name",
			response({ nameId: "ada@acme.example<!---->.evil.example" }),
			"its NameID has a comment or a CDATA section within its value",
		],
		[
			"a comment within a role",
			response({ roles: [`${roleArn("Admin")}<!-- -->x,${IDP}`] }),
			"its AttributeValue has a comment",
		],
		[
			"CDATA within a role",
			response({ roles: [`${roleArn("Admin")}<![CDATA[x]]>,${IDP}`] }),
			"its AttributeValue has a comment",
		],
		["elements without end", "<a>".repeat(10_000) + "</a>".repeat(10_000), "it is not well-formed XML"],
	])("with %s is refused", (_, xml, message) => {
		expect(refusal(base64(xml))).toMatchObject({ kind: "not-a-response", message: expect.stringContaining(message) });
	});

	test("with an entity that nobody has declared leaves it as it is", () => {
		expect(readResponse(base64(response({ nameId: "&evil;" }))).names).toEqual(["&evil;"]);
	});

	test("may have comments between its elements", () => {
		const before = "<?xml version='1.0'?><!-- made by hand -->";
		expect(readResponse(base64(response({ before, more: "<!-- no more -->" }))).roles).toHaveLength(1);
	});

	test("has roles in the assertion alone, wherever else somebody has put some", () => {
		const stray = `<Extensions><Assertion IssueInstant="${at(0)}"><AttributeStatement><Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><AttributeValue>${roleArn("Admin")},${IDP}</AttributeValue></Attribute></AttributeStatement></Assertion></Extensions>`;
		const xml = response().replace("<samlp:Status>", `${stray}<samlp:Status>`);
		expect(readResponse(base64(xml)).roles).toEqual([{ roleArn: roleArn("Deployer"), principalArn: IDP }]);
	});

	test("of somebody who was not signed in has the identity provider's own words", () => {
		const status =
			'<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode><samlp:StatusMessage>Ada is\u001b[2J on leave</samlp:StatusMessage>';
		expect(refusal(base64(response({ status })))).toMatchObject({
			kind: "refused",
			message: "Ada is on leave",
			details: ["AuthnFailed", "Responder"],
		});
	});

	test("that is encrypted says so", () => {
		const xml = response({ assertions: 0 }).replace("</samlp:Response>", "<a:EncryptedAssertion/></samlp:Response>");
		expect(refusal(base64(xml)).kind).toBe("encrypted");
	});

	test("without roles says which attributes it has", () => {
		const xml = response({ more: attribute("RoleSessionName", "ada") }).replace(
			'Attributes/Role"',
			'Attributes/Rolle"',
		);
		expect(refusal(base64(xml))).toMatchObject({
			kind: "no-roles",
			message: "it has no attribute https://aws.amazon.com/SAML/Attributes/Role",
			details: [expect.stringContaining("Attributes/Rolle")],
		});
		expect(refusal(base64(response({ roles: ["admin"] }))).message).toContain("none of its 1 values for roles");
	});
});

describe("what is pasted", () => {
	const text = base64(response()).replace(/=*$/, "");
	const value = `${text.slice(0, -2)}+/`;
	test.each([
		["the value", value],
		["with line breaks", value.replace(/(.{64})/g, "$1\r\n")],
		["the field of the form", `SAMLResponse=${encodeURIComponent(value)}`],
		["with what is beside it", `RelayState=&SAMLResponse=${encodeURIComponent(value)}&other=1`],
		["with encoded line breaks", `SAMLResponse=${encodeURIComponent(value.replace(/(.{76})/g, "$1\r\n"))}`],
		["not encoded", `SAMLResponse=${value}`],
		["as tools show it", `SAMLResponse: "${value}"`],
		["the input of the page", `<input type="hidden" name="SAMLResponse" value="${value}"/>`],
	])("%s", (_, pasted) => {
		expect(pastedResponse(pasted)).toBe(value);
	});

	test.each([
		["nothing", " \n", "nothing was entered"],
		["XML", "<samlp:Response>", "that is XML"],
		["the request", "SAMLRequest=abc", "that is the request"],
		["broken encoding", "SAMLResponse=ab%2", "percent signs"],
	])("%s is none", (_, pasted, message) => {
		expect(() => pastedResponse(pasted)).toThrow(message);
	});
});

test.each([
	["https://signin.aws.amazon.com/saml", true],
	["https://us-west-2.signin.aws.amazon.com/saml", true],
	["https://signin.aws.amazon.com/saml/acs/SAMLSPKXA1B2C3D4E5", true],
	["https://signin.amazonaws-us-gov.com/saml", true],
	["https://us-gov-east-1.signin.amazonaws-us-gov.com/saml", true],
	["https://signin.amazonaws.cn/saml", true],
	["https://cn-north-1.signin.amazonaws.cn/saml", true],
	["https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml", true],
	["https://signin.aws.amazon.com./saml?x=1", true],
	["http://signin.aws.amazon.com/saml", false],
	["https://signin.aws.amazon.com:8443/saml", false],
	["https://signin.aws.amazon.com.evil.example/saml", false],
	["https://evil-signin.aws.amazon.com/saml", false],
	["https://evil.signin.aws.amazon.com/saml", false],
	["https://signin.aws.amazon.com/saml2", false],
	["https://signin.aws.amazon.com/platform/saml/acs/1", false],
	["https://evil.example/saml?https://signin.aws.amazon.com/saml", false],
])("%s is AWS's own sign-in: %s", (url, expected) => {
	expect(isSignInEndpoint(new URL(url))).toBe(expected);
});
