/**
 * An identity provider of SAML, with a page to sign in on: what starts a sign-in to AWS in a company. Responses are made and
 * signed by samlify, and posted by the browser (SAML Bindings §3.5). It remembers a browser by a cookie for eight hours.
 */
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SamlProvider } from "./iam.ts";
import { PAGE_STYLE } from "./page-style.ts";
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
	/** What the page with the form says to everybody, in HTML. */
	hint: string;
	/** Whether the response is shown, to be copied, and posted only when somebody says so: for people without developer tools. */
	showsResponse: boolean;
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
const ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/";

/**
 * Its key, and the library that makes responses, are there when somebody needs them: the demo starts faster.
 *
 * @param arn of the provider as IAM has it
 */
export async function startSamlIdp(arn: string, users: readonly IdpUser[]): Promise<SamlIdp> {
	let made: ReturnType<typeof samlKey> | undefined;
	const key = (): ReturnType<typeof samlKey> => {
		made ??= samlKey();
		return made;
	};
	const issuer = "https://idp.acme.example/metadata";
	const sessions = new Map<string, string>();
	const responses: string[] = [];
	const events = new EventEmitter();
	let passwords = 0;
	let formsShown = 0;
	let formsAwaited = 0;

	const sign = async (user: IdpUser): Promise<string> => {
		const samlify = await import("samlify");
		const POST = samlify.Constants.namespace.binding.post;
		const { pem, certificate } = key();
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
			const { filled, tags } = fill(template, id, user, idp.padding);
			return { id, context: samlify.SamlLib.replaceTagsByValue(filled, tags) };
		});
		return answer.context;
	};

	const fill = (template: string, id: string, user: IdpUser, padding: number) => {
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
		return { filled, tags };
	};

	const show = async (response: ServerResponse, name: string): Promise<void> => {
		const user = idp.users.find((candidate) => candidate.name === name);
		if (user === undefined) return send(response, 403, page("Not allowed", "<p>This account is not active.</p>"));
		const saml = await sign(user);
		responses.push(saml);
		const target = idp.inNewWindow ? ' target="_blank"' : "";
		const form = `<form method="post" action="${escapeXml(idp.destination)}"${target}><input type="hidden" name="SAMLResponse" value="${saml}"><input type="hidden" name="RelayState" value=""><button>Continue</button></form>`;
		const script = idp.inNewWindow || idp.showsResponse ? "" : "<script>document.forms[0].submit()</script>";
		const shown = idp.showsResponse ? toCopy(saml) : "";
		send(response, 200, page("Signing in to AWS", shown + form + script));
		events.emit("responded");
	};

	const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
		if (pathname === "/aws") {
			const name = sessions.get(/(?:^|; )idp=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "");
			if (name !== undefined) return show(response, name);
			send(response, 200, page("Sign in", idp.hint + LOGIN));
			formsShown++;
			events.emit("form");
			return;
		}
		if (request.method !== "POST" || pathname !== "/login") return send(response, 404, page("Not found", ""));
		const form = new URLSearchParams(await bodyOf(request));
		const user = idp.users.find(
			({ name, password }) => name === form.get("username") && password === form.get("password"),
		);
		if (user === undefined)
			return send(response, 200, page("Sign in", `<p role="alert" class="bad">Try again</p>${idp.hint}${LOGIN}`));
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
		provider: {
			arn,
			issuer,
			get certificate() {
				return key().certificate;
			},
		},
		users: [...users],
		destination: AWS_SAML,
		inNewWindow: false,
		padding: 0,
		hint: "",
		showsResponse: false,
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
	'<form method="post" action="/login"><label>User <input name="username"></label><label>Password <input name="password" type="password"></label><div class="row"><button class="main">Sign in</button></div></form>';

/** In a window that a program has opened, pressing Continue is all; elsewhere this is what is pasted. */
const toCopy = (saml: string): string =>
	`<p>In the window of a program, press Continue. In your own browser, copy this <code>SAMLResponse</code> into the terminal instead:</p><p class="response" tabindex="0">${saml}</p>`;

/** The pages of the cloud, but for what is entered here: names and passwords have small letters, too. */
const STYLE = `${PAGE_STYLE}input { display: block; width: 100%; letter-spacing: normal; text-transform: none }
.response { max-height: 9rem; overflow: auto; padding: .8rem; border: 1px dashed var(--line); border-radius: 8px; font: .75rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; user-select: all }
`;

const page = (title: string, body: string): string =>
	`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style><main><h1>${title}</h1>${body}</main>`;

function send(response: ServerResponse, status: number, body: string): void {
	response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
	response.end(body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString("utf8");
}
