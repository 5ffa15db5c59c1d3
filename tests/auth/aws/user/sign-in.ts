/** What the tests of the browser sign-in share: a cloud, a user of it, and a person with a browser. */
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { onTestFinished } from "vitest";
import type { AwsCredentials } from "../../../../src/auth/aws/credentials.ts";
import { kind } from "../../../../src/auth/aws/user/kind.ts";
import { type Config, schema } from "../../../../src/auth/aws/user/schema.ts";
import type { Identity } from "../../../../src/auth/config/model.ts";
import type { AuthContext } from "../../../../src/auth/context.ts";
import { AuthError } from "../../../../src/auth/errors.ts";
import type {
	AuthorizationPrompt,
	Interaction,
	Question,
	Reach,
	Response,
	Shown,
} from "../../../../src/auth/interaction.ts";
import type { Run } from "../../../../src/auth/kinds.ts";
import { type Cloud, type CloudOptions, startCloud } from "../../../cloud/cloud.ts";
import { codeOn, visit } from "../../../cloud/visit.ts";
import { type FakeClock, fakeClock, type TestContext, testContext } from "../../../helpers/context.ts";

export const REALM = { value: "test", source: "env" } as const;
export const ARN = "arn:aws:iam::123456789012:user/ada";
export const ROOT = { key: "aws-user" } as const;

/** Somebody who does what a page asks for: allows it, and pastes what it shows. */
export class Person implements Interaction {
	reach: Reach = "keyboard";
	readonly pages: AuthorizationPrompt[] = [];
	readonly #shown = new EventEmitter();
	/** What is shown now. */
	open: Shown | undefined;
	readonly statuses: string[] = [];
	readonly questions: Question[] = [];
	answer: (question: Question) => string = () => "";
	/** What they do about a page; allow it, and paste the code where that is wanted, if left out. */
	meet: (page: AuthorizationPrompt) => Promise<Response | undefined> | Response | undefined = allow;

	show(prompt: Shown | undefined): void {
		const page = this.#note(prompt);
		// Those who only look at another process's page leave it to its own person.
		if (page !== undefined && page.waitingForPid === undefined) void this.meet(page);
	}

	offer(shown: Shown, signal: AbortSignal): Promise<Response> {
		const page = this.#note(shown);
		return new Promise((resolve, reject) => {
			if (signal.aborted) reject(signal.reason);
			signal.addEventListener("abort", () => reject(signal.reason));
			void Promise.resolve(page && this.meet(page)).then((response) => response && resolve(response), reject);
		});
	}

	async ask(question: Question): Promise<string> {
		this.questions.push(question);
		return this.answer(question);
	}

	status(text: string): void {
		this.statuses.push(text);
	}

	progress(): void {}

	/** The first page that fits, shown already or the next. */
	async saw(fits: (page: AuthorizationPrompt) => boolean): Promise<AuthorizationPrompt> {
		for (;;) {
			const found = this.pages.find(fits);
			if (found !== undefined) return found;
			await once(this.#shown, "page");
		}
	}

	#note(prompt: Shown | undefined): AuthorizationPrompt | undefined {
		this.open = prompt;
		if (prompt?.type !== "authorization") return undefined;
		this.pages.push(prompt);
		this.#shown.emit("page");
		return prompt;
	}
}

export async function allow({ url, paste }: AuthorizationPrompt): Promise<Response | undefined> {
	const visited = await visit(url, "allow");
	return paste === undefined ? undefined : { type: "text", value: codeOn(visited) };
}

export async function deny({ url }: AuthorizationPrompt): Promise<undefined> {
	await visit(url, "deny");
}

/** One program's run. */
export interface Program {
	readonly person: Person;
	signIn(overrides?: Partial<Run>): Promise<AwsCredentials>;
	refused(overrides?: Partial<Run>): Promise<AuthError>;
	/** The first page that fits, shown already or the next. */
	saw(fits: (page: AuthorizationPrompt) => boolean): Promise<AuthorizationPrompt>;
}

export interface Scene extends Program {
	readonly cloud: Cloud;
	readonly ctx: TestContext;
	readonly clock: FakeClock;
	readonly identity: Identity<Config>;
	/** `refresh.json` */
	readonly file: string;
	run(overrides?: Partial<Run>): Run;
	/** Another run of the program in the same home, with a person of its own. */
	companion(): Promise<Program>;
	stored(): Record<string, unknown>;
	/** What the cloud found out about its token requests. */
	grants(): (string | undefined)[];
}

export interface SceneOptions extends CloudOptions {
	/** As in YAML. */
	readonly config?: Record<string, unknown>;
	readonly name?: string;
	readonly env?: Record<string, string>;
	readonly context?: Partial<AuthContext>;
}

export async function scene({
	config = {},
	name = "ada",
	env = {},
	context,
	...options
}: SceneOptions = {}): Promise<Scene> {
	const clock = fakeClock();
	const cloud = await startCloud({ now: clock.now, ...options });
	onTestFinished(() => cloud.close());
	const ctx = testContext({ clock, env: { AWS_ENDPOINT_URL: cloud.url, ...env }, ...context });
	const person = new Person();
	const identity = userOf(name, config);
	const file = join(ctx.home, ".cache/atmos/aws-webflow", `${identity.key}-test`, "refresh.json");
	const run = (overrides: Partial<Run> = {}): Run => ({
		ctx,
		signal: new AbortController().signal,
		realm: REALM,
		interaction: person,
		signIn: { flow: "browser" },
		force: false,
		...overrides,
	});
	const programOf = (who: Person): Program => {
		const signIn = async (overrides?: Partial<Run>): Promise<AwsCredentials> => {
			const started = run({ interaction: who, ...overrides });
			const credentials = await kind.authenticate(identity, undefined, ROOT, started);
			if (credentials.type !== "aws") throw new Error("these are no keys of AWS");
			return credentials;
		};
		return {
			person: who,
			signIn,
			async refused(overrides) {
				const thrown: unknown = await signIn(overrides).then(
					() => new Error("it was signed in to"),
					(error: unknown) => error,
				);
				if (thrown instanceof AuthError) return thrown;
				throw thrown;
			},
			saw: (fits) => who.saw(fits),
		};
	};
	return {
		...programOf(person),
		cloud,
		ctx,
		clock,
		identity,
		file,
		run,
		companion: async () => programOf(new Person()),
		stored: () => JSON.parse(readFileSync(file, "utf8")),
		grants: () =>
			cloud.requests.filter(({ operation }) => operation === "signin:CreateOAuth2Token").map(({ grant }) => grant),
	};
}

export const userOf = (name: string, config: Record<string, unknown> = {}): Identity<Config> => ({
	name,
	key: name.toLowerCase(),
	kind: "aws/user",
	file: "/project/atmos.yaml",
	config: v.parse(schema, config),
	via: {},
});
