/** Docker's credential helpers: programs called `docker-credential-<name>`. https://github.com/docker/docker-credential-helpers#development */
import { spawn } from "node:child_process";
import type { AuthContext } from "../context.ts";
import { findProgram } from "../find-program.ts";
import { sanitize } from "../sanitize.ts";
import type { DockerLogin } from "./docker-config.ts";

export type HelperOutcome = { readonly stored: true } | { readonly stored: false; readonly reason: string };

/** A helper may ask a locked keychain; nobody answers it here. */
const LIMIT_MS = 10_000;

/** What helpers say when they cannot, and what it means. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
	[/-25308/, "the keychain is locked or may not be used here"],
	[/-25299/, "the keychain has an entry that cannot be replaced"],
	[/stub received bad data/i, "the login is longer than the Windows credential manager takes"],
	[/not implemented/i, "it only reads"],
	[/pass.*not initialized|gpg/i, "its password store is not set up"],
];

/**
 * Gives a login to a credential helper. The helper never gets the terminal, is found on an absolute `PATH` entry outside
 * the working directory, and has ten seconds.
 *
 * @throws the signal's reason when it is aborted
 */
export async function storeWithHelper(
	ctx: AuthContext,
	name: string,
	login: DockerLogin,
	signal: AbortSignal,
): Promise<HelperOutcome> {
	if (/[\\/\0]/.test(name)) return { stored: false, reason: "its name is a path" };
	const program = findProgram(`docker-credential-${name}`, { path: ctx.env.PATH, cwd: ctx.cwd });
	if (program === undefined) return { stored: false, reason: `docker-credential-${sanitize(name)} is not installed` };
	const outcome = await new Promise<HelperOutcome>((resolve) => {
		const child = spawn(program, ["store"], {
			stdio: ["pipe", "pipe", "pipe"],
			env: ctx.env as NodeJS.ProcessEnv,
			cwd: ctx.home,
			timeout: LIMIT_MS,
			killSignal: "SIGKILL",
			signal,
		});
		let said = "";
		const hear = (chunk: Buffer): void => {
			if (said.length < 4_000) said += chunk.toString("utf8");
		};
		child.stdout.on("data", hear);
		child.stderr.on("data", hear);
		child.once("error", (error) => resolve({ stored: false, reason: sanitize(error.message) }));
		child.once("close", (code, killedBy) => {
			if (code === 0) return resolve({ stored: true });
			if (killedBy) return resolve({ stored: false, reason: `it did not answer within ${LIMIT_MS / 1000} s` });
			const meaning = MEANINGS.find(([pattern]) => pattern.test(said))?.[1];
			// What it says could repeat what it was given.
			const words = said.includes(login.password.reveal()) ? "" : sanitize(said).slice(0, 120);
			resolve({ stored: false, reason: meaning ?? (words || `exit code ${code}`) });
		});
		// A helper that does not read its input closes the pipe: its exit code says the rest.
		child.stdin.on("error", () => {});
		child.stdin.end(
			JSON.stringify({ ServerURL: login.host, Username: login.username, Secret: login.password.reveal() }),
		);
	});
	signal.throwIfAborted();
	return outcome;
}
