/**
 * What a response of a SAML identity provider says (SAML Core §3.3.3). Nothing here proves anything: AWS checks the signature.
 * This program only has to know which roles there are, and until when the response is good.
 */
import { sanitize } from "../../system/sanitize.ts";
import { ROLE_ARN } from "../arn.ts";
import type { SamlRole } from "../credentials.ts";
import { at, below, type Element, readXml, XmlError } from "./xml.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html */
const ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/";
const SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success";
const SAML_PROVIDER_ARN = /^arn:aws[a-z0-9-]*:iam::\d{12}:saml-provider\/[\w._-]{1,128}$/;
/** `SAMLAssertion` of https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html */
export const LONGEST = 100_000;

export interface SamlResponse {
	readonly roles: readonly SamlRole[];
	/** How many values of the attribute for roles are none. */
	readonly malformed: number;
	/** The attribute `SessionDuration`, in seconds, if it is one that AWS takes. */
	readonly seconds?: number | undefined;
	/** What CloudTrail calls the person (`RoleSessionName`), and the name identifier; either may be missing. */
	readonly names: readonly string[];
	/** By the provider's clock, in milliseconds since the epoch. */
	readonly issuedAt: number;
	/** The end of what the provider itself allows, by its clock. */
	readonly notOnOrAfter?: number | undefined;
}

/** Why a text is not a response that can be used. */
export class ResponseError extends Error {
	override readonly name = "ResponseError";
	readonly kind: "not-a-response" | "refused" | "encrypted" | "no-roles";
	readonly details: readonly string[];

	/** @param message half a sentence about the response: "it is not XML" */
	constructor(kind: ResponseError["kind"], message: string, details: readonly string[] = []) {
		super(message);
		this.kind = kind;
		this.details = details;
	}
}

const unusable = (message: string): ResponseError => new ResponseError("not-a-response", message);

/**
 * @param base64 the response as it is posted, without white space
 * @throws ResponseError
 */
export function readResponse(base64: string): SamlResponse {
	if (base64.length > LONGEST) throw unusable(`it is longer than the ${LONGEST} characters that AWS takes`);
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw unusable("it is not base64");
	const xml = Buffer.from(base64, "base64")
		.toString("utf8")
		.replace(/^\uFEFF/, "");
	if (!xml.trimStart().startsWith("<")) throw unusable("what is in its base64 is not XML");
	const response = xmlOf(xml);
	if (response.name === "AuthnRequest") throw unusable("it is the request (SAMLRequest) and not the answer to it");
	if (response.name !== "Response") throw unusable("its root element is not a Response");
	checkStatus(at(response, "Status"));
	const assertions = below(response, "Assertion");
	if (assertions.length === 0 && below(response, "EncryptedAssertion").length > 0) {
		throw new ResponseError("encrypted", "its assertion is encrypted, so that the roles in it cannot be read here");
	}
	const [assertion] = assertions;
	if (assertion === undefined || assertions.length > 1) {
		throw unusable(assertion === undefined ? "it has no assertion" : `it has ${assertions.length} assertions`);
	}
	return readAssertion(assertion);
}

function xmlOf(text: string): Element {
	try {
		return readXml(text);
	} catch (error) {
		throw error instanceof XmlError ? unusable(error.message) : error;
	}
}

/** The provider may nest a second code, and give a sentence. SAML Core §3.2.2 */
function checkStatus(status: Element | undefined): void {
	const code = at(status, "StatusCode");
	if (code?.attributes.Value === SUCCESS) return;
	if (code === undefined) throw unusable("it has no status");
	const words = [at(status, "StatusMessage")?.text, wordOf(at(code, "StatusCode")), wordOf(code)];
	const [message = "it says nothing more", ...details] = words.filter((word) => word !== undefined && word !== "");
	throw new ResponseError(
		"refused",
		sanitize(message),
		details.map((word) => sanitize(word ?? "")),
	);
}

/** `AuthnFailed` of `urn:oasis:names:tc:SAML:2.0:status:AuthnFailed`. */
const wordOf = (code: Element | undefined): string | undefined => code?.attributes.Value?.split(":").at(-1);

function readAssertion(assertion: Element): SamlResponse {
	const issuedAt = timeOf(assertion.attributes.IssueInstant);
	if (issuedAt === undefined) throw unusable("its assertion does not say when it was issued");
	const attributes = below(assertion, "AttributeStatement").flatMap((statement) => below(statement, "Attribute"));
	const values = (name: string): readonly string[] =>
		attributes
			.filter(({ attributes: { Name: found } }) => found === ATTRIBUTES + name)
			.flatMap((attribute) => below(attribute, "AttributeValue").map(({ text }) => text))
			.filter((value) => value !== "");
	const given = values("Role");
	const read = given.map(roleOf);
	const roles = unique(read.filter((role) => role !== undefined));
	if (roles.length === 0) throw noRoles(given.length, attributes);
	const names = [values("RoleSessionName")[0], at(assertion, "Subject", "NameID")?.text];
	const seconds = Number(values("SessionDuration")[0]);
	const ends = [
		...below(at(assertion, "Subject"), "SubjectConfirmation").flatMap((one) => below(one, "SubjectConfirmationData")),
		...below(assertion, "Conditions"),
	].map((element) => timeOf(element.attributes.NotOnOrAfter));
	const known = ends.filter((end) => end !== undefined);
	return {
		roles,
		malformed: read.filter((role) => role === undefined).length,
		seconds: Number.isInteger(seconds) && seconds >= 900 && seconds <= 43_200 ? seconds : undefined,
		names: names.flatMap((name) => (name ? [sanitize(name)] : [])).filter((name) => name !== ""),
		issuedAt,
		notOnOrAfter: known.length === 0 ? undefined : Math.min(...known),
	};
}

/** A time in UTC (SAML Core §1.3.3). */
function timeOf(text: string | undefined): number | undefined {
	if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text)) return undefined;
	const time = Date.parse(text);
	return Number.isNaN(time) ? undefined : time;
}

/** A role and who vouches for it, in either order, of one account. */
function roleOf(value: string): SamlRole | undefined {
	const parts = value.split(",").map((part) => part.trim());
	if (parts.length !== 2) return undefined;
	const roleArn = parts.find((part) => ROLE_ARN.test(part));
	const principalArn = parts.find((part) => SAML_PROVIDER_ARN.test(part));
	return roleArn === undefined || principalArn === undefined ? undefined : { roleArn, principalArn };
}

function unique(roles: readonly SamlRole[]): readonly SamlRole[] {
	const known = new Map(roles.map((role) => [`${role.roleArn},${role.principalArn}`, role]));
	return [...known.values()];
}

function noRoles(values: number, attributes: readonly Element[]): ResponseError {
	if (values > 0) {
		const wanted = "arn:aws:iam::123456789012:role/NAME,arn:aws:iam::123456789012:saml-provider/NAME";
		return new ResponseError("no-roles", `none of its ${values} values for roles has the form ${wanted}`);
	}
	const names = attributes.map(({ attributes: { Name: name } }) => sanitize(name ?? ""));
	return new ResponseError(
		"no-roles",
		`it has no attribute ${ATTRIBUTES}Role`,
		names.length === 0 ? [] : [`it has these attributes: ${names.slice(0, 20).join(", ")}`],
	);
}
