/** `user configure`: keeps a user's access keys in the keyring. */
import { loadConfig } from "../auth/config/load.ts";
import type { AuthConfig, Identity, IdentitySummary } from "../auth/config/model.ts";
import { Secret } from "../auth/credentials.ts";
import type { EnteredKeys, KeyField, KeyKind, KeyOwner, KeyRun } from "../auth/entered-keys.ts";
import { AuthError, isAbort } from "../auth/errors.ts";
import { PersonNeededError } from "../auth/person-needed.ts";
import { enteredKeys, takesKeys } from "../auth/registry.ts";
import { keyringType } from "../auth/storage/keyring/settings.ts";
import { tildify } from "../auth/storage/paths.ts";
import { lowerCase } from "../auth/system/lower-case.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { isInteractive } from "../flows/interactive.ts";
import { assertConfigured } from "../flows/nothing-configured.ts";
import { createPrinter } from "../output/printer.ts";
import { createPrompter, type Prompter } from "../terminal/prompt.ts";
import { createContext } from "./create-context.ts";
import type { Command } from "./definition.ts";
import { parseFlags } from "./flags.ts";
import { interruptible } from "./interruptible.ts";
import { settingError, usageError } from "./usage.ts";
import { userConfigure } from "./user-configure.ts";

/** What all parts of a run share. */
interface Conversation {
	readonly kind: KeyKind;
	readonly identity: Identity;
	readonly run: KeyRun;
	/** Undefined where nobody can be asked. */
	readonly prompter: Prompter | undefined;
	say(line: string): void;
}

export const run: Command = async ({ argv, terminal }) => {
	const { argument, flags, request, common } = parseFlags(userConfigure, argv);
	const { words } = userConfigure;
	if (flags.remove && (flags.fromEnv || flags.yes || flags.verify !== undefined))
		throw usageError(words, "--remove goes with none of the other flags");
	if (argument !== undefined && flags.identity !== undefined && lowerCase(argument) !== lowerCase(flags.identity))
		throw usageError(words, `two identities were given: "${sanitize(argument)}" and "${sanitize(flags.identity)}"`);
	const ctx = createContext({ terminal, common });
	const { print } = createPrinter(terminal, common.color);
	const say = (line: string): void => print([line]);
	const { env, stdinIsTerminal, stderrIsTerminal } = terminal;
	const cancelled = (): AuthError => new AuthError({ code: "cancelled", message: "cancelled" });
	const prompter = isInteractive({ env, stdinIsTerminal, stderrIsTerminal })
		? createPrompter(terminal, cancelled)
		: undefined;
	try {
		return await interruptible(async ({ signal }) => {
			const config = await loadConfig(ctx, request);
			await assertConfigured(config);
			const asked = argument ?? flags.identity;
			const name = await chosen(config, { asked, env: config.env ?? env, prompter, signal, say });
			const identity = await config.identity(name);
			const kind = await enteredKeys(identity.kind);
			if (kind === undefined) throw noKeys(identity);
			const settings = async () => (await config.keyring?.()) ?? {};
			const run: KeyRun = {
				ctx: { ...ctx, keyring: settings },
				realm: config.realm,
				signal,
				interaction: interactionOf(prompter, say),
			};
			const conversation: Conversation = { kind, identity, run, prompter, say };
			if (keyringType(ctx, await settings()) === "memory") throw keepsNothing();
			if (flags.remove) return remove(conversation);
			return configure(conversation, {
				fromEnv: flags.fromEnv === true,
				verify: flags.verify !== false,
				yes: flags.yes === true,
			});
		});
	} finally {
		prompter?.close();
		ctx.network.close();
	}
};

/** The keyring's password is asked for here too. */
function interactionOf(prompter: Prompter | undefined, say: (line: string) => void): KeyRun["interaction"] {
	return {
		reach: prompter === undefined ? "nobody" : "line",
		show: () => undefined,
		offer: () => Promise.reject(new Error("nothing is offered here")),
		ask: (question, signal) => {
			if (prompter === undefined || question.type !== "secret")
				return Promise.reject(new Error("this cannot be asked here"));
			return prompter.secret(`${question.question} (${question.source}): `, signal);
		},
		status: (text) => say(text),
		progress: () => undefined,
	};
}

interface Choosing {
	readonly asked: string | undefined;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly prompter: Prompter | undefined;
	readonly signal: AbortSignal;
	say(line: string): void;
}

async function chosen(config: AuthConfig, { asked, env, prompter, signal, say }: Choosing): Promise<string> {
	if (asked !== undefined) return asked;
	const users = config.identities().filter(({ kind }) => takesKeys(kind));
	const [only] = users;
	if (only === undefined) {
		throw new AuthError({
			code: "config",
			message: "no identity of this configuration has keys of its own",
			remedy: "add an identity of kind aws/user under auth.identities in atmos.yaml",
		});
	}
	// It may be set for other work.
	const variable = env.ATMOS_IDENTITY || env.IDENTITY;
	const set = users.find(({ key }) => variable !== undefined && key === lowerCase(variable));
	if (set !== undefined) return set.name;
	if (users.length === 1) return only.name;
	if (prompter === undefined) {
		throw settingError({
			message: "several identities have keys of their own, and choosing one needs a terminal",
			remedy: "give one: atmos-auth user configure NAME",
			details: users.map(({ name }) => sanitize(name)),
			candidates: users.map(({ name }) => sanitize(name)),
		});
	}
	return choose(users, prompter, signal, say);
}

