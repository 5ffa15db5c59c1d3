/**
 * What events hold: `schema/events.schema.json` is written from this (`npm run schema`), and the types are derived from it.
 * The program itself imports the types alone (event-types.ts), so that no start loads it.
 *
 * Within a version fields and types are only added. A new event is a row of `loginEvents` or `commandEvents`.
 */
import * as v from "valibot";
import type { ErrorCode } from "../auth/errors.ts";
import { FLOWS } from "../auth/sign-in-ways.ts";
import type { EndingSignal } from "../terminal/signals.ts";

/** A text with a description. */
const text = (description: string) => v.pipe(v.string(), v.description(description));

/** A whole number from zero on. */
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const names = v.array(v.string());

const words = (description: string) => v.pipe(names, v.minLength(1), v.description(description));

const moment = v.pipe(v.string(), v.isoTimestamp(), v.description("ISO 8601 in UTC."));

const account = v.strictObject({
	id: v.exactOptional(text("Twelve digits for AWS.")),
	name: v.exactOptional(v.string()),
});

const role = text("The permission set or role.");

const exitCode = v.pipe(
	v.number(),
	v.integer(),
	v.minValue(0),
	v.maxValue(255),
	v.description("What the process ends with."),
);

const reason = v.pipe(
	v.picklist(["SIGINT", "SIGTERM", "SIGHUP", "user"] satisfies readonly (EndingSignal | "user")[]),
	v.description("The signal that ended it, or the person who left the screen."),
);

/** What a step's event says of the step itself. */
const step = {
	id: text("The step's own, the same in all its events, such as `identity:dev-admin`."),
	targets: v.pipe(names, v.description("What it is for: names of identities, or of a provider.")),
};

const env = v.pipe(
	v.record(v.string(), v.string()),
	v.description("Variables by which other programs find the credentials: paths and names, no secrets."),
);

const counts = v.strictObject({ ready: count, failed: count });

