/** The actors of the login machine: every call outside it, each with the signal of the state that started it. */
import { fromPromise } from "xstate";
import type { AuthConfig } from "../auth/config/model.ts";
import type { Credentials, SsoSession } from "../auth/credentials.ts";
import { AuthError } from "../auth/errors.ts";
import type { Run } from "../auth/kinds.ts";
import { limitsOf } from "../auth/net/limits.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { type Progress, withSilenceLimit } from "../auth/system/time-limit.ts";
import { actorInteraction } from "./actor-interaction.ts";
import { askFor, withTrust } from "./ask-trust.ts";
import { authenticateLink, authenticateProvider, type Plan, planChain, rememberSignIn, type Target } from "./chain.ts";
import type { LoginSettings, Report } from "./login-data.ts";
import { assertConfigured } from "./nothing-configured.ts";
import { entriesOf, integrationWaiting, linkedIntegrations } from "./rows.ts";
import { type IntegrationInput, runIntegration } from "./run-integration.ts";
import { type Selection, selectIdentity } from "./select-identity.ts";
import type { BoardRow, Choice, IntegrationRow } from "./snapshot.ts";
import { tellSelection } from "./story.ts";

/** What is offered for an integration of a kind that there is not. */
const VALIDATE = "atmos-auth validate";

function noNews(plan: Plan, ms: number): AuthError {
	return new AuthError({
		code: "network",
		message: `the sign-in to "${sanitize(plan.target.name)}" made no progress for ${ms / 60_000} min`,
		remedy: "check the network connection, the VPN and the proxy; --log-level debug shows each request",
	});
}

/** Where actors report to. */
export interface Reporter {
	readonly report: (report: Report) => void;
}

export interface Started {
	readonly config: AuthConfig;
	readonly project: string;
	readonly profiles: readonly string[];
	readonly target?: Target | undefined;
	readonly choice?: Choice | undefined;
}

export interface Prepared {
	readonly plan: Plan;
	readonly integrations: readonly IntegrationRow[];
	/** Of the integrations, in the same order. */
	readonly integrationKeys: readonly string[];
}

interface StepInput extends Reporter {
	readonly plan: Plan;
	readonly config: AuthConfig;
}

/** Every promise that an actor waits for, so that the end of a login can be waited for. */
export type Running = Set<Promise<unknown>>;