async function choose(
	users: readonly IdentitySummary[],
	prompter: Prompter,
	signal: AbortSignal,
	say: (line: string) => void,
): Promise<string> {
	for (const [index, { name }] of users.entries()) say(`  ${index + 1}  ${sanitize(name)}`);
	for (;;) {
		const answer = await prompter.line(`Which identity (1 to ${users.length}, or its name): `, signal);
		const found = users[Number(answer) - 1] ?? users.find(({ key }) => key === lowerCase(answer));
		if (found !== undefined) return found.name;
		say("That is none of them.");
	}
}

async function remove({ kind, identity, run, say }: Conversation): Promise<number> {
	const place = await kind.remove(identity, run);
	const name = sanitize(identity.name);
	say(place === undefined ? `The keyring has no keys of "${name}".` : `Removed the keys of "${name}" from ${place}.`);
	return 0;
}

async function configure(
	conversation: Conversation,
	options: { readonly fromEnv: boolean; readonly verify: boolean; readonly yes: boolean },
): Promise<number> {
	const { kind, identity, run, say } = conversation;
	const name = sanitize(identity.name);
	const inFile = kind.configured(identity);
	if (inFile.includes("id")) {
		const file = tildify(run.ctx, identity.file);
		say(
			`Note: ${file} has keys of "${name}" too. Those are used, and not the ones in the keyring, until they are removed there.`,
		);
	}
	const keys = options.fromEnv ? fromEnvironment(conversation) : await entered(conversation, inFile);
	const owner = options.verify ? await kind.owner(identity, keys, run) : undefined;
	if (owner !== undefined) say(`These are the keys of ${sanitize(owner.name)}, in account ${sanitize(owner.account)}.`);
	if (!(await mayReplace(conversation, keys, owner, options))) {
		say("Nothing was changed.");
		return 2;
	}
	const place = await kind.store(identity, keys, run);
	say(`Stored the keys of "${name}" in ${place}.`);
	return 0;
}

function fromEnvironment({ kind, identity, run }: Conversation): EnteredKeys {
	const { id, secret } = kind.variables;
	const value = (field: "id" | "secret", variable: string): string => {
		const text = run.ctx.env[variable]?.trim() ?? "";
		const objection = text === "" ? "it is not set" : kind.objection(field, text);
		if (objection === undefined) return text;
		throw settingError({
			message: `${variable} cannot be used for "${sanitize(identity.name)}"`,
			reason: objection,
			remedy: `set ${id} and ${secret} to the user's own access key`,
		});
	};
	return { id: value("id", id), secret: new Secret(value("secret", secret)) };
}

async function entered({ kind, identity, run, prompter, say }: Conversation, inFile: readonly KeyField[]) {
	if (prompter === undefined) {
		const { id, secret } = kind.variables;
		throw new PersonNeededError({
			message: `entering the keys of "${sanitize(identity.name)}" needs a terminal`,
			remedy: {
				say: `set ${id} and ${secret}, then take them from there`,
				run: ["atmos-auth", ...userConfigure.words.split(" "), sanitize(identity.name), "--from-env"],
			},
		});
	}
	const ask = async (field: KeyField, more = ""): Promise<string> => {
		const question = `${kind.labels[field]}${more}: `;
		for (;;) {
			const text =
				field === "secret"
					? (await prompter.secret(question, run.signal)).trim()
					: await prompter.line(question, run.signal);
			if (text === "" && more !== "") return text;
			const objection = kind.objection(field, text);
			if (objection === undefined) return text;
			// Never the value: it may be a secret that was pasted at the wrong question.
			say(`That cannot be: ${objection}.`);
		}
	};
	const optional = async (field: KeyField, more: string): Promise<string | undefined> => {
		if (!inFile.includes(field)) return (await ask(field, more)) || undefined;
		say(`${kind.labels[field]}: as in ${tildify(run.ctx, identity.file)}`);
		return undefined;
	};
	const id = await ask("id");
	const secret = new Secret(await ask("secret"));
	const mfa = await optional("mfa", " (none: Enter)");
	return { id, secret, mfa, duration: await optional("duration", " (12h: Enter)") };
}

/** A user's new keys take the place of its old ones; another user's are asked about. */
async function mayReplace(
	{ kind, identity, run, prompter, say }: Conversation,
	keys: EnteredKeys,
	owner: KeyOwner | undefined,
	{ yes }: { readonly yes: boolean },
): Promise<boolean> {
	const before = await kind.stored(identity, run);
	if (before === undefined || before.id === keys.id) return true;
	const previous =
		owner &&
		(await kind.owner(identity, before, run).catch((error: unknown) => {
			if (isAbort(error)) throw error;
			return undefined;
		}));
	if (previous !== undefined && previous.name === owner?.name) return true;
	const whose =
		previous === undefined ? `another access key, ${sanitize(before.id)}` : `those of ${sanitize(previous.name)}`;
	say(`The keyring has other keys for "${sanitize(identity.name)}": ${whose}.`);
	if (yes) return true;
	if (prompter === undefined) {
		throw settingError({
			message: "another user's keys are not replaced without a question",
			remedy: {
				say: "if they are to be replaced",
				run: ["atmos-auth", ...userConfigure.words.split(" "), sanitize(identity.name), "--from-env", "--yes"],
			},
		});
	}
	return /^y(?:es)?$/i.test(await prompter.line("Replace them? [y/N] ", run.signal));
}

function noKeys({ name, kind }: Identity): AuthError {
	return settingError({
		message: `"${sanitize(name)}" has no keys of its own`,
		reason: `it is of kind ${sanitize(kind)}`,
		remedy: "give an identity of kind aws/user",
	});
}

function keepsNothing(): AuthError {
	return settingError({
		message: "the keyring in memory keeps nothing beyond this command",
		remedy: "set ATMOS_KEYRING_TYPE to system or file",
	});
}
