/** What the tests of providers and identities share: a cloud, a provider of it, and somebody who looks on. */
import { EventEmitter, once } from "node:events";
import { onTestFinished } from "vitest";
import type { SsoSession } from "../../../../src/auth/aws/credentials.ts";
import { kind } from "../../../../src/auth/aws/identity-center/kind.ts";
import type { Config } from "../../../../src/auth/aws/identity-center/schema.ts";
import type { Provider } from "../../../../src/auth/config/model.ts";
import type { AuthContext } from "../../../../src/auth/context.ts";
import type {
	AuthorizationPrompt,
	DeviceCodePrompt,
	DiscoveryProgress,
	Interaction,
	Question,
	Reach,
	Response,
	Shown,
} from "../../../../src/auth/interaction.ts";
import type { Run } from "../../../../src/auth/kinds.ts";
import { type Cloud, type CloudOptions, startCloud } from "../../../cloud/cloud.ts";
import { smallWorld } from "../../../cloud/world.ts";
import { type FakeClock, fakeClock, type TestContext, testContext } from "../../../helpers/context.ts";

/** Longer than anything that is waited for on purpose, shorter than the limits of a sign-in and a discovery. */
const LONGEST_WAIT_MS = 60_000;

export const REALM = { value: "test", source: "env" } as const;

/** Notes everything that a step says, and answers menus. */
export class Onlooker implements Interaction {
	readonly prompts: (Shown | undefined)[] = [];
	readonly statuses: string[] = [];
	readonly discoveries: DiscoveryProgress[] = [];
	readonly questions: Question[] = [];
	readonly #events = new EventEmitter();
	reach: Reach = "link";
	answer: (question: Question) => string = () => "";

	show(prompt: Shown | undefined): void {
		this.prompts.push(prompt);
		if (prompt !== undefined) this.#events.emit("prompt", prompt);
	}

	status(text: string): void {
		this.statuses.push(text);
		this.#events.emit("status", text);
	}

	progress(progress: DiscoveryProgress): void {
		this.discoveries.push(progress);
	}

	/** What a person does about a page that is shown; nothing, if left out. */
	respond: ((shown: Shown) => Response | undefined) | undefined;

	offer(shown: Shown, signal: AbortSignal): Promise<Response> {
		this.show(shown);
		const response = this.respond?.(shown);
		if (response !== undefined) return Promise.resolve(response);
		return new Promise((_, reject) => {
			if (signal.aborted) reject(signal.reason);
			signal.addEventListener("abort", () => {
				this.show(undefined);
				reject(signal.reason);
			});
		});
	}

	async ask(question: Question): Promise<string> {
		this.questions.push(question);
		return this.answer(question);
	}

	/** The prompt that is shown, or the next one. */
	async page(): Promise<Shown> {
		return this.prompts.at(-1) ?? ((await once(this.#events, "prompt"))[0] as Shown);
	}

	/** The same of an authorization page, past whatever was shown before it. */
	async authorization(): Promise<AuthorizationPrompt> {
		for (;;) {
			const shown = this.prompts.at(-1);
			if (shown?.type === "authorization") return shown;
			await once(this.#events, "prompt");
		}
	}

	/** The same of a device code. */
	async shown(): Promise<DeviceCodePrompt> {
		const shown = await this.page();
		if (shown.type !== "device-code") throw new Error(`a page of type ${shown.type} is shown`);
		return shown;
	}

	/** Resolves when a status that fits has been given. */
	async said(fits: RegExp): Promise<void> {
		while (!this.statuses.some((text) => fits.test(text))) await once(this.#events, "status");
	}
}

/** Somebody who cannot be reached. */
export const nobody = (): Onlooker => Object.assign(new Onlooker(), { reach: "nobody" });

export interface Scene {
	readonly cloud: Cloud;
	readonly ctx: TestContext;
	readonly clock: FakeClock;
	readonly onlooker: Onlooker;
	readonly provider: Provider<Config>;
	run(overrides?: Partial<Run>): Run;
	signIn(overrides?: Partial<Run>): Promise<SsoSession>;
	/** Lets the time pass, sleep by sleep, until `done` settles. */
	pass<T>(done: Promise<T>): Promise<T>;
	/** A whole sign-in, approved as soon as the code is there. */
	approved(overrides?: Partial<Run>): Promise<SsoSession>;
}

export async function scene(
	options: CloudOptions & {
		readonly config?: Partial<Config>;
		readonly context?: Partial<AuthContext>;
		/** Whether the provider's endpoint is the cloud; true, if left out. */
		readonly endpoint?: boolean;
	} = {},
): Promise<Scene> {
	const clock = fakeClock();
	const cloud = await startCloud({ world: smallWorld(), now: clock.now, ...options });
	onTestFinished(() => cloud.close());
	const ctx = testContext({ clock, ...options.context });
	const onlooker = new Onlooker();
	const portal = cloud.world.portals[0];
	const provider: Provider<Config> = {
		name: "company-sso",
		key: "company-sso",
		kind: "aws/iam-identity-center",
		file: "atmos.yaml",
		config: {
			start_url: portal?.startUrl ?? "",
			region: portal?.region ?? "",
			...(options.endpoint === false ? {} : { spec: { endpoint_url: cloud.url } }),
			...options.config,
		},
	};
	const run = (overrides: Partial<Run> = {}): Run => ({
		ctx: { ...ctx, signInCommand: ["atmos-auth", "login", "dev-admin"] },
		signal: new AbortController().signal,
		realm: REALM,
		interaction: onlooker,
		signIn: {},
		force: false,
		...overrides,
	});
	const signIn = async (overrides?: Partial<Run>) => (await kind.authenticate(provider, run(overrides))) as SsoSession;
	async function pass<T>(done: Promise<T>): Promise<T> {
		let settled = false;
		const end = done.then(
			() => {
				settled = true;
			},
			() => {
				settled = true;
			},
		);
		while (!settled) {
			await Promise.race([end, clock.asleep(LONGEST_WAIT_MS).then((ms) => clock.advance(ms))]);
		}
		return done;
	}
	return {
		cloud,
		ctx,
		clock,
		onlooker,
		provider,
		run,
		signIn,
		pass,
		async approved(overrides) {
			const code = cloud.nextCode();
			const session = signIn(overrides);
			await Promise.race([code.then((userCode) => cloud.approve(userCode)), session]);
			return pass(session);
		},
	};
}

/** What a promise is rejected with. */
export async function failure<E = Error>(promise: Promise<unknown>): Promise<E> {
	return promise.then(
		() => {
			throw new Error("it should have failed");
		},
		(error) => error as E,
	);
}
