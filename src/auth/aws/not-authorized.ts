/** What AWS means by "AccessDenied" when an integration asks for something: one permission is missing. */
import { AuthError } from "../errors.ts";

/** The action and resource of AWS's sentence "User: … is not authorized to perform: … on resource: …". */
const SENTENCE = /not authorized to perform: (\S+) on resource: (\S+)/;

/**
 * @param error what a call threw
 * @param operation what was called, such as `eks:DescribeCluster`
 * @returns the error itself, or one that names the missing permission
 */
export function notAuthorized(error: unknown, operation: string): unknown {
	if (!(error instanceof AuthError) || !/^AccessDenied/.test(error.service?.name ?? "")) return error;
	const [, action = operation, resource] = SENTENCE.exec(error.service?.message ?? "") ?? [];
	return new AuthError({
		code: "denied",
		message: `not authorized to perform ${action}`,
		remedy: `allow ${action}${resource === undefined || resource === "*" ? "" : ` on ${resource}`} in the role's permissions`,
		service: error.service,
		cause: error.cause,
	});
}
