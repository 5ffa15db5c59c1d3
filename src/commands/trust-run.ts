/** `trust`: shows what this project's configuration would do beyond signing in, and remembers that its user agrees. */
import { createInterface } from "node:readline/promises";
import { loadConfig } from "../auth/config/load.ts";
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import { AuthError } from "../auth/errors.ts";
import { type Fact, factLines } from "../auth/trust/facts.ts";
import { projectRoot, removeTrust } from "../auth/trust/store.ts";
import { isInteractive } from "../flows/interactive.ts";
import { createPrinter } from "../output/printer.ts";
import type { Terminal } from "../terminal/streams.ts";
import { createContext } from "./create-context.ts";
import type { Command } from "./definition.ts";
import { parseFlags } from "./flags.ts";
import { trust } from "./trust.ts";
import { usageError } from "./usage.ts";

export const run: Command = async ({ argv, terminal }) => {
	const { request, common, flags } = parseFlags(trust, argv);
	const chosen = (["yes", "list", "remove"] as const).filter((name) => flags[name] === true);
	if (chosen.length > 1) throw usageError(trust.words, `--${chosen[0]} and --${chosen[1]} cannot be used together`);
	const ctx = createContext({ terminal, common });
	const { print } = createPrinter(terminal, common.color);
	const say = (line: string): void => print([line]);
	const config = await loadConfig(ctx, request);
	if (flags.remove) return remove(ctx, config, say);
	if (flags.list) return list(ctx, config, say);
	return agree(ctx, config, { terminal, yes: flags.yes === true, say });
};

async function agree(
	ctx: AuthContext,
	config: AuthConfig,
	options: { readonly terminal: Terminal; readonly yes: boolean; readonly say: (line: string) => void },
): Promise<number> {
	const { terminal, yes, say } = options;
	const facts = await config.trust.survey();
	const fresh = facts.filter(({ agreed }) => !agreed).map(({ fact }) => fact);
	if (fresh.length === 0) {
		say(
			facts.length === 0
				? "There is nothing to agree to: this configuration only signs in."
				: `You have already agreed to everything (${facts.length}). To see it: atmos-auth trust --list`,
		);
		return 0;
	}
	const before = facts.length === fresh.length ? "" : `, ${fresh.length} of ${facts.length} new`;
	say(`This project's configuration wants to${before}:`);
	for (const fact of fresh) show(ctx, fact, say);
	if (!yes) {
		const { env, stdinIsTerminal, stderrIsTerminal } = terminal;
		if (!isInteractive({ env, stdinIsTerminal, stderrIsTerminal })) {
			throw new AuthError({
				code: "usage",
				message: "agreeing needs a terminal",
				// No command as data: agreeing is for a person to decide, not for a program that follows remedies.
				remedy: "run atmos-auth trust in a terminal, or agree without being asked: atmos-auth trust --yes",
			});
		}
		if (!(await confirm(terminal, say))) {
			say("You have agreed to nothing.");
			return 2;
		}
	}
	await config.trust.answer(fresh, true);
	say(`Remembered for ${new Set(fresh.map(({ root }) => root)).size === 1 ? "this project" : "these projects"}.`);
	return 0;
}

async function list(ctx: AuthContext, config: AuthConfig, say: (line: string) => void): Promise<number> {
	const facts = await config.trust.survey();
	if (facts.length === 0) say("There is nothing to agree to: this configuration only signs in.");
	for (const agreed of [true, false]) {
		const some = facts.filter((entry) => entry.agreed === agreed);
		if (some.length > 0) say(agreed ? "You have agreed to:" : "You have not agreed to:");
		for (const { fact } of some) show(ctx, fact, say);
	}
	return 0;
}

async function remove(ctx: AuthContext, config: AuthConfig, say: (line: string) => void): Promise<number> {
	const facts = await config.trust.survey();
	// The project's own root too: what it wanted before may be gone from its configuration.
	const roots = new Set([...facts.map(({ fact }) => fact.root), projectRoot(config, ctx.cwd)]);
	let count = 0;
	for (const root of roots) count += await removeTrust(ctx, root);
	say(count === 0 ? "There was nothing to forget." : `Forgot ${count} ${count === 1 ? "item" : "items"}.`);
	return 0;
}

function show(ctx: AuthContext, fact: Fact, say: (line: string) => void): void {
	for (const line of factLines(fact, ctx.cwd)) say(`  ${line}`);
}

/** Only a typed yes is one. */
async function confirm(terminal: Terminal, say: (line: string) => void): Promise<boolean> {
	const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
	const stop = new AbortController();
	lines.once("SIGINT", () => stop.abort());
	lines.once("close", () => stop.abort());
	try {
		const answer = await lines.question("Do you agree? [y/N] ", { signal: stop.signal });
		return /^y(?:es)?$/i.test(answer.trim());
	} catch {
		say("");
		return false;
	} finally {
		lines.close();
	}
}
