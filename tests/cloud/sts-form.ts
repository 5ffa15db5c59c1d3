/** The query protocol as STS speaks it: a form in, XML out. https://docs.aws.amazon.com/STS/latest/APIReference/CommonParameters.html */
import { type Answer, type Exchange, ServiceError } from "./exchange.ts";
import type { TemporaryKeys } from "./keys.ts";
import type { Principal } from "./principals.ts";

export const VERSION = "2011-06-15";

/** What the service's model says about a parameter. */
export interface Constraint {
	readonly required?: boolean;
	/** Of a number the value is limited, of a text the length. */
	readonly type?: "number";
	readonly min: number;
	readonly max: number;
	readonly pattern?: string;
}

/** @throws ServiceError when the operation is asked for in a version that there is not */
export function queryForm(exchange: Exchange): URLSearchParams {
	const form = exchange.method === "POST" ? new URLSearchParams(exchange.body) : exchange.url.searchParams;
	const version = form.get("Version");
	if (version === VERSION) return form;
	throw new ServiceError(
		400,
		"InvalidAction",
		`Could not find operation ${form.get("Action")} for version ${version ?? "NO_VERSION_SPECIFIED"}`,
	);
}

/**
 * @param constraints by the parameter's name
 * @returns the parameters that were sent
 * @throws ServiceError with everything that is wrong, in the service's words
 */
export function checkForm<Name extends string>(
	form: URLSearchParams,
	constraints: Readonly<Record<Name, Constraint>>,
): Partial<Record<Name, string>> {
	// The service has more parameters than this cloud acts on (Policy, Tags); to ignore one would be to nod.
	const known = ["Action", "Version", ...Object.keys(constraints)];
	const strange = [...form.keys()].find((name, index, all) => !known.includes(name) || all.indexOf(name) < index);
	if (strange !== undefined) throw validationError(`Unexpected parameter: ${strange}`);
	const wrong = Object.entries<Constraint>(constraints).flatMap(([name, constraint]) => {
		const value = form.get(name);
		const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
		return violations(value, constraint).map(
			(what) =>
				`Value ${value === null ? "null" : `'${value}'`} at '${member}' failed to satisfy constraint: Member must ${what}`,
		);
	});
	if (wrong.length > 0) {
		throw validationError(
			`${wrong.length} validation error${wrong.length > 1 ? "s" : ""} detected: ${wrong.join("; ")}`,
		);
	}
	return Object.fromEntries(form) as Partial<Record<Name, string>>;
}

export const validationError = (message: string): ServiceError => new ServiceError(400, "ValidationError", message);

function violations(value: string | null, { required, type, min, max, pattern }: Constraint): string[] {
	if (value === null) return required ? ["not be null"] : [];
	const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
	const [size, sized] = type === "number" ? [number, "have value"] : [value.length, "have length"];
	return [
		...(pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)
			? [`satisfy regular expression pattern: ${pattern}`]
			: []),
		...(size >= min ? [] : [`${sized} greater than or equal to ${min}`]),
		...(size > max ? [`${sized} less than or equal to ${max}`] : []),
	];
}

/** @param result the XML inside the operation's result */
export const xmlAnswer = ({ requestId }: Exchange, operation: string, result: string): Answer => ({
	status: 200,
	headers: { "content-type": "text/xml" },
	body: `<${operation}Response xmlns="https://sts.amazonaws.com/doc/${VERSION}/"><${operation}Result>${result}</${operation}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
});

export const credentialsXml = ({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: TemporaryKeys): string =>
	`<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>${new Date(expiresAt).toISOString().replace(".000", "")}</Expiration></Credentials>`;

export const assumedXml = ({ arn, userId }: Principal): string =>
	`<AssumedRoleUser><AssumedRoleId>${userId}</AssumedRoleId><Arn>${arn}</Arn></AssumedRoleUser>`;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export function checkRoleArn(arn: string): void {
	if (/^arn:aws:iam::\d{12}:role\/./.test(arn)) return;
	throw validationError(arn.startsWith("arn:") ? "Request ARN is invalid" : `${arn} is invalid`);
}
