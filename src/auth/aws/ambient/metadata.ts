/** Keys of a role that the machine runs as: a container's, or an instance's. */
import * as v from "valibot";
import { Secret } from "../../credentials.ts";
import { AuthError } from "../../errors.ts";
import type { Run } from "../../kinds.ts";
import { bareHost, isLoopback } from "../../net/hosts.ts";
import { jsonOf, type PlainRequest, request } from "../../net/request.ts";
import { tokenOfFile } from "../../oidc/sources.ts";
import { sanitize } from "../../system/sanitize.ts";
import { badAnswer, checkAnswer } from "../answers.ts";
import type { AwsCredentials } from "../credentials.ts";
import type { Looked } from "./chain.ts";

/** A service of the machine answers at once, and one that is not there never. Milliseconds. */
const LIMIT_MS = 2_000;

/** The addresses to which secrets go without TLS. https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
const CONTAINER_HOSTS: readonly string[] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

const letters = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,16384}$/, "is no key"));
const KEYS = v.object({
	AccessKeyId: letters,
	SecretAccessKey: letters,
	Token: letters,
	Expiration: v.pipe(
		v.string(),
		v.transform((value) => Date.parse(value)),
		v.check((value) => Number.isFinite(value), "is not a date"),
	),
});

const ask = (
	{ ctx, signal }: Run,
	operation: string,
	wanted: Pick<PlainRequest, "url" | "headers"> & { readonly method?: PlainRequest["method"] },
) =>
	request({
		ctx,
		signal,
		operation,
		vendor: { name: "this machine's metadata service" },
		method: "GET",
		attempts: 2,
		limitMs: LIMIT_MS,
		...wanted,
	});

function keysIn(operation: string, answer: unknown): AwsCredentials {
	const keys = checkAnswer(operation, KEYS, answer);
	return {
		type: "aws",
		accessKeyId: keys.AccessKeyId,
		secretAccessKey: new Secret(keys.SecretAccessKey),
		sessionToken: new Secret(keys.Token),
		expiresAt: keys.Expiration,
	};
}

/** @throws AuthError for a service that is named and does not answer, or an address that is not safe */
export async function containerKeys(run: Run): Promise<Looked> {
	const { env } = run.ctx;
	const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } = env;
	if (!path && !full) return "a container: AWS_CONTAINER_CREDENTIALS_FULL_URI is not set";
	const address = path ? `http://169.254.170.2${path}` : (full ?? "");
	const url = URL.canParse(address) ? new URL(address) : undefined;
	const host = url === undefined ? "" : bareHost(url.hostname);
	const isOwn = isLoopback(host) || CONTAINER_HOSTS.includes(host);
	if (url === undefined || !(url.protocol === "https:" || (url.protocol === "http:" && isOwn))) {
		throw new AuthError({
			code: "config",
			message: "AWS_CONTAINER_CREDENTIALS_FULL_URI is not a safe address",
			reason: "expected https, or http on this machine",
			remedy: "leave it as the container's runtime sets it",
		});
	}
	const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
	const token = file ? (await tokenOfFile(file, run)).token : new Secret(env.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? "");
	const operation = "container:GetCredentials";
	const headers: Record<string, string> = token.reveal() === "" ? {} : { authorization: token.reveal() };
	const answer = await ask(run, operation, { url, headers });
	if (answer.status === 200) return keysIn(operation, jsonOf(answer));
	throw new AuthError({
		code: "service",
		message: `the container's credentials cannot be had (HTTP ${answer.status})`,
		reason: `${sanitize(url.host)} answered so`,
		remedy: "check the role of the task or of the service account",
		service: { operation, status: answer.status },
	});
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html: version 2 alone */
export async function instanceKeys(run: Run): Promise<Looked> {
	const { env } = run.ctx;
	if (env.AWS_EC2_METADATA_DISABLED?.toLowerCase() === "true") {
		return "an instance: AWS_EC2_METADATA_DISABLED is true";
	}
	const address = env.AWS_EC2_METADATA_SERVICE_ENDPOINT || "http://169.254.169.254";
	const base = URL.canParse(address) ? address : "http://169.254.169.254";
	const operation = "instance:GetCredentials";
	const at = (path: string): URL => new URL(path, base);
	const session = await ask(run, operation, {
		url: at("/latest/api/token"),
		method: "PUT",
		headers: { "x-aws-ec2-metadata-token-ttl-seconds": "300" },
	}).catch((error: unknown) => {
		run.signal.throwIfAborted();
		if (error instanceof AuthError) return undefined;
		throw error;
	});
	if (session?.status !== 200) return "an instance: there is no metadata service";
	const headers = { "x-aws-ec2-metadata-token": new Secret(session.text.trim()).reveal() };
	const roles = "/latest/meta-data/iam/security-credentials/";
	const listed = await ask(run, operation, { url: at(roles), headers });
	const [role = ""] = listed.text.trim().split("\n");
	if (listed.status !== 200 || role === "") return "an instance: it has no role";
	if (!/^[\w+=,.@-]{1,64}$/.test(role)) throw badAnswer(operation, "role", "has invalid characters");
	const answer = await ask(run, operation, { url: at(`${roles}${role}`), headers });
	return { ...keysIn(operation, jsonOf(answer)), role };
}
