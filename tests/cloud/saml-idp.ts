/**
 * An identity provider of SAML, with a page to sign in on: what starts a sign-in to AWS in a company. Responses are made and
 * signed by samlify, and posted by the browser (SAML Bindings §3.5). It remembers a browser by a cookie for eight hours.
 */
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as samlify from "samlify";
import type { SamlProvider } from "./iam.ts";
import { AWS_SAML } from "./saml.ts";
import { escapeXml, samlKey } from "./saml-issuer.ts";

export interface IdpUser {
	readonly name: string;
	readonly password: string;
	/** Values of the attribute `Role`. */
	readonly roles: readonly string[];
	/** `urn:oasis:names:tc:SAML:2.0:status:…` of a response that signs in nobody. */
	readonly refusal?: string;
}

export interface SamlIdp {
	/** Where a sign-in to AWS starts. */
	readonly url: string;
	/** For the world of the loopback cloud. */
	readonly provider: SamlProvider;
	readonly users: IdpUser[];
	/** Where responses are posted; AWS's own address, if not changed. */
	destination: string;
	/** Whether the response is posted into a new window. */
	inNewWindow: boolean;
	/** Bytes of another attribute, for responses that are long. */
	padding: number;
	/** How often somebody has entered a password that was right. */
	readonly passwords: number;
	/** How often a response was handed out. */
	readonly responses: readonly string[];
	/** Resolves when the page with the form has been sent; the next time, if it was waited for already. */
	formShown(): Promise<void>;
	/** Resolves when a response has been sent to a browser. */
	responded(): Promise<void>;
	/** Ends all sessions of browsers. */
	forget(): void;
	close(): Promise<void>;
}

const COOKIE_SECONDS = 8 * 3600;
const FIVE_MINUTES = 300_000;
const SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success";
const POST = samlify.Constants.namespace.binding.post;
const ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/";

/** @param arn of the provider as IAM has it */
export async function startSamlIdp(arn: string, users: readonly IdpUser[]): Promise<SamlIdp> {
	const { pem, certificate } = samlKey();
	const issuer = "https://idp.acme.example/metadata";
	const sessions = new Map<string, string>();
	const responses: string[] = [];
	const events = new EventEmitter();
	let passwords = 0;
	let formsShown = 0;
	let formsAwaited = 0;

	const sign = async (user: IdpUser): Promise<string> => {
		const signer = samlify.IdentityProvider({
			entityID: issuer,
			privateKey: pem,
			signingCert: certificate,
			isAssertionEncrypted: false,
			requestSignatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
			singleSignOnService: [{ Binding: POST, Location: `${origin}/sso` }],
			singleLogoutService: [{ Binding: POST, Location: `${origin}/logout` }],
		});
		const aws = samlify.ServiceProvider({
			entityID: "urn:amazon:webservices",
			wantAssertionsSigned: true,
			assertionConsumerService: [{ Binding: POST, Location: AWS_SAML }],
		});
		const answer = await signer.createLoginResponse(aws, {} as never, "post", {}, (template: string) => {
			const id = `_${randomUUID()}`;
			return { id, context: fill(template, id, user, idp.padding) };
		});
		return answer.context;
	};

	const fill = (template: string, id: string, user: IdpUser, padding: number): string => {
		const now = Date.now();
		const end = new Date(now + FIVE_MINUTES).toISOString();
		const tags = {
			ID: id,
			AssertionID: `_${randomUUID()}`,
			Destination: AWS_SAML,
			Audience: AWS_SAML,
			SubjectRecipient: AWS_SAML,
			Issuer: issuer,
			IssueInstant: new Date(now).toISOString(),
			ConditionsNotBefore: new Date(now - 60_000).toISOString(),
			ConditionsNotOnOrAfter: end,
			SubjectConfirmationDataNotOnOrAfter: end,
			NameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
			NameID: user.name,
			StatusCode: user.refusal ?? SUCCESS,
		};
		const statement = `<saml:AuthnStatement AuthnInstant="${tags.IssueInstant}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`;
		const attributes = [
			attribute(`${ATTRIBUTES}Role`, user.roles),
			attribute(`${ATTRIBUTES}RoleSessionName`, [user.name]),
			padding === 0 ? "" : attribute("https://idp.acme.example/groups", ["x".repeat(padding)]),
		];
		const filled = template
			.replace(/ InResponseTo="\{InResponseTo\}"/g, "")
			.replace("{AuthnStatement}", statement)
			.replace("{AttributeStatement}", `<saml:AttributeStatement>${attributes.join("")}</saml:AttributeStatement>`);
		return samlify.SamlLib.replaceTagsByValue(filled, tags);
	};

	const show = async (response: ServerResponse, name: string): Promise<void> => {
		const user = idp.users.find((candidate) => candidate.name === name);
		if (user === undefined) return send(response, 403, page("Not allowed", "<p>This account is not active.</p>"));
		const saml = await sign(user);
		responses.push(saml);
		const target = idp.inNewWindow ? ' target="_blank"' : "";
		const form = `<form method="post" action="${escapeXml(idp.destination)}"${target}><input type="hidden" name="SAMLResponse" value="${saml}"><input type="hidden" name="RelayState" value=""><button>Continue</button></form>`;
		const script = idp.inNewWindow ? "" : "<script>document.forms[0].submit()</script>";
		send(response, 200, page("Signing in to AWS", form + script));
		events.emit("responded");
	};

	const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
		if (pathname === "/aws") {
			const name = sessions.get(/(?:^|; )idp=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "");
			if (name !== undefined) return show(response, name);
			send(response, 200, page("Sign in", LOGIN));
			formsShown++;
			events.emit("form");
			return;
		}
		if (request.method !== "POST" || pathname !== "/login") return send(response, 404, page("Not found", ""));
		const form = new URLSearchParams(await bodyOf(request));
		const user = idp.users.find(
			({ name, password }) => name === form.get("username") && password === form.get("password"),
		);
		if (user === undefined) return send(response, 200, page("Sign in", `<p role="alert">Try again</p>${LOGIN}`));
		passwords++;
		const session = randomUUID();
		sessions.set(session, user.name);
		response.writeHead(303, {
			location: "/aws",
			"set-cookie": `idp=${session}; Max-Age=${COOKIE_SECONDS}; Path=/; HttpOnly; SameSite=Lax`,
		});
		response.end();
	};

	const server = createServer((request, response) => {
		handle(request, response).catch(() => response.destroy());
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

	const idp = {
		url: `${origin}/aws`,
		provider: { arn, issuer, certificate },
		users: [...users],
		destination: AWS_SAML,
		inNewWindow: false,
		padding: 0,
		get passwords() {
			return passwords;
		},
		responses,
		async formShown() {
			formsAwaited++;
			while (formsShown < formsAwaited) await once(events, "form");
		},
		async responded() {
			await once(events, "responded");
		},
		forget: () => sessions.clear(),
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
	return idp;
}

const attribute = (name: string, values: readonly string[]): string =>
	`<saml:Attribute Name="${escapeXml(name)}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">${values
		.map((value) => `<saml:AttributeValue>${escapeXml(value)}</saml:AttributeValue>`)
		.join("")}</saml:Attribute>`;

const LOGIN =
	'<form method="post" action="/login"><label>User <input name="username"></label><label>Password <input name="password" type="password"></label><button>Sign in</button></form>';

const page = (title: string, body: string): string =>
	`<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}`;

function send(response: ServerResponse, status: number, body: string): void {
	response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
	response.end(body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString("utf8");
}
