/** What AWS reads in a SAML response, and believes only if it is signed. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html */
import { DOMParser } from "@xmldom/xmldom";
import { XMLParser } from "fast-xml-parser";
import { SignedXml } from "xml-crypto";
import { ServiceError } from "./exchange.ts";
import type { SamlProvider } from "./iam.ts";

export const AWS_SAML = "https://signin.aws.amazon.com/saml";
const AUDIENCES: readonly string[] = [AWS_SAML, "urn:amazon:webservices"];
const ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/";
const FIVE_MINUTES = 300_000;

export interface Assertion {
	readonly issuer: string;
	readonly subject: string;
	readonly subjectType: string;
	readonly sessionName: string;
	/** Values of the attribute `Role`: two ARNs each, in any order. */
	readonly roles: readonly (readonly string[])[];
	/** Milliseconds since the epoch: `SessionNotOnOrAfter`. */
	readonly sessionEnd: number | undefined;
}

const invalid = (message: string): ServiceError => new ServiceError(400, "InvalidIdentityToken", message);
const expired = (message: string): ServiceError => new ServiceError(400, "ExpiredTokenException", message);

/**
 * @param given the base64 of a whole response
 * @throws ServiceError in the words of the service
 */
export function readAssertion(given: string, provider: SamlProvider | undefined, now: number): Assertion {
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(given)) throw invalid("Invalid base64 SAMLResponse");
	if (provider === undefined) throw invalid("Specified provider doesn't exist");
	const xml = Buffer.from(given, "base64").toString("utf8");
	const claimed = parse(xml);
	if (claimed === undefined) throw invalid("Invalid SAML response");
	if (textOf(claimed.Issuer) !== provider.issuer) throw invalid("Issuer not present in specified provider");
	const assertion = signedAssertion(xml, provider.certificate);
	if (assertion === undefined) throw invalid("Response signature invalid");
	if (textOf(assertion.Issuer) !== provider.issuer) throw invalid("Issuer not present in specified provider");
	checkUse(assertion, now);
	const values = attributes(assertion);
	const [sessionName] = values.get(`${ATTRIBUTES}RoleSessionName`) ?? [];
	if (sessionName === undefined) throw invalid("RoleSessionName is required in AuthnResponse");
	if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
		throw invalid("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}");
	}
	const { Subject: subject, AuthnStatement: statement } = assertion;
	const format = (subject?.NameID as Node | undefined)?.["@Format"] ?? "";
	return {
		issuer: provider.issuer,
		subject: textOf(subject?.NameID) ?? "",
		subjectType: String(format).split(":").at(-1) ?? "",
		sessionName,
		roles: (values.get(`${ATTRIBUTES}Role`) ?? []).map((value) => value.split(",").map((arn) => arn.trim())),
		sessionEnd: dateOf(statement?.["@SessionNotOnOrAfter"]),
	};
}

/** As the parser gives it: attributes begin with `@`, text beside them is `#text`. */
// biome-ignore lint/suspicious/noExplicitAny: looked through by name, and everything may be missing
type Node = Record<string, any>;

function parse(xml: string): Node | undefined {
	const parser = new XMLParser({
		ignoreAttributes: false,
		attributeNamePrefix: "@",
		removeNSPrefix: true,
		parseTagValue: false,
		processEntities: true,
	});
	try {
		return parser.parse(xml, true).Response;
	} catch {
		return undefined;
	}
}

/** Only what the signature covers: what is beside it may have been put there by anybody. */
function signedAssertion(xml: string, certificate: string): Node | undefined {
	try {
		const document = new DOMParser().parseFromString(xml, "text/xml");
		for (const signature of new SignedXml().findSignatures(document as never)) {
			const verifier = new SignedXml({ publicCert: certificate, getCertFromKeyInfo: () => null });
			verifier.loadSignature(signature);
			if (!verifier.checkSignature(xml)) return undefined;
			for (const signed of verifier.getSignedReferences()) {
				const parser = new XMLParser({
					ignoreAttributes: false,
					attributeNamePrefix: "@",
					removeNSPrefix: true,
					parseTagValue: false,
				});
				const root: Node = parser.parse(signed);
				const found: unknown = root.Assertion ?? root.Response?.Assertion;
				if (typeof found === "object" && found !== null && !Array.isArray(found)) return found as Node;
			}
		}
	} catch {
		// What cannot be verified is not signed.
	}
	return undefined;
}

function checkUse(assertion: Node, now: number): void {
	const restriction = list(assertion.Conditions?.AudienceRestriction).flatMap((each) => list(each.Audience));
	if (!restriction.some((audience) => AUDIENCES.includes(textOf(audience) ?? ""))) {
		throw invalid("Response does not contain the required audience.");
	}
	const confirmation = assertion.Subject?.SubjectConfirmation?.SubjectConfirmationData;
	if (confirmation?.["@Recipient"] !== AWS_SAML) throw invalid("Response does not contain the required recipient.");
	const ends = [confirmation["@NotOnOrAfter"], assertion.Conditions?.["@NotOnOrAfter"]].map(dateOf);
	if (ends.some((end) => end !== undefined && end <= now)) throw expired("Response has expired");
	if (now - (dateOf(assertion["@IssueInstant"]) ?? 0) > FIVE_MINUTES) {
		throw expired("Token must be redeemed within 5 minutes of issuance");
	}
	const begin = dateOf(assertion.Conditions?.["@NotBefore"]);
	if (begin !== undefined && begin > now) throw invalid("Response is not yet valid");
}

function attributes(assertion: Node): ReadonlyMap<string, readonly string[]> {
	return new Map(
		list(assertion.AttributeStatement)
			.flatMap((statement) => list(statement.Attribute))
			.map((attribute) => [
				String(attribute["@Name"]),
				list(attribute.AttributeValue).flatMap((value) => textOf(value) ?? []),
			]),
	);
}

const list = (value: unknown): Node[] => (value === undefined ? [] : ([value].flat() as Node[]));

function textOf(node: unknown): string | undefined {
	const text: unknown = typeof node === "object" && node !== null ? (node as Node)["#text"] : node;
	return typeof text === "string" ? text.trim() : undefined;
}

function dateOf(value: unknown): number | undefined {
	const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
	return Number.isNaN(time) ? undefined : time;
}
