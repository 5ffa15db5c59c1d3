/** Which addresses need no question: AWS's own, this machine's, and those that the user's environment names. */
import type { Environment } from "../context.ts";
import { bareHost, isLoopback } from "../net/hosts.ts";

/**
 * The endpoints of the services that this program calls. Not any host of AWS's domains: customers have names there too
 * (`bucket.s3.amazonaws.com`, `…execute-api…`, load balancers).
 * https://docs.aws.amazon.com/general/latest/gr/rande.html and, for the newer domains, botocore's partitions.json
 */
const SERVICES = "(?:portal\\.sso|sso|oidc|signin|sts|api\\.ecr|ecr|api\\.ecr-public|ecr-public|eks)(?:-fips)?";
const REGION = "[a-z]{2,4}(?:-[a-z]+)+-\\d{1,2}";
const DOMAINS =
	"(?:amazonaws\\.com(?:\\.cn)?|amazonaws\\.eu|api\\.aws|api\\.amazonwebservices\\.(?:com\\.cn|eu)|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov)";
const VENDOR = new RegExp(`^(?:${SERVICES}\\.${REGION}\\.${DOMAINS}|sts\\.amazonaws\\.com)$`);

/**
 * @param address a configured endpoint
 * @param env the user's own environment, not the configuration's
 * @returns true where secrets may go without a question
 */
export function isExpected(address: string, env: Environment): boolean {
	if (!URL.canParse(address)) return false;
	// The host as it is called, not as it is written: 2130706433 and 0x7f.1 are 127.0.0.1.
	const url = new URL(address);
	if (url.username !== "" || url.password !== "") return false;
	if (isLoopback(url.hostname)) return true;
	if (url.protocol === "https:" && url.port === "" && VENDOR.test(bareHost(url.hostname))) return true;
	return Object.keys(env).some((name) => {
		const value = /^AWS_ENDPOINT_URL(?:_|$)/.test(name) ? env[name]?.trim() : undefined;
		return value !== undefined && URL.canParse(value) && new URL(value).origin === url.origin;
	});
}
