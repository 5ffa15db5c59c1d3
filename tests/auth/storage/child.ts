/** The child processes of the storage's tests: `node child.ts TASK JSON`. Prints what it found out as a line of JSON. */
import { once } from "node:events";
import { appendFile, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { AuthContext } from "../../../src/auth/context.ts";
import { killAfter } from "./kill-at.ts";
import { traceCalls } from "./trace-calls.ts";

export interface ChildInput {
	readonly home: string;
	readonly path?: string;
	readonly content?: string;
	readonly identity?: string;
	readonly steps?: number;
	readonly hostname?: string;
	readonly mode?: string;
	readonly ms?: number;
	readonly durable?: boolean;
}

const task = process.argv[2] ?? "";
const input = JSON.parse(process.argv[3] ?? "{}") as ChildInput;

const count = input.steps === undefined ? undefined : await killAfter(input.steps);
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const ignore = (): void => {};
const ctx = {
	env: { HOME: input.home, PATH: process.env.PATH },
	cwd: input.home,
	home: input.home,
	platform: process.platform,
	hostname: input.hostname ?? "test-host",
	pid: process.pid,
	clock: { now: () => Date.now(), sleep: (ms: number) => delay(ms) },
	log: { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore },
	network: { handler: () => Promise.reject(new Error("no network")), skewMs: () => undefined, close: ignore },
	self: { command: process.execPath, args: [], version: "0" },
} satisfies AuthContext;
const path = input.path ?? "";

/** Root may do anything. An ordinary user, who may not become anybody else, is somebody who may not already. */
function becomeNobody(): void {
	if (process.getuid?.() !== 0) return;
	process.setgroups?.([]);
	process.setgid?.(65534);
	process.setuid?.(65534);
}

const TASKS: Readonly<Record<string, () => Promise<unknown>>> = {
	async write() {
		const { writeWhole } = await import("../../../src/auth/storage/write.ts");
		await writeWhole(path, input.content ?? "");
		return count?.();
	},

	/** Writes with an empty umask, in the mode of a failing rename if one is given, and tells the calls. */
	async "write-traced"() {
		process.umask(0);
		const calls = await traceCalls(input.home, input.mode);
		const { writeWhole } = await import("../../../src/auth/storage/write.ts");
		await writeWhole(path, input.content ?? "", { durable: input.durable });
		return calls;
	},

	async "write-as-nobody"() {
		becomeNobody();
		const { writeWhole } = await import("../../../src/auth/storage/write.ts");
		const { toErrorView } = await import("../../../src/auth/errors.ts");
		return writeWhole(path, input.content ?? "").then(() => "written", toErrorView);
	},

	async "lock-as-nobody"() {
		becomeNobody();
		const { withKubectlLock } = await import("../../../src/auth/storage/with-lock.ts");
		const { toErrorView } = await import("../../../src/auth/errors.ts");
		return withKubectlLock(ctx, path, { timeoutMs: 300 }, async () => "got it").catch(toErrorView);
	},

	async save() {
		const { saveAwsCredentials } = await import("../../../src/auth/aws/files.ts");
		const { Secret } = await import("../../../src/auth/credentials.ts");
		const name = input.identity ?? "dev";
		await saveAwsCredentials(ctx, { value: "realm" }, "sso", name, {
			type: "aws",
			accessKeyId: `ASIA-NEW-${name}`,
			secretAccessKey: new Secret("new/secret"),
			sessionToken: new Secret("new/token"),
			region: "eu-west-1",
			expiresAt: Date.UTC(2030, 0, 1),
		});
		return count?.();
	},

	/** Adds one to the number in a file, slowly and without a whole write, so that every missing lock shows. */
	async increment() {
		const { withLock, withKubectlLock } = await import("../../../src/auth/storage/with-lock.ts");
		const { writeFile } = await import("node:fs/promises");
		const increment = async (): Promise<void> => {
			const number = Number(await readFile(path, "utf8"));
			await delay(3);
			await writeFile(path, String(number + 1));
		};
		for (let round = 0; round < 5; round++) {
			if (input.mode === "kubectl") await withKubectlLock(ctx, path, { timeoutMs: 60_000 }, increment);
			else await withLock(ctx, path, { timeoutMs: 60_000, flock: input.mode === "flock" }, increment);
		}
		return "done";
	},

	async hold() {
		const { withLock, withKubectlLock } = await import("../../../src/auth/storage/with-lock.ts");
		const hold = async (): Promise<void> => {
			say("held");
			await delay(input.ms ?? 60_000);
		};
		if (input.mode === "kubectl") await withKubectlLock(ctx, path, {}, hold);
		else await withLock(ctx, path, { flock: false }, hold);
		return "released";
	},

	/** Joins or leads; the leader notes its pid in `<path>.led` and the result is what it wrote to `<path>`. */
	async flight() {
		const { joinOrLead } = await import("../../../src/auth/storage/single-flight.ts");
		const { readText, writeWhole } = await import("../../../src/auth/storage/write.ts");
		const { AuthError, toErrorView } = await import("../../../src/auth/errors.ts");
		const controller = new AbortController();
		process.once("SIGTERM", () => controller.abort(new AuthError({ code: "cancelled", message: "cancelled" })));
		try {
			return await joinOrLead<string, { code: string }>(ctx, {
				path: `${path}.sign-in`,
				signal: controller.signal,
				read: () => readText(path),
				onWaiting: ({ pid, info }) => say({ waitingFor: pid, code: info?.code }),
				async lead(publish) {
					await appendFile(`${path}.led`, `${process.pid}\n`);
					await publish({ code: "ABCD-EFGH" });
					say({ leading: process.pid });
					// As long as the test wants, however slow the machine is.
					if (input.ms === undefined) await once(process.stdin, "data");
					else await delay(input.ms);
					if (input.mode === "denied") throw new AuthError({ code: "denied", message: "denied in the browser" });
					await writeWhole(path, `made by ${process.pid}`);
					return `made by ${process.pid}`;
				},
			});
		} catch (error) {
			return toErrorView(error);
		}
	},
};

say({ result: await TASKS[task]?.() });
process.exit(0);
