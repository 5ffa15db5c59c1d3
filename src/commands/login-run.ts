/** `atmos-auth login`: reads the flags, starts the login, and shows it on the face that fits. */
import { hostname } from "node:os";
import type { AuthContext } from "../auth/context.ts";
import { watchSecrets } from "../auth/credentials.ts";
import type { Reach } from "../auth/interaction.ts";
import { isCi, isInteractive } from "../flows/interactive.ts";
import type { LoginHandle, LoginSnapshot } from "../flows/snapshot.ts";
import { startLogin } from "../flows/start-login.ts";
import { annotations } from "../output/annotations.ts";
import { lineInput } from "../output/ask-line.ts";
import { endingLines } from "../output/ending.ts";
import { type EndingOptions, loginExitCode } from "../output/exit-code.ts";
import { forwardingOf } from "../output/forwarding.ts";
import { runJson } from "../output/json.ts";
import type { OpenedPages } from "../output/opened-pages.ts";
import { runPlain } from "../output/plain.ts";
import { createPrinter, type Printer } from "../output/printer.ts";
import { annotationCommand, maskCommands } from "../output/workflow-commands.ts";
import { gitBashHint } from "../terminal/git-bash.ts";
import { leaveAtOnce } from "../terminal/signals.ts";
import { isAttended, type Terminal } from "../terminal/streams.ts";
import { createContext } from "./create-context.ts";
import type { Command } from "./definition.ts";
import { parseFlags } from "./flags.ts";
import { type Interruption, interruptible } from "./interruptible.ts";
import { login } from "./login.ts";
import { openApprovalPages } from "./open-page.ts";
import { signInOptions } from "./sign-in-options.ts";
import { usageError } from "./usage.ts";
import { booleanVariable } from "./values.ts";

/** How long what is left over may keep a cancelled program alive, in milliseconds. */
const LINGER_MS = 200;

type Face = "dashboard" | "plain" | "json";

interface Options {
	readonly face: Face;
	/** Failures become annotations of the run. */
	readonly inActions: boolean;
	readonly strict: boolean;
	readonly noBrowser: boolean;
	/** Somebody can answer a question with a line. */
	readonly canType: boolean;
	/** `true` for `--color`, `false` for `--no-color`. */
	readonly colour: boolean | undefined;
}

export const run: Command = async ({ argv, terminal }) => {
	const { env } = terminal;
	const { arguments: names, flags, common, request } = parseFlags(login, argv);
	if (flags.plain && flags.json) throw usageError(login.words, "--plain and --json cannot be used together");
	const signIn = signInOptions(flags, env);
	const asked = flags.interactive ?? booleanVariable(env, "ATMOS_INTERACTIVE");
	const { stdinIsTerminal, stderrIsTerminal } = terminal;
	const { plain, json } = flags;
	const interactive = isInteractive({ env, stdinIsTerminal, stderrIsTerminal, plain, json, interactive: asked });
	const face: Face = json ? "json" : interactive ? "dashboard" : "plain";

	const canType = face === "plain" && isAttended(terminal) && !isCi(env) && asked !== false;
	const hint = face === "plain" && !plain && asked !== false && !isCi(env) ? gitBashHint(terminal) : undefined;
	if (hint !== undefined) createPrinter(terminal, common.color).print([hint]);

	const held = face === "dashboard" ? holdLines(terminal) : undefined;
	const ctx = createContext({ terminal, common, writeLog: held?.write });
	const inActions = env.GITHUB_ACTIONS === "true";
	const unwatch = inActions && face !== "dashboard" ? watchSecrets(masker(terminal)) : () => undefined;
	try {
		const handle = startLogin({
			ctx,
			request,
			flags: {
				provider: flags.provider,
				identity: flags.identity === true ? undefined : flags.identity,
				ask: flags.identity === true,
				positional: names,
				tags: flags.tags,
				all: flags.all,
			},
			interactive,
			reach: reachOf({
				interactive,
				// In CI nobody is there to approve, unless somebody says so.
				isAttended: flags.deviceCode === true || (!isCi(env) && asked !== false),
				canType,
			}),
			force: flags.force === true,
			signIn,
		});
		const options = {
			face,
			inActions,
			strict: flags.strict === true,
			noBrowser: flags.browser === false,
			canType,
			colour: common.color,
		};
		return await interruptible((interruption) => show(handle, options, { ctx, terminal, interruption, held }));
	} finally {
		unwatch();
		ctx.network.close();
		held?.release();
	}
};

