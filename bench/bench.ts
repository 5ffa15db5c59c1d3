/**
 * The figures of the product, each as a ratio to `node -e 0` of the same Node in the same run: absolute times do not repeat.
 * `npm run bench -- frame key` runs those alone.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startCloud } from "../tests/cloud/cloud.ts";
import { largeWorld, smallWorld, type World } from "../tests/cloud/world.ts";
import { launch, personalEnv } from "../tests/pty/terminal.ts";
import { manyIdentities, PROJECT, slowIntegrations } from "./projects.ts";

const PROGRAM = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist", "atmos-auth.mjs");
const RUNS = 21;

const median = (values: readonly number[]): number => quantile(values, 0.5);
function quantile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

interface Ended {
	readonly ms: number;
	readonly code: number | null;
	readonly output: string;
}

/** Runs a program to its end. Asynchronously: the cloud lives in this process. */
function timed(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}): Promise<Ended> {
	return new Promise((resolve) => {
		const start = performance.now();
		const child = spawn(process.execPath, args, {
			...options,
			env: options.env ?? {},
			stdio: ["ignore", "pipe", "pipe"],
		});
		let output = "";
		for (const stream of [child.stdout, child.stderr])
			stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
		child.once("close", (code) => resolve({ ms: performance.now() - start, code, output }));
	});
}

async function medianOf(run: () => Promise<number>, runs = RUNS): Promise<number> {
	const values: number[] = [];
	for (let count = 0; count <= runs; count++) {
		const value = await run();
		// The first warms the caches.
		if (count > 0) values.push(value);
	}
	return median(values);
}

/** One row: the figure beside `node -e 0`, measured in turns so that both meet the same machine. */
async function ratio(run: () => Promise<number>, runs = RUNS): Promise<{ ratio: number; ms: number }> {
	const ours: number[] = [];
	const base: number[] = [];
	for (let count = 0; count <= runs; count++) {
		const [a, b] = [(await timed(["-e", "0"])).ms, await run()];
		if (count === 0) continue;
		base.push(a);
		ours.push(b);
	}
	return { ratio: median(ours) / median(base), ms: median(ours) };
}

interface Place {
	readonly home: string;
	readonly folder: string;
	readonly env: Record<string, string>;
	readonly cloud: Awaited<ReturnType<typeof startCloud>>;
	close(): Promise<void>;
}

async function place(yaml: string, world: World = smallWorld()): Promise<Place> {
	const cloud = await startCloud({ world });
	cloud.approveAlways(0);
	const root = realpathSync(mkdtempSync(join(tmpdir(), "atmos-auth-bench-")));
	const [home, folder] = [join(root, "home"), join(root, "project")];
	for (const path of [home, folder]) mkdirSync(path);
	writeFileSync(join(folder, "atmos.yaml"), yaml);
	return {
		home,
		folder,
		cloud,
		env: personalEnv(home, { AWS_ENDPOINT_URL: cloud.url }),
		async close() {
			await cloud.close();
			rmSync(root, { recursive: true, force: true });
		},
	};
}

async function run(where: Place, args: readonly string[]): Promise<Ended> {
	const ended = await timed([PROGRAM, ...args], { cwd: where.folder, env: where.env });
	if (ended.code !== 0) throw new Error(`${args.join(" ")} ended with ${ended.code}:\n${ended.output}`);
	return ended;
}

const rows: string[][] = [];
const report = (what: string, figure: string, budget: string): void => {
	rows.push([what, figure, budget]);
	console.log(`${what.padEnd(58)} ${figure.padEnd(26)} ${budget}`);
};
const times = (value: { ratio: number; ms: number }): string =>
	`${value.ratio.toFixed(2)} × (${value.ms.toFixed(0)} ms)`;

