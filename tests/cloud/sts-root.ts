/** Sessions of the root of an organization's member accounts. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html */
import { type Answer, type Exchange, ServiceError } from "./exchange.ts";
import type { KeyStore } from "./keys.ts";
import { mayDo, type Principal } from "./principals.ts";
import { type Signer, verifySignature } from "./sigv4.ts";
import { type Constraint, checkForm, credentialsXml, queryForm, validationError, xmlAnswer } from "./sts-form.ts";
import type { World } from "./world.ts";

const ASSUME_ROOT = {
	TargetPrincipal: { required: true, min: 12, max: 2048 },
	"TaskPolicyArn.arn": { required: true, min: 20, max: 2048 },
	DurationSeconds: { type: "number", min: 0, max: 900 },
} as const satisfies Record<string, Constraint>;

/** What each task policy allows. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html */
const TASKS: Readonly<Record<string, readonly string[]>> = {
	IAMAuditRootUserCredentials: ["iam:GetAccountSummary", "iam:ListAccessKeys"],
	IAMCreateRootUserPassword: ["iam:CreateLoginProfile"],
	IAMDeleteRootUserCredentials: ["iam:DeleteLoginProfile", "iam:DeleteAccessKey"],
	S3UnlockBucketPolicy: ["s3:DeleteBucketPolicy"],
	SQSUnlockQueuePolicy: ["sqs:SetQueueAttributes"],
};

export class StsRoot {
	readonly #world: World;
	readonly #keys: KeyStore;
	readonly #now: () => number;

	constructor(world: World, keys: KeyStore, now: () => number) {
		this.#world = world;
		this.#keys = keys;
		this.#now = now;
	}

	assumeRoot(exchange: Exchange): Answer {
		const form = queryForm(exchange);
		const caller: Signer = verifySignature(exchange, this.#keys, this.#now(), "sts");
		const parameters = checkForm(form, ASSUME_ROOT);
		const { TargetPrincipal: target = "", "TaskPolicyArn.arn": policy = "", DurationSeconds: duration } = parameters;
		Object.assign(exchange.facts, { target, policy, ...(duration === undefined ? {} : { duration }) });
		if (!/^\d{12}$/.test(target)) throw validationError("TargetPrincipal must be an account ID");
		const [, task = ""] = /^arn:aws:iam::aws:policy\/root-task\/(\w+)$/.exec(policy) ?? [];
		const allowed = TASKS[task];
		if (allowed === undefined) throw validationError(`${policy} is not a policy of a root task`);
		const { organization } = this.#world;
		const isAllowed =
			organization?.management === caller.assignment.accountId &&
			organization.members.includes(target) &&
			mayDo(caller, "sts:AssumeRoot", target);
		if (!isAllowed) {
			throw new ServiceError(
				403,
				"AccessDenied",
				`User: ${caller.arn} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::${target}:root`,
			);
		}
		const root: Principal = {
			kind: "root session",
			arn: `arn:aws:iam::${target}:root`,
			userId: target,
			iamArn: `arn:aws:iam::${target}:root`,
			assignment: { accountId: target, role: "root", allowed },
		};
		const expiresAt = (Math.floor(this.#now() / 1000) + Number(duration ?? 900)) * 1000;
		return xmlAnswer(exchange, "AssumeRoot", credentialsXml(this.#keys.issue(() => root, expiresAt)));
	}
}
