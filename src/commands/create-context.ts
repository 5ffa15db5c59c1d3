/** Builds the one context of a run from the process: everything impure is read here. */
import { statSync } from "node:fs";
import { hostname } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { AuthContext, Clock } from "../auth/context.ts";
import { watchSecrets } from "../auth/credentials.ts";
import { createNetwork } from "../auth/net/create-network.ts";
import { certificateVariables } from "../auth/registry.ts";
import { watchFiles } from "../auth/storage/file-events.ts";
import { relativeFolders } from "../auth/storage/paths.ts";
import { sweepTemporaries } from "../auth/storage/temporary.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import type { Terminal } from "../terminal/streams.ts";
import { version } from "../version.ts";
import { homeFolder } from "./home.ts";
import { createLogger, type LogLevel, logLevel } from "./logger.ts";
import type { CommonFlags } from "./options.ts";
import { self } from "./self.ts";
import { settingError } from "./usage.ts";

export const wallClock: Clock = {
	now: () => Date.now(),
	sleep: (ms, signal) => delay(Math.max(0, ms), undefined, signal ? { signal } : undefined),
};

/**
 * The logical working directory: `$PWD` if it is the same directory as `.`, so that a project reached through a
 * symbolic link has the realm that the Go program gives it (`os.Getwd`).
 */
export function logicalDirectory(env: Terminal["env"]): string {
	const physical = process.cwd();
	const logical = env.PWD;
	if (!logical || !isAbsolute(logical)) return physical;
	try {
		const [a, b] = [statSync(logical), statSync(".")];
		return a.dev === b.dev && a.ino === b.ino ? logical : physical;
	} catch {
		return physical;
	}
}

/** `--log-level`, else `ATMOS_LOGS_LEVEL`, else what the command logs without being asked. */
function levelOf(common: CommonFlags, env: Terminal["env"]): LogLevel {
	if (common.logLevel !== undefined) return common.logLevel;
	return env.ATMOS_LOGS_LEVEL ? logLevel(env.ATMOS_LOGS_LEVEL, "ATMOS_LOGS_LEVEL") : (common.usualLevel ?? "warning");
}

/**
 * @param options.common the flags common to all commands
 * @throws AuthError `usage` when `--chdir` names no directory or HOME none, and for a level in `ATMOS_LOGS_LEVEL` that there is not
 */
export function createContext(options: {
	readonly terminal: Terminal;
	readonly common: CommonFlags;
	/** Where log lines go instead of stderr, while that shows something else. */
	readonly writeLog?: ((line: string) => void) | undefined;
}): AuthContext {
	const { terminal, common } = options;
	const { env, platform } = terminal;
	const home = homeFolder(terminal);
	const start = logicalDirectory(env);
	const target = common.chdir ?? (env.ATMOS_CHDIR || undefined);
	let cwd = start;
	if (target !== undefined) {
		cwd = target.startsWith("~/") ? join(home, target.slice(2)) : resolve(start, target);
		if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
			throw settingError({
				message: `${common.chdir === undefined ? "ATMOS_CHDIR" : "--chdir"}: ${sanitize(cwd)} is not a directory`,
				remedy: { run: ["ls", "-ld", sanitize(cwd)] },
			});
		}
	}
	const secrets = new Set<string>();
	watchSecrets((value) => secrets.add(value));
	const log = createLogger({
		level: levelOf(common, env),
		secrets,
		write: options.writeLog ?? ((line) => terminal.stderr.write(line)),
	});
	for (const name of relativeFolders({ env, platform })) {
		log.warn(`${name} is a relative path and is ignored: ${sanitize(env[name] ?? "")}`);
	}
	const { node } = process.versions;
	log.debug(`atmos-auth ${version}`, { node, platform, arch: process.arch, folder: cwd });
	const told = new Set<string>();
	watchFiles((event, path) => {
		// Some are read often; that they are read again is of no interest.
		if (event === "read" && told.has(path)) return;
		told.add(path);
		log.debug(`file ${event}`, { path });
	});
	void sweepTemporaries({ env, home, cwd, platform });
	return {
		env,
		cwd,
		home,
		platform,
		hostname: hostname(),
		pid: process.pid,
		clock: wallClock,
		log,
		network: createNetwork({ env, log, clock: wallClock, platform, certificateVariables: certificateVariables() }),
		self: self({ env, cwd }),
	};
}
