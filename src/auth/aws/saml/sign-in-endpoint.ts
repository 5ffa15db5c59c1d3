/**
 * Where a person's browser posts the response of an identity provider to: AWS's sign-in, in all partitions.
 * https://docs.aws.amazon.com/general/latest/gr/signin-service.html
 */
import { bareHost } from "../../net/hosts.ts";

const REGION = "[a-z]{2,5}(?:-[a-z]+)+-\\d{1,2}";
const HOSTS = new RegExp(
	`^(?:${REGION}\\.)?(?:signin\\.aws\\.amazon\\.com|signin\\.amazonaws-us-gov\\.com|signin\\.amazonaws\\.cn|signin\\.amazonaws-eusc\\.eu)$`,
);
/** With the identifier of the provider in IAM where assertions are encrypted. */
const PATHS = /^\/saml(?:\/acs\/[\w-]+)?\/?$/;

/** @returns whether a response that is posted there is meant for AWS */
export function isSignInEndpoint(url: URL): boolean {
	return url.protocol === "https:" && url.port === "" && HOSTS.test(bareHost(url.hostname)) && PATHS.test(url.pathname);
}