const error = v.strictObject({
	code: v.picklist([
		"usage",
		"config",
		"denied",
		"expired",
		"network",
		"service",
		"storage",
		"cancelled",
		"bug",
	] satisfies readonly ErrorCode[]),
	message: text("What happened."),
	reason: v.exactOptional(text("Why.")),
	remedy: v.exactOptional(text("One command or edit that fixes it.")),
	command: v.exactOptional(words("The words of the command in `remedy`, where it has one, unquoted.")),
	edit: v.exactOptional(
		v.pipe(
			v.strictObject({ file: v.string(), line: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
			v.description("The place in a file to change, where it is known."),
		),
	),
	details: v.exactOptional(names),
	candidates: v.exactOptional(v.pipe(names, v.description("Names that may have been meant, or that can be chosen."))),
	service: v.exactOptional(
		v.pipe(
			v.strictObject({
				name: v.exactOptional(v.string()),
				message: v.exactOptional(v.string()),
				requestId: v.exactOptional(v.string()),
				status: v.exactOptional(v.pipe(v.number(), v.integer())),
				operation: v.exactOptional(v.string()),
			}),
			v.description("What the service itself said."),
		),
	),
});

const flow = v.picklist(FLOWS);

const registry = text("The host that Docker is logged in to.");
const cluster = v.string();
const context = text("The context in the kubeconfig.");
const kubeconfig = text("The kubeconfig's absolute path.");

/** What several events hold. Each is a definition of its own in the JSON schema, by its name here. */
export const shared = {
	moment,
	account,
	role,
	exitCode,
	reason,
	counts,
	registry,
	cluster,
	context,
	kubeconfig,
	env,
	error,
};

/** What one of the things has come to that were to be signed in to. */
const target = v.strictObject({
	target: text("The identity, or the provider for a provider login."),
	signedIn: v.boolean(),
	provider: v.exactOptional(v.string()),
	account: v.exactOptional(account),
	role: v.exactOptional(role),
	region: v.exactOptional(v.string()),
	expiresAt: v.exactOptional(moment),
	stillValid: v.exactOptional(v.boolean()),
	env: v.exactOptional(env),
	error: v.exactOptional(error),
});

const targets = v.pipe(
	v.array(target),
	v.description("All that was to be signed in to, in the order in which it was given."),
);

/** The fields of an integration's end. */
const integrationEnd = {
	...step,
	integration: v.string(),
	kind: v.string(),
	label: v.string(),
	target: v.string(),
	registry: v.exactOptional(registry),
	cluster: v.exactOptional(cluster),
	context: v.exactOptional(context),
	kubeconfig: v.exactOptional(kubeconfig),
};

const command = text("The command's words, such as aws ecr login.");

function event<const Type extends string, Fields extends v.ObjectEntries>(
	type: Type,
	description: string,
	fields: Fields,
) {
	return v.pipe(
		v.strictObject({ v: v.literal(1), type: v.literal(type), time: moment, ...fields }),
		v.title(type),
		v.description(description),
	);
}

/** Moments are absent where nothing runs out. */
export const loginEvents = [
	event("login.started", "The configuration was read.", {
		project: text("The project's folder, by its last name."),
		profiles: names,
	}),
	event("identity.selected", "What to sign in to has been decided.", {
		target: text("The identity, or the provider for a provider login."),
		chain: v.pipe(names, v.description("Names from the provider to the target.")),
	}),
	event("approval.required", "A person has to sign in on a page, or to approve a code there.", {
		...step,
		provider: text("The provider, or the identity that signs in by itself."),
		portal: v.string(),
		code: v.exactOptional(
			text("A device code, not an MFA code. The page must show exactly this. Absent where there is none to compare."),
		),
		url: v.pipe(
			v.string(),
			v.url(),
			v.description("The page to open, with the code in it where the service offers one."),
		),
		plainUrl: v.exactOptional(
			v.pipe(v.string(), v.url(), v.description("The page to type the code into, where there is a code.")),
		),
		expiresAt: moment,
		waitingForPid: v.exactOptional(
			v.pipe(count, v.description("The process that asked for the code, where it was not this one.")),
		),
		flow: v.exactOptional(v.pipe(flow, v.description("The way that is taken."))),
		why: v.exactOptional(text("Why it is taken: half a sentence.")),
		flows: v.exactOptional(
			v.pipe(
				v.array(v.strictObject({ flow, label: text("Such as `with a code, in any browser`.") })),
				v.description("The other ways that there are: `--flow` takes one of them."),
			),
		),
		callbackPort: v.exactOptional(
			v.pipe(
				v.number(),
				v.integer(),
				v.minValue(1),
				v.maxValue(65_535),
				v.description("The port on 127.0.0.1 of this machine to which the page returns; absent where it does not."),
			),
		),
		paste: v.exactOptional(
			text("What the page shows to be pasted into a terminal; absent where it returns by itself."),
		),
		opensItself: v.exactOptional(
			v.pipe(v.boolean(), v.description("True: it is in a window already, and of no use in another one.")),
		),
	}),
	event("approval.waiting", "The approval is still waited for. At most every 30 seconds.", {
		provider: v.string(),
		code: v.exactOptional(text("As in `approval.required`.")),
		expiresAt: moment,
	}),
	event(
		"login.waiting",
		"Waiting for something other than a person: after 10 seconds without anything new, then at most every 30 seconds.",
		{
			waitingFor: text("What is being done, such as `company-sso: requesting a code`."),
			seconds: v.pipe(count, v.description("For how long so far.")),
		},
	),
	event("provider.signed-in", "There is a session with the provider.", {
		...step,
		provider: v.string(),
		reused: v.pipe(v.boolean(), v.description("It already existed and was valid.")),
		detail: v.string(),
		expiresAt: v.exactOptional(moment),
	}),
	event("identity.assumed", "There are credentials of an identity of the chain.", {
		...step,
		identity: v.string(),
		account: v.exactOptional(account),
		role: v.exactOptional(role),
		reused: v.boolean(),
		detail: v.string(),
		expiresAt: v.exactOptional(moment),
	}),
	event(
		"link.failed",
		"A provider or an identity could not be signed in to, and the login goes on with other targets.",
		{
			...step,
			name: v.string(),
			kind: v.string(),
			error,
		},
	),
	event("provision.progress", "Accounts and roles that the session may use are listed.", {
		accountsTotal: v.exactOptional(v.pipe(count, v.description("Absent until the accounts have been listed."))),
		accountsDone: count,
		identitiesTotal: count,
		identities: v.pipe(names, v.description("Found since the last such event.")),
		failedAccounts: v.pipe(
			v.array(v.strictObject({ account: v.string(), message: v.string() })),
			v.description("Failed since the last such event."),
		),
		gone: v.exactOptional(
			v.pipe(
				v.strictObject({
					total: v.pipe(v.number(), v.integer(), v.minValue(1)),
					names: v.pipe(names, v.description("The first few.")),
				}),
				v.description("Identities that were stored and are no longer available. Once, at the end."),
			),
		),
	}),
	event("integration.started", "An integration begins, or begins again.", {
		...step,
		integration: v.string(),
		kind: v.string(),
	}),
	event("integration.ready", "An integration has finished.", {
		...integrationEnd,
		changed: v.pipe(v.boolean(), v.description("False when it was still valid and left unchanged.")),
		expiresAt: v.exactOptional(moment),
		notes: names,
	}),
	event("integration.failed", "An integration failed. The login does not.", {
		...integrationEnd,
		error,
		retry: text("The command that tries it again."),
		retryCommand: words("The words of that command, unquoted."),
	}),
	event("warning", "Something worth knowing that does not stop the login.", { message: v.string() }),
	event(
		"login.succeeded",
		"The last event of a login that signed in. Of several targets, only `targets` tells them apart.",
		{
			identity: v.exactOptional(text("Absent for a provider login, and for several targets.")),
			provider: v.exactOptional(text("Absent where the chain begins with an identity, and for several targets.")),
			account: v.exactOptional(account),
			role: v.exactOptional(role),
			region: v.exactOptional(v.string()),
			realm: text("The namespace of the credential files."),
			expiresAt: v.exactOptional(moment),
			stillValid: v.pipe(v.boolean(), v.description("Nothing had to be renewed.")),
			env: v.exactOptional(env),
			targets,
			integrations: counts,
			exitCode,
		},
	),
	event("login.failed", "The last event of a login that failed; of several targets, with the error of the first.", {
		error,
		targets: v.exactOptional(targets),
		exitCode,
	}),
	event("login.cancelled", "The last event of a login that was cancelled.", { reason, exitCode }),
] as const;

/** The last event of a command that is not `login`. */
export const commandEvents = [
	event("command.succeeded", "The last event of a command other than login that succeeded.", {
		command,
		integrations: counts,
		exitCode,
	}),
	event(
		"command.failed",
		"The last event of a command other than login that failed; where integrations failed, with the error of the first.",
		{ command, error, integrations: v.exactOptional(counts), exitCode },
	),
	event("command.cancelled", "The last event of a command other than login that was cancelled.", {
		command,
		reason,
		exitCode,
	}),
] as const;