/** From the start to the first frame that shows `text`. */
function firstFrame(where: Place, text: string): Promise<number> {
	return new Promise((resolve) => {
		const start = performance.now();
		const program = launch({ args: ["login"], columns: 80, rows: 24, cwd: where.folder, env: where.env });
		void program.waitFor(text).then(async () => {
			const ms = performance.now() - start;
			program.press("ctrl-c");
			await program.exited;
			resolve(ms);
		});
	});
}

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
	async version() {
		for (const flag of ["--version", "--help"]) {
			report(flag, times(await ratio(async () => (await timed([PROGRAM, flag])).ms)), "1.6 ×");
		}
	},
	async token() {
		const where = await place(PROJECT);
		await run(where, ["login", "dev-admin", "--plain"]);
		const realm = /"realm":"([^"]+)"/.exec((await run(where, ["login", "dev-admin", "--json"])).output)?.[1] ?? "";
		where.env.ATMOS_AUTH_REALM = realm;
		// As the entry in a kubeconfig has it.
		where.env.ATMOS_AUTH_PROVIDER = "company-sso";
		where.env.ATMOS_CONFIG = join(where.folder, "atmos.yaml");
		const args = [
			"aws",
			"eks",
			"token",
			"--cluster-name",
			"dev-cluster",
			"--region",
			"us-east-2",
			"--identity=dev-admin",
		];
		report(
			"aws eks token, credentials in the cache",
			times(await ratio(async () => (await run(where, args)).ms)),
			"2 ×",
		);
		await where.close();
	},
	async valid() {
		const where = await place(PROJECT);
		await run(where, ["login", "dev-admin", "--plain"]);
		const again = async (): Promise<number> => (await run(where, ["login", "dev-admin", "--plain"])).ms;
		report("login --plain, credentials still valid", times(await ratio(again)), "3 ×");
		await where.close();
	},
	async frame() {
		const [few, many] = [await place(manyIdentities(3)), await place(manyIdentities(3000))];
		const small = await ratio(() => firstFrame(few, "team-0000"));
		const large = await ratio(() => firstFrame(many, "team-0000"));
		report("first dashboard frame, 3 identities", times(small), "");
		report("first dashboard frame, 3 000 identities", times(large), "6 ×");
		report("  the time with 3 000 beside that with 3", `${(large.ratio / small.ratio).toFixed(2)} ×`, "1.3 ×");
		await few.close();
		await many.close();
	},
	async key() {
		const where = await place(manyIdentities(3000));
		const program = launch({ args: ["login"], columns: 80, rows: 24, cwd: where.folder, env: where.env });
		await program.waitFor("team-0000");
		program.press("/");
		const found: number[] = [];
		const press = async (key: string): Promise<void> => {
			const before = program.raw().length;
			const start = performance.now();
			program.press(key);
			while (program.raw().length === before) await new Promise((resolve) => setImmediate(resolve));
			found.push(performance.now() - start);
			await new Promise((resolve) => setTimeout(resolve, 60));
		};
		for (const word of ["team-1", "admin", "team-29", "workload", "team-0004", "readonly"]) {
			for (const letter of word) await press(letter);
			for (let count = 0; count < word.length; count++) await press("\u007f");
		}
		report(
			"a key press to its frame, 3 000 identities and a filter",
			`p95 ${quantile(found, 0.95).toFixed(1)} ms`,
			"16 ms",
		);
		program.press("ctrl-c");
		await program.exited;
		await where.close();
	},
	async integrations() {
		const [one, ten] = [await place(slowIntegrations(1)), await place(slowIntegrations(10))];
		const login = (where: Place) => async (): Promise<number> =>
			(await run(where, ["login", "dev-admin", "--plain", "--force"])).ms;
		for (const { cloud } of [one, ten]) cloud.script.always("eks:DescribeCluster", { type: "answer", delayMs: 300 });
		const without = await medianOf(async () => (await run(one, ["login", "dev-readonly", "--plain", "--force"])).ms, 7);
		const single = await medianOf(login(one), 7);
		const all = await medianOf(login(ten), 7);
		report(
			"ten integrations of 300 ms each",
			`${((all - without) / (single - without)).toFixed(2)} × one of them`,
			"1.3 ×",
		);
		await one.close();
		await ten.close();
	},
	async discovery() {
		const where = await place(
			PROJECT.replace("region: us-east-1", "region: us-east-1\n      auto_provision_identities: true"),
			largeWorld(400, 5, { listingLimit: 20 }),
		);
		const start = performance.now();
		await run(where, ["login", "-p", "company-sso", "--plain"]);
		const seconds = (performance.now() - start) / 1000;
		const file = readFileSync(join(where.home, ".cache/atmos/auth/company-sso/provisioned-identities.yaml"), "utf8");
		const roles = file.match(/"?kind"?: "?aws\/permission-set/g)?.length ?? 0;
		report(
			`400 accounts × 5 roles at 20 requests/s (${roles} found)`,
			`${(seconds / (404 / 20)).toFixed(2)} × the floor`,
			"1.1 ×",
		);
		await where.close();
	},
	async approval() {
		const where = await place(PROJECT);
		where.cloud.approveNever();
		const program = launch({
			args: ["login", "dev-readonly", "--plain"],
			columns: 80,
			rows: 24,
			cwd: where.folder,
			env: where.env,
		});
		const code = await where.cloud.nextCode();
		await program.waitFor(code);
		where.cloud.approve(code);
		const start = performance.now();
		await program.exited;
		report(
			"approval to credentials, one poll a second",
			`${(performance.now() - start).toFixed(0)} ms`,
			"one interval and two round trips",
		);
		await where.close();
	},
	async memory() {
		const where = await place(manyIdentities(3000));
		const resident = (pid: number): number =>
			Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
		const board = launch({ args: ["login"], columns: 120, rows: 40, cwd: where.folder, env: where.env });
		await board.waitFor("team-0000");
		report("memory of the dashboard, 3 000 identities", `${resident(board.pid).toFixed(0)} MB`, "130 MB");
		board.press("ctrl-c");
		await board.exited;
		where.cloud.approveNever();
		const plain = launch({
			args: ["login", "team-0001", "--plain"],
			columns: 80,
			rows: 24,
			cwd: where.folder,
			env: where.env,
		});
		await plain.waitFor("code");
		report("memory of --plain while it waits, 3 000 identities", `${resident(plain.pid).toFixed(0)} MB`, "80 MB");
		plain.press("ctrl-c");
		await plain.exited;
		await where.close();
	},
};

const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(BENCHES)) {
	if (name === "memory" && process.platform !== "linux") continue;
	if (wanted.length === 0 || wanted.includes(name)) await bench();
}
