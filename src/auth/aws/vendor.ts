/**
 * What the rest of `auth` asks of AWS through the registry: its own addresses, the variables that name others, its folders,
 * and which names become profiles.
 */
import { hasControlCharacters } from "../config/names.ts";

/**
 * The endpoints of the services that this program calls. Not any host of AWS's domains: customers have names there too
 * (`bucket.s3.amazonaws.com`, `…execute-api…`, load balancers).
 * https://docs.aws.amazon.com/general/latest/gr/rande.html and, for the newer domains, botocore's partitions.json
 */
const SERVICES =
	"(?:portal\\.sso|sso|oidc|signin|sts|api\\.ecr|ecr|api\\.ecr-public|ecr-public|eks|rolesanywhere)(?:-fips)?";
const REGION = "[a-z]{2,4}(?:-[a-z]+)+-\\d{1,2}";
const DOMAINS =
	"(?:amazonaws\\.com(?:\\.cn)?|amazonaws\\.eu|api\\.aws|api\\.amazonwebservices\\.(?:com\\.cn|eu)|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov)";
/** The sign-in of users has its region first, and domains of its own: the endpoint rules of the AWS SDKs (`signin`). */
const SIGN_IN = `${REGION}\\.signin\\.(?:aws\\.amazon\\.com|amazonaws-us-gov\\.com|amazonaws\\.cn|amazonaws-eusc\\.eu)`;
const VENDOR = new RegExp(`^(?:${SERVICES}\\.${REGION}\\.${DOMAINS}|${SIGN_IN}|sts\\.amazonaws\\.com)$`);

/** @param host in lower case */
export const isVendorHost = (host: string): boolean => VENDOR.test(host);

/** True for the variables by which a person names an endpoint: those of the AWS SDKs. */
export const isEndpointVariable = (name: string): boolean => /^AWS_ENDPOINT_URL(?:_|$)/.test(name);

/** The variables that decide for what a session is good: what was issued at one endpoint is not used at another. */
export const DECISIVE_VARIABLES: readonly string[] = [
	"AWS_ENDPOINT_URL",
	"AWS_ENDPOINT_URL_ROLESANYWHERE",
	"AWS_ENDPOINT_URL_SSO",
	"AWS_ENDPOINT_URL_SSO_OIDC",
	"AWS_ENDPOINT_URL_STS",
	"AWS_ENDPOINT_URL_SIGNIN",
	"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
];

/** What the folder of AWS below a realm's is called, as in the Go program. */
export const REALM_FOLDER = "aws";

/** Where sessions of access portals are, below `<cache>/atmos`, as in the Go program. */
export const SESSIONS_FOLDER = "aws-sso";

/** Where what renews a user's sign-in by the browser is, below `<cache>/atmos`, as in the Go program. */
export const WEBFLOW_FOLDER = "aws-webflow";

/** Where the profiles of the browsers are that sign in by SAML, below `<cache>/atmos`. */
export const PROFILES_FOLDER = "aws-saml";

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html */
export const CERTIFICATE_VARIABLE = "AWS_CA_BUNDLE";

/** @returns why an identity's name cannot become the name of a section in an AWS file, or undefined */
export function nameObjection(name: string): string | undefined {
	if (name.trim() === "") return "the name is empty, so it cannot name an AWS profile";
	return hasControlCharacters(name)
		? "the name contains control characters, so it cannot name an AWS profile"
		: undefined;
}

/** @returns which programs do not find a profile of this name, or undefined */
export function nameDoubt(name: string): string | undefined {
	if (!/[;#]/.test(name)) return undefined;
	return "Terraform and other Go programs (aws-sdk-go-v2) treat ; and # in a profile name as the start of a comment, and do not find the profile";
}
