/** How each service says no: status, headers and body in the shape of its protocol. */
import type { Answer, Exchange, ServiceError } from "./exchange.ts";
import type { Operation } from "./script.ts";

const escapeXml = (text: string): string => text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

export function refusalAnswer(operation: Operation, error: ServiceError, exchange: Exchange): Answer {
	const { "x-oauth-error": oauthCode = oauthName(error.code), ...headers } = error.headers;
	switch (operation.split(":")[0]) {
		// OAuth's words in the body, the exception's name in a header.
		case "sso-oidc":
			return {
				status: error.status,
				headers: { ...headers, "x-amzn-errortype": error.code },
				body: JSON.stringify({ error: oauthCode, error_description: error.message }),
			};
		// Its own word beside the message, the exception's name in a header.
		case "signin":
			return {
				status: error.status,
				headers: { ...headers, "x-amzn-errortype": error.code },
				body: JSON.stringify({ error: error.headers["x-oauth-error"] ?? error.code, message: error.message }),
			};
		// The portal's header has a URI behind the name, which clients have to cut off.
		case "sso":
			return {
				status: error.status,
				headers: {
					...headers,
					"x-amzn-errortype": `${error.code}:http://internal.amazon.com/coral/com.amazonaws.portal/`,
				},
				body: JSON.stringify({ message: error.message, __type: `com.amazonaws.switchboard.portal#${error.code}` }),
			};
		// The query protocol: XML.
		case "sts":
			return {
				status: error.status,
				headers: { ...headers, "content-type": "text/xml" },
				body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>${error.status < 500 ? "Sender" : "Receiver"}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${exchange.requestId}</RequestId></ErrorResponse>`,
			};
		// AWS JSON 1.1: the name in the body.
		case "ecr":
			return {
				status: error.status,
				headers: { ...headers, "content-type": "application/x-amz-json-1.1" },
				body: JSON.stringify({ __type: error.code, message: error.message }),
			};
		// REST JSON: the name in a header.
		default:
			return {
				status: error.status,
				headers: { ...headers, "x-amzn-errortype": error.code },
				body: JSON.stringify({ message: error.message }),
			};
	}
}

/** `SlowDownException` is `slow_down` in the words of RFC 8628; the service has a word of its own where OAuth has none. */
const oauthName = (exception: string): string =>
	exception === "InternalServerException"
		? "server_error"
		: exception
				.replace(/Exception$/, "")
				.replace(/(?<!^)([A-Z])/g, "_$1")
				.toLowerCase();