/** How hidden lines are read. A terminal that obeys nothing is asked for nothing. */
function answers({ env, platform, stderr }: Terminal): Parameters<typeof lineInput>[1] {
	return { platform, write: env.TERM === "dumb" ? () => undefined : (sequence) => void stderr.write(sequence) };
}

/** How far a person can be reached on a face. */
function reachOf(run: {
	readonly interactive: boolean;
	readonly isAttended: boolean;
	readonly canType: boolean;
}): Reach {
	if (run.interactive) return "keyboard";
	if (run.canType) return "line";
	return run.isAttended ? "link" : "nobody";
}

interface HeldLines {
	write(line: string): void;
	/** Writes what was held, once. */
	release(): void;
}

/** The dashboard's screen is no place for log lines: they follow when it is closed, in whatever way that happens. */
function holdLines(terminal: Terminal): HeldLines {
	const lines: string[] = [];
	const release = (): void => {
		process.off("exit", release);
		terminal.stderr.write(lines.splice(0).join(""));
	};
	return {
		write(line) {
			lines.push(line);
			// The last of the listeners: those that give the terminal back come before it.
			process.off("exit", release).once("exit", release);
		},
		release,
	};
}

/** One run of the command. */
interface Run {
	readonly ctx: AuthContext;
	readonly terminal: Terminal;
	readonly interruption: Interruption;
	readonly held: HeldLines | undefined;
}

/** Shows the login until it is over. @returns the exit code */
async function show(login: LoginHandle, options: Options, run: Run): Promise<number> {
	const { face } = options;
	const { ctx, terminal, interruption } = run;
	const printer = createPrinter(terminal, options.colour);
	const ending: EndingOptions = { strict: options.strict, endedBy: interruption.by };
	interruption.signal.addEventListener("abort", () => login.send({ type: "CANCEL" }), { once: true });
	// A program that reads events opens pages itself, or shows the link.
	const pages = face === "json" ? undefined : openApprovalPages(login, { ctx, noBrowser: options.noBrowser });
	try {
		const last = await runFace(login, options, run, { printer, ending, pages });
		run.held?.release();
		const lines =
			face === "json" && last.phase !== "failed"
				? []
				: endingLines(last, ctx.clock.now(), printer.style, { next: terminal.stderrIsTerminal && !isCi(ctx.env) });
		if (face === "plain" && lines.length > 0 && last.phase === "done") lines.unshift("");
		printer.print(lines);
		if (options.inActions) {
			for (const annotation of annotations(last, ctx.env.GITHUB_WORKSPACE)) {
				terminal.stderr.write(`${annotationCommand(annotation)}\n`);
			}
		}
		const code = loginExitCode(last, ending);
		// What did not heed its signal must not keep the program from ending.
		if (last.phase === "cancelled") setTimeout(() => leaveAtOnce(code), LINGER_MS).unref();
		return code;
	} finally {
		pages?.stop();
	}
}

async function runFace(
	login: LoginHandle,
	options: Options,
	{ ctx, terminal }: Run,
	shown: { readonly printer: Printer; readonly ending: EndingOptions; readonly pages: OpenedPages | undefined },
): Promise<LoginSnapshot> {
	const { clock } = ctx;
	const { printer, ending, pages } = shown;
	switch (options.face) {
		case "json":
			return runJson({ login, clock, ending, write: (text) => terminal.stdout.write(text) });
		case "plain":
			return runPlain({
				login,
				clock,
				printer,
				ending,
				pages,
				forwarding: (port) => forwardingOf(port, { ...ctx, hostname: hostname() }),
				input: options.canType ? lineInput(terminal.stdin, answers(terminal)) : undefined,
			});
		default: {
			const { runDashboard } = await import("../components/dashboard.tsx");
			await runDashboard({ login, terminal, clock, colour: options.colour, cwd: ctx.cwd, pages });
			return login.finished;
		}
	}
}

/** Has a GitHub Actions runner mask secrets in all that the job writes from now on. */
function masker(terminal: Terminal): (value: string) => void {
	const told = new Set<string>();
	return (value) => {
		if (told.has(value)) return;
		told.add(value);
		for (const command of maskCommands(value)) terminal.stderr.write(`${command}\n`);
	};
}
