/** GNOME's keyring on a session bus of its own, empty and unlocked. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PROGRAMS = ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"];

/** What is missing for it; undefined where all is there. */
export const lacking: string | undefined = PROGRAMS.find(
	(program) => spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0,
);

export interface SecretService {
	/** For every program that is to find it. */
	readonly env: Readonly<Record<string, string>>;
	/** What `secret-tool` finds under these attributes; undefined where there is none. */
	lookup(attributes: Readonly<Record<string, string>>): string | undefined;
	/** Has `secret-tool` store something. */
	store(attributes: Readonly<Record<string, string>>, value: string): void;
	/** The daemon stops answering, as one that hangs. */
	freeze(): void;
	thaw(): void;
	close(): Promise<void>;
}

/** @param locked with a password that nobody gives */
export async function startSecretService(options: { readonly locked?: boolean } = {}): Promise<SecretService> {
	const folder = mkdtempSync(join(tmpdir(), "atmos-auth-keyring-"));
	const own = {
		PATH: process.env.PATH ?? "",
		HOME: folder,
		XDG_RUNTIME_DIR: folder,
		XDG_DATA_HOME: join(folder, "data"),
	};
	const call =
		"dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus";
	const pidOf = `${call}.GetConnectionUnixProcessID string:org.freedesktop.secrets 2>/dev/null`;
	const up = `until pid=$(${pidOf}); do sleep 0.02; done`;
	const script = [
		'printf "secret" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1',
		up,
		// Made with a password, then started again without it.
		...(options.locked === true
			? [
					"kill -9 $(echo $pid | tr -dc ' 0-9' | xargs -n1 | tail -1)",
					`while ${pidOf} >/dev/null; do sleep 0.02; done`,
					"gnome-keyring-daemon --start --foreground --components=secrets >/dev/null 2>&1 </dev/null &",
					up,
				]
			: []),
		'echo "$DBUS_SESSION_BUS_ADDRESS"; echo $pid',
		"cat >/dev/null",
	].join("\n");
	const session: ChildProcess = spawn("dbus-run-session", ["--", "sh", "-c", script], {
		env: own,
		stdio: ["pipe", "pipe", "ignore"],
	});
	const lines = createInterface({ input: session.stdout as NodeJS.ReadableStream });
	const said: string[] = [];
	for await (const line of lines) if (said.push(line) === 2) break;
	const [address = "", reply = ""] = said;
	const pid = Number(/\d+\s*$/.exec(reply)?.[0]);
	const env = { ...own, DBUS_SESSION_BUS_ADDRESS: address };
	const words = (attributes: Readonly<Record<string, string>>): string[] => Object.entries(attributes).flat();
	return {
		env,
		lookup(attributes) {
			const { status, stdout } = spawnSync("secret-tool", ["lookup", ...words(attributes)], { env, encoding: "utf8" });
			return status === 0 ? stdout : undefined;
		},
		store(attributes, value) {
			execFileSync("secret-tool", ["store", "--label=test", ...words(attributes)], { env, input: value });
		},
		freeze: () => void process.kill(pid, "SIGSTOP"),
		thaw: () => void process.kill(pid, "SIGCONT"),
		async close() {
			process.kill(pid, "SIGKILL");
			session.stdin?.end();
			if (session.exitCode === null) await once(session, "exit");
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
