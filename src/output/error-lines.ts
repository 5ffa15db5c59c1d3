/** A failure for a person: what happened, why, what the service itself said, and one remedy. */
import { type ErrorView, remedyText, type ServiceDetails } from "../auth/errors.ts";
import { plainStyle, type Style, shown } from "./style.ts";

/**
 * The service's own words.
 *
 * @returns `ForbiddenException: No access (sso:GetRoleCredentials, request 1f2e…)`, or undefined where it said nothing
 */
export function serviceLine(
	service: ServiceDetails | undefined,
	said: readonly (string | undefined)[],
): string | undefined {
	if (service === undefined) return undefined;
	const message = said.includes(service.message) ? undefined : service.message;
	const words = [service.name, message].filter((part) => part !== undefined && part !== "").join(": ");
	const where = [
		service.operation,
		service.status === undefined ? undefined : `HTTP ${service.status}`,
		service.requestId === undefined ? undefined : `request ${service.requestId}`,
	]
		.filter((part) => part !== undefined && part !== "")
		.join(", ");
	if (words === "") return where === "" ? undefined : where;
	return where === "" ? words : `${words} (${where})`;
}

/**
 * @param error the plain data of a failure
 * @returns the lines that are printed on stderr, once, without a final line break
 */
export function errorLines(error: ErrorView, style: Style = plainStyle): string[] {
	const lines = [`${style.paint("bad", "Error:")} ${error.message}`];
	if (error.reason !== undefined && error.reason !== error.message) lines.push(`  ${error.reason}`);
	const service = serviceLine(error.service, [error.reason, error.message]);
	if (service !== undefined) lines.push(`  ${style.paint("muted", service)}`);
	for (const detail of error.details) lines.push(`  ${detail}`);
	if (error.code === "bug") lines.push("  This is a bug in atmos-auth: please report it with the lines above.");
	if (error.remedy !== undefined) lines.push(`  ${style.paint("accent", "Try:")} ${remedyText(error.remedy)}`);
	return lines.map((line) => shown(line, style));
}
