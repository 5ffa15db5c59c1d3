/** A SAML identity provider's signature: responses as an IdP posts them to AWS. */
import { randomUUID } from "node:crypto";
import { SignedXml } from "xml-crypto";
import { authority } from "../helpers/pki.ts";
import type { SamlProvider } from "./iam.ts";
import { AWS_SAML } from "./saml.ts";

export interface ResponseOptions {
	/** Milliseconds since the epoch. */
	readonly now: number;
	/** Values of the attribute `Role`. */
	readonly roles: readonly string[];
	readonly subject?: string;
	/** The attribute `SessionDuration`, in seconds. */
	readonly seconds?: number;
	readonly audience?: string;
	readonly recipient?: string;
	readonly sessionName?: string | null;
	/** How long it is good for, in seconds. */
	readonly goodForSeconds?: number;
}

export interface SamlIssuer {
	/** For the world. */
	readonly provider: SamlProvider;
	/** @returns a signed response, in base64 */
	respond(options: ResponseOptions): string;
}

/** @returns a private key (PKCS #8) and a certificate of it, both in PEM */
export function samlKey(): { readonly pem: string; readonly certificate: string } {
	const { keyPem, pem } = authority({
		subject: { CN: "idp.acme.example" },
		key: "rsa",
		ca: false,
		from: Date.UTC(2020, 0),
		to: Date.UTC(2120, 0),
	});
	return { pem: keyPem, certificate: pem };
}

/** Makes a key and a certificate of its own. */
export function samlIssuer(arn: string, issuer = "https://idp.acme.example/metadata"): SamlIssuer {
	const { pem, certificate } = samlKey();
	return {
		provider: { arn, issuer, certificate },
		respond(options) {
			const signer = new SignedXml({
				privateKey: pem,
				signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
				canonicalizationAlgorithm: "http://www.w3.org/2001/10/xml-exc-c14n#",
			});
			signer.addReference({
				xpath: "//*[local-name(.)='Assertion']",
				digestAlgorithm: "http://www.w3.org/2001/04/xmlenc#sha256",
				transforms: [
					"http://www.w3.org/2000/09/xmldsig#enveloped-signature",
					"http://www.w3.org/2001/10/xml-exc-c14n#",
				],
			});
			signer.computeSignature(responseXml(issuer, options), {
				location: { reference: "//*[local-name(.)='Assertion']/*[local-name(.)='Issuer']", action: "after" },
			});
			return Buffer.from(signer.getSignedXml()).toString("base64");
		},
	};
}

export const escapeXml = (text: string): string => text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

function responseXml(issuer: string, options: ResponseOptions): string {
	const { now, roles, seconds, subject = "ada@acme.example", sessionName = subject } = options;
	const { audience = AWS_SAML, recipient = AWS_SAML, goodForSeconds = 300 } = options;
	const at = (ms: number): string => new Date(ms).toISOString();
	const end = at(now + goodForSeconds * 1000);
	const attribute = (name: string, values: readonly string[]): string =>
		`<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}">${values
			.map((value) => `<saml:AttributeValue>${escapeXml(value)}</saml:AttributeValue>`)
			.join("")}</saml:Attribute>`;
	const attributes = [
		attribute("Role", roles),
		sessionName === null ? "" : attribute("RoleSessionName", [sessionName]),
		seconds === undefined ? "" : attribute("SessionDuration", [String(seconds)]),
	].join("");
	return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_${randomUUID()}" Version="2.0" IssueInstant="${at(now)}" Destination="${recipient}"><saml:Issuer>${issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="_${randomUUID()}" Version="2.0" IssueInstant="${at(now)}"><saml:Issuer>${issuer}</saml:Issuer><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${escapeXml(subject)}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="${end}" Recipient="${recipient}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${at(now - 60_000)}" NotOnOrAfter="${end}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${at(now)}" SessionIndex="_1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${attributes}</saml:AttributeStatement></saml:Assertion></samlp:Response>`;
}
