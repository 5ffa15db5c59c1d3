/** Runs the program, from its sources or as it is built, in a process of its own, against the loopback cloud. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type Cloud, type CloudOptions, startCloud } from "../cloud/cloud.ts";
import { smallWorld } from "../cloud/world.ts";
import { PROJECT } from "./project.ts";

const ENTRY = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
/** As it is installed. It starts several times faster, and is what `npm run build` has made last. */
export const BUILT = fileURLToPath(new URL("../../dist/atmos-auth.mjs", import.meta.url));

export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface Running {
	readonly process: ChildProcess;
	/** Resolves as soon as either stream has written what fits. */
	saw(text: RegExp): Promise<void>;
	readonly ended: Promise<Ended>;
}

export interface Program {
	readonly cloud: Cloud;
	readonly home: string;
	readonly folder: string;
	run(args: readonly string[], env?: Readonly<Record<string, string>>): Running;
}

/** A home, a project folder and a cloud, for programs that are run one after another or at once. */
export async function program(
	options: CloudOptions & { readonly yaml?: string; readonly entry?: string } = {},
): Promise<Program> {
	const cloud = await startCloud({ world: smallWorld({ pollSeconds: 1 }), ...options });
	const entry = options.entry ?? ENTRY;
	const root = realpathSync(mkdtempSync(join(tmpdir(), "atmos-auth-test-")));
	const [home, folder] = [join(root, "home"), join(root, "acme-infra")];
	mkdirSync(home);
	mkdirSync(folder);
	writeFileSync(join(folder, "atmos.yaml"), options.yaml ?? PROJECT);
	onTestFinished(async () => {
		await cloud.close();
		rmSync(root, { recursive: true, force: true });
	});
	return {
		cloud,
		home,
		folder,
		run(args, env = {}) {
			const child = spawn(process.execPath, [entry, ...args], {
				cwd: folder,
				stdio: ["ignore", "pipe", "pipe"],
				env: {
					PATH: process.env.PATH,
					HOME: home,
					LANG: "C.UTF-8",
					AWS_ENDPOINT_URL: cloud.url,
					ATMOS_AUTH_REALM: "test",
					...env,
				},
			});
			let stdout = "";
			let stderr = "";
			child.stdout.setEncoding("utf8").on("data", (text: string) => {
				stdout += text;
			});
			child.stderr.setEncoding("utf8").on("data", (text: string) => {
				stderr += text;
			});
			const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
			return {
				process: child,
				async saw(text) {
					while (!text.test(stdout) && !text.test(stderr)) {
						const more = new AbortController();
						const { signal } = more;
						await Promise.race([
							once(child.stdout, "data", { signal }),
							once(child.stderr, "data", { signal }),
							closed.then(() => {
								throw new Error(`it ended without ${text}:\n${stdout}\n${stderr}`);
							}),
						]).finally(() => more.abort());
					}
				},
				ended: closed.then(([code, signal]) => ({ code, signal, stdout, stderr })),
			};
		},
	};
}