/** @returns the actors by name, over the settings of one login */
export function createActors(settings: LoginSettings, running: Running) {
	const { ctx, dependencies } = settings;

	/**
	 * An actor whose promise is known to `running` until it settles, even after the actor was stopped. It reports only while
	 * it runs: what comes after its end or its abort cannot touch a later state.
	 */
	function actor<Output, Input extends object>(work: (input: Input, signal: AbortSignal) => Promise<Output>) {
		return fromPromise<Output, Input>(({ input, signal }) => {
			let over = false;
			const report = (event: Report): void => {
				if (!over && !signal.aborted) (input as Partial<Reporter>).report?.(event);
			};
			const promise = work({ ...input, report }, signal);
			running.add(promise);
			const done = (): void => {
				over = true;
				running.delete(promise);
			};
			promise.then(done, done);
			return promise;
		});
	}

	function run(
		input: StepInput,
		signal: AbortSignal,
		options: {
			readonly prompts: boolean;
			readonly rejected?: SsoSession | undefined;
			readonly progress?: Progress | undefined;
		},
	): Run {
		return {
			ctx: { ...ctx, signInCommand: input.plan.signInCommand },
			signal,
			realm: input.config.realm,
			interaction: actorInteraction({
				signal,
				canChoose: settings.interactive,
				prompts: options.prompts,
				report: input.report,
				progress: options.progress,
			}),
			force: settings.force,
			mayPrompt: settings.mayPrompt && options.prompts,
			...(options.rejected === undefined ? {} : { rejected: options.rejected }),
		};
	}

	/** A step of the main line ends when the servers leave it without news for too long, whatever it waits for. */
	function withinSilence<Result>(
		{ plan }: StepInput,
		signal: AbortSignal,
		work: (signal: AbortSignal, progress: Progress) => Promise<Result>,
	): Promise<Result> {
		const ms = limitsOf(ctx).signInMs;
		return withSilenceLimit({ clock: ctx.clock, ms, signal, error: () => noNews(plan, ms) }, work);
	}

	async function rowsOf(config: AuthConfig, of: Choice["of"]): Promise<readonly BoardRow[]> {
		return of === "identities" ? dependencies.identityRows(ctx, config) : dependencies.providerRows(ctx, config);
	}

	async function offer(config: AuthConfig, pick: Extract<Selection, { type: "pick" }>): Promise<Choice> {
		const offered = new Set(pick.keys);
		const rows = await rowsOf(config, pick.of);
		return { of: pick.of, reason: pick.reason, rows: rows.filter((row) => offered.has(row.key)) };
	}

	return {
		/** Reads the configuration and decides what the login is for. */
		start: actor(async (input: { readonly target?: Target | undefined }): Promise<Started> => {
			const config = await dependencies.loadConfig(ctx, settings.request);
			const found = {
				config,
				project: sanitize(await dependencies.projectName(ctx, config)),
				profiles: config.profiles.map(sanitize),
			};
			if (input.target !== undefined) return { ...found, target: input.target };
			await assertConfigured(config);
			const selection = selectIdentity({
				flags: settings.flags,
				env: config.env ?? ctx.env,
				identities: config.identities(),
				providers: config.providers(),
				interactive: settings.interactive,
			});
			tellSelection(ctx.log, selection);
			if (selection.type === "error") throw new AuthError(selection.error);
			if (selection.type === "pick") return { ...found, choice: await offer(config, selection) };
			return { ...found, target: selection };
		}),

		/** Reads the local state of the rows on offer once more. */
		refresh: actor(async (input: { readonly config: AuthConfig; readonly choice: Choice }): Promise<Choice> => {
			const offered = new Set(input.choice.rows.map((row) => row.key));
			const rows = await rowsOf(input.config, input.choice.of);
			return { ...input.choice, rows: rows.filter((row) => offered.has(row.key)) };
		}),

		/** Reads and checks the links of the chain, and looks for what is still good. */
		prepare: actor(
			async (input: Reporter & { readonly config: AuthConfig; readonly target: Target }, signal): Promise<Prepared> => {
				const { config, target } = input;
				const { interactive, force } = settings;
				const interaction = actorInteraction({ signal, canChoose: interactive, prompts: true, report: input.report });
				const asking = { config, interaction, signal, cwd: ctx.cwd };
				await askFor(asking, entriesOf(config, target));
				const plan = await withTrust(asking, () => planChain(ctx, config, dependencies, target, { force }));
				const entries = linkedIntegrations(plan.target, config);
				const integrations = await Promise.all(
					entries.map(async (entry) => {
						// What is wrong with a kind is the row's failure, when it is run.
						const kind = await dependencies.integrationKind(entry.kind).catch(() => undefined);
						return integrationWaiting(entry, kind?.retryCommand(entry.name) ?? VALIDATE);
					}),
				);
				return { plan, integrations, integrationKeys: entries.map((entry) => entry.key) };
			},
		),

		/** The provider's step. */
		signIn: actor(
			async (input: StepInput & { readonly rejected?: SsoSession | undefined }, signal): Promise<Credentials> =>
				withinSilence(input, signal, (limited, progress) =>
					authenticateProvider(input.plan, run(input, limited, { prompts: true, rejected: input.rejected, progress })),
				),
		),

		/** One identity's step; the last one's credentials are saved and remembered. */
		assume: actor(
			async (
				input: StepInput & { readonly index: number; readonly base: Credentials },
				signal,
			): Promise<Credentials> => {
				const { plan, config, index } = input;
				const credentials = await withinSilence(input, signal, (limited, progress) =>
					authenticateLink(plan, index, input.base, run(input, limited, { prompts: true, progress })),
				);
				if (index === plan.links.length - 1) {
					await rememberSignIn(ctx, config, dependencies, plan);
				}
				return credentials;
			},
		),

		/** The provider's discovery of identities, beside everything else. */
		discover: actor(async (input: StepInput & { readonly session: Credentials }, signal): Promise<void> => {
			await input.plan.providerKind.discover?.(
				input.plan.provider,
				input.session,
				run(input, signal, { prompts: false }),
			);
		}),

		/** One integration. It reports how it went and rejects only when it was stopped. */
		integrate: actor(
			async (input: Reporter & IntegrationInput, signal): Promise<void> =>
				runIntegration(
					{
						ctx: { ...ctx, signInCommand: input.signInCommand },
						dependencies,
						force: settings.force,
						attended: settings.mayPrompt,
						signal,
						report: input.report,
					},
					input,
				),
		),
	};
}
