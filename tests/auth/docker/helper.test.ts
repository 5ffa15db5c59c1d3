/** Credential helpers that are slow, stuck, missing, or leave children behind. They are real programs: shell scripts. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Secret } from "../../../src/auth/credentials.ts";
import {
	dockerConfigFile,
	readDockerEntry,
	removeDockerLogin,
	stillStored,
	storeDockerLogin,
} from "../../../src/auth/docker/config.ts";
import { storeWithHelper } from "../../../src/auth/docker/helper.ts";
import { fakeClock, type TestContext, testContext } from "../../helpers/context.ts";

const HOST = "123456789012.dkr.ecr.us-east-2.amazonaws.com";
const OTHER = "210987654321.dkr.ecr.us-east-2.amazonaws.com";

const login = (password = "pw", host = HOST) => ({ host, username: "AWS", password: new Secret(password) });
const encoded = (password: string): string => Buffer.from(`AWS:${password}`).toString("base64");

interface Scene {
	readonly ctx: TestContext;
	readonly clock: ReturnType<typeof fakeClock>;
	/** Installs `docker-credential-NAME`; `$F` in the script is a folder of the test. */
	install(name: string, script: string, interpreter?: string): void;
	/** A named pipe, `$F/NAME` in scripts: waits there for what a script says, or lets it go on. */
	pipe(name: string): { said(): Promise<string>; say(text: string): Promise<void> };
	config(): Record<string, unknown>;
	path(name: string): string;
}

function scene(config = '{"credsStore":"keep"}'): Scene {
	const clock = fakeClock();
	const base = testContext({ clock });
	const folder = join(base.home, "scratch");
	const bin = join(base.home, "bin");
	for (const each of [folder, bin, join(base.home, ".docker")]) mkdirSync(each);
	const ctx = { ...base, env: { ...base.env, PATH: `${bin}:${base.env.PATH}`, F: folder } };
	writeFileSync(dockerConfigFile(ctx), config);
	const path = (name: string): string => join(folder, name);
	return {
		ctx,
		clock,
		install(name, script, interpreter = "/bin/sh") {
			const program = join(bin, `docker-credential-${name}`);
			writeFileSync(program, `#!${interpreter}\n${script}\n`);
			chmodSync(program, 0o755);
		},
		pipe(name) {
			execFileSync("mkfifo", [path(name)]);
			return { said: () => readFile(path(name), "utf8"), say: (text) => writeFile(path(name), text) };
		},
		config: () => JSON.parse(readFileSync(dockerConfigFile(ctx), "utf8")),
		path,
	};
}

const abortable = () => new AbortController();
const options = { signal: abortable().signal };
const alone = { ...options, attended: false };

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		// A child that has ended and that nobody has asked about yet is not alive.
		return !/^State:\s+Z/m.test(existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "");
	} catch {
		return false;
	}
}

const gone = (pid: number): Promise<void> => vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 });

describe("a helper that does not start", () => {
	test("as its interpreter is missing", async () => {
		const { ctx, install, config } = scene();
		install("keep", "", "/nowhere/sh");
		const stored = await storeDockerLogin(ctx, login(), options);
		expect(stored.notes).toEqual([
			expect.stringMatching(/in plain text in ~\/.docker\/config.json: .*cannot be started/),
		]);
		expect(config().auths).toEqual({ [HOST]: { auth: encoded("pw") } });
	});

	test("as the system throws at once", async () => {
		const { ctx, install, config } = scene();
		install("keep", "exit 0");
		// What Node refuses before it asks the system is thrown in the same way as EPERM and EINVAL are.
		const stored = await storeDockerLogin({ ...ctx, env: { ...ctx.env, BAD: "a\0b" } }, login(), options);
		expect(stored.notes).toEqual([expect.stringContaining("it cannot be started")]);
		expect(config().auths).toEqual({ [HOST]: { auth: encoded("pw") } });
	});
});

describe("a helper that is not installed", () => {
	test("gets no entry: it is said each time, and used once it is there", async () => {
		const { ctx, install, config, path } = scene();
		const first = await storeDockerLogin(ctx, login(), options);
		const note =
			"the login is stored in plain text in ~/.docker/config.json: Docker's credential helper keep could not store it (docker-credential-keep is not installed)";
		expect(first.notes).toEqual([note]);
		expect(config()).toEqual({ credsStore: "keep", auths: { [HOST]: { auth: encoded("pw") } } });
		expect(stillStored(ctx, await readDockerEntry(ctx, HOST), first.mark)).toEqual([note]);

		install("keep", 'cat > "$F/kept"');
		expect(stillStored(ctx, await readDockerEntry(ctx, HOST), first.mark)).toBeUndefined();
		const second = await storeDockerLogin(ctx, login("new"), { ...options, mark: first.mark });
		expect(second.notes).toEqual([]);
		expect(JSON.parse(readFileSync(path("kept"), "utf8"))).toMatchObject({ Secret: "new" });
		expect(config()).toEqual({ credsStore: "keep", auths: { [HOST]: {} } });
		expect(stillStored(ctx, await readDockerEntry(ctx, HOST), second.mark)).toEqual([]);
	});

	test("any more leaves its login behind, which is no longer one", async () => {
		const { ctx, install } = scene();
		install("keep", "cat > /dev/null");
		const { mark } = await storeDockerLogin(ctx, login(), options);
		rmSync(join(ctx.home, "bin/docker-credential-keep"));
		expect(stillStored(ctx, await readDockerEntry(ctx, HOST), mark)).toBeUndefined();
	});
});

describe("a helper that fails", () => {
	const FAILS = 'echo "-25308" >&2; exit 1';

	test.each([
		["the general one", '{"credsStore":"keep"}'],
		["the host's own", `{"credHelpers":{"${HOST}":"keep"}}`],
		["the host's own beside another", `{"credHelpers":{"${HOST}":"keep","gcr.io":"gcloud"},"credsStore":"desktop"}`],
	])("%s is switched off for the host, and on again when it works", async (_, before) => {
		const { ctx, install, config } = scene(before);
		install("keep", FAILS);
		const first = await storeDockerLogin(ctx, login(), options);
		expect(first.notes[0]).toContain("the keychain is locked");
		expect(config()).toMatchObject({ auths: { [HOST]: { auth: encoded("pw") } }, credHelpers: { [HOST]: "" } });
		expect(stillStored(ctx, await readDockerEntry(ctx, HOST), first.mark)).toEqual([
			expect.stringContaining("in plain text"),
		]);

		const again = await storeDockerLogin(ctx, login("two"), { ...options, mark: first.mark });
		expect(again.notes).toHaveLength(1);
		expect(config()).toMatchObject({ auths: { [HOST]: { auth: encoded("two") } }, credHelpers: { [HOST]: "" } });

		install("keep", "cat > /dev/null");
		const third = await storeDockerLogin(ctx, login("three"), { ...options, mark: again.mark });
		expect(third.notes).toEqual([]);
		expect(config()).toEqual({ ...JSON.parse(before), auths: { [HOST]: {} } });
	});

	test.each([
		["the general one", '{"credsStore":"keep"}'],
		["the host's own", `{"credHelpers":{"${HOST}":"keep"}}`],
		["the general one beside another", '{"credsStore":"keep","credHelpers":{"gcr.io":"gcloud"}}'],
	])("%s and then goes is a missing one", async (_, before) => {
		const { ctx, install, config } = scene(before);
		install("keep", FAILS);
		const first = await storeDockerLogin(ctx, login(), options);
		rmSync(join(ctx.home, "bin/docker-credential-keep"));
		const second = await storeDockerLogin(ctx, login(), { ...options, mark: first.mark });
		expect(second.notes[0]).toContain("not installed");
		expect(config()).toEqual({ ...JSON.parse(before), auths: { [HOST]: { auth: encoded("pw") } } });
		await storeDockerLogin(ctx, login(), { ...options, mark: second.mark });
		expect(config()).toEqual({ ...JSON.parse(before), auths: { [HOST]: { auth: encoded("pw") } } });
	});

	test("an empty helper that a person has set stays", async () => {
		const { ctx, install, config } = scene(`{"credsStore":"keep","credHelpers":{"${HOST}":""}}`);
		install("keep", "cat > /dev/null");
		const first = await storeDockerLogin(ctx, login(), options);
		const second = await storeDockerLogin(ctx, login("new"), { ...options, mark: first.mark });
		expect([...first.notes, ...second.notes]).toEqual([]);
		expect(config()).toMatchObject({ credHelpers: { [HOST]: "" }, auths: { [HOST]: { auth: encoded("new") } } });
	});
});

describe("a helper that takes its time", () => {
	test("keeps nobody from Docker's file", async () => {
		const { ctx, install, pipe, config } = scene(`{"credsStore":"keep","credHelpers":{"${OTHER}":""}}`);
		const [ready, go] = [pipe("ready"), pipe("go")];
		install("keep", 'echo up > "$F/ready"; cat "$F/go" > /dev/null');
		const slow = storeDockerLogin(ctx, login(), options);
		await ready.said();
		await storeDockerLogin(ctx, login("pw", OTHER), options);
		expect(config().auths).toEqual({ [OTHER]: { auth: encoded("pw") } });
		await go.say("now");
		expect(await slow).toMatchObject({ notes: [] });
		expect(config().auths).toEqual({ [OTHER]: { auth: encoded("pw") }, [HOST]: {} });
	});

	test("is asked again when another one was set up meanwhile", async () => {
		const { ctx, install, pipe, config, path } = scene();
		const [ready, go] = [pipe("ready"), pipe("go")];
		install("keep", 'echo up > "$F/ready"; cat "$F/go" > /dev/null');
		install("better", 'cat > "$F/kept"');
		const storing = storeDockerLogin(ctx, login(), options);
		await ready.said();
		writeFileSync(dockerConfigFile(ctx), '{"credsStore":"better"}');
		await go.say("now");
		await storing;
		expect(existsSync(path("kept"))).toBe(true);
		expect(config()).toEqual({ credsStore: "better", auths: { [HOST]: {} } });
	});

	test("runs alone: those of one store come one after the other", async () => {
		const { ctx, install, path } = scene();
		install("keep", 'mkdir "$F/busy" || echo overlap >> "$F/bad"; cat >> "$F/kept"; sleep 0.05; rmdir "$F/busy"');
		const hosts = Array.from({ length: 5 }, (_, index) => `${100000000000 + index}.dkr.ecr.us-east-2.amazonaws.com`);
		const stored = await Promise.all(hosts.map((host) => storeDockerLogin(ctx, login("pw", host), options)));
		expect(stored.flatMap(({ notes }) => notes)).toEqual([]);
		expect(existsSync(path("bad"))).toBe(false);
		expect(readFileSync(path("kept"), "utf8").match(/ServerURL/g)).toHaveLength(5);
	});

	test.each([
		["ten seconds where nobody is there", false, 10_000],
		["a minute for a person", true, 60_000],
	])("has %s; then it ends with all that it has started", async (_, attended, ms) => {
		const { ctx, clock, install, pipe } = scene();
		const pids = pipe("pids");
		install("keep", 'sleep 1000 & echo $$ $! > "$F/pids"; wait');
		const storing = storeWithHelper(ctx, "keep", login(), { ...options, attended });
		const [helper, child] = (await pids.said()).split(" ").map(Number) as [number, number];
		expect(await clock.asleep()).toBe(ms);
		clock.advance(ms - 1);
		expect(isAlive(helper) && isAlive(child)).toBe(true);
		clock.advance(1);
		expect(await storing).toMatchObject({ done: false, reason: `it did not answer within ${ms / 1000} s` });
		await Promise.all([gone(helper), gone(child)]);
	});

	test("and does not answer is not started again for those who wait", async () => {
		const { ctx, clock, install, pipe, path } = scene();
		const pids = pipe("pids");
		install("keep", 'echo x >> "$F/started"; echo $$ > "$F/pids"; exec sleep 1000');
		const first = storeWithHelper(ctx, "keep", login(), alone);
		const second = storeWithHelper(ctx, "keep", login("pw", OTHER), alone);
		await pids.said();
		await clock.asleep();
		clock.advance(10_000);
		expect(await first).toMatchObject({ done: false });
		expect(await second).toMatchObject({ done: false, reason: "it did not answer within 10 s" });
		expect(readFileSync(path("started"), "utf8")).toBe("x\n");
	});

	test("is one of several that have a minute together", async () => {
		const { ctx, clock, install, pipe } = scene();
		const [ready, go] = [pipe("ready"), pipe("go")];
		install("keep", 'echo up > "$F/ready"; cat "$F/go" > /dev/null');
		const turns = Array.from({ length: 8 }, () => storeWithHelper(ctx, "keep", login(), alone));
		for (let turn = 1; turn <= 7; turn++) {
			await ready.said();
			expect(await clock.asleep()).toBe(Math.min(9_000, 60_000 - (turn - 1) * 9_000) === 9_000 ? 10_000 : 6_000);
			clock.advance(turn === 7 ? 6_000 : 9_000);
			if (turn < 7) await go.say("now");
		}
		const stored = (await Promise.all(turns)).map((outcome) => outcome.done);
		expect(stored).toEqual([true, true, true, true, true, true, false, false]);
	});
});

test("a helper is done when it exits, whatever its children keep open; those stay", async () => {
	const { ctx, install, path } = scene();
	install("keep", 'sleep 1000 & echo $! > "$F/child"');
	expect(await storeWithHelper(ctx, "keep", login(), alone)).toEqual({ done: true });
	const child = Number(readFileSync(path("child"), "utf8"));
	onTestFinished(() => void process.kill(child, "SIGKILL"));
	expect(isAlive(child)).toBe(true);

	install("keep", 'sleep 1000 & echo $! > "$F/child"; echo "not implemented"; exit 1');
	expect(await storeWithHelper(ctx, "keep", login(), alone)).toMatchObject({ reason: "it is read-only" });
	const other = Number(readFileSync(path("child"), "utf8"));
	onTestFinished(() => void process.kill(other, "SIGKILL"));
	expect(isAlive(other)).toBe(true);
});

test("an abort ends the helper and all that it has started, and leaves the file as it was", async () => {
	const { ctx, install, pipe, config } = scene();
	const pids = pipe("pids");
	install("keep", 'sleep 1000 & echo $$ $! > "$F/pids"; wait');
	const abort = abortable();
	const storing = storeDockerLogin(ctx, login(), { signal: abort.signal });
	const [helper, child] = (await pids.said()).split(" ").map(Number) as [number, number];
	abort.abort(new Error("enough"));
	await expect(storing).rejects.toThrow("enough");
	await Promise.all([gone(helper), gone(child)]);
	expect(config()).toEqual({ credsStore: "keep" });
});

test("one that is waited for no more is never started", async () => {
	const { ctx, install, pipe, path } = scene();
	const [ready, go] = [pipe("ready"), pipe("go")];
	install("keep", 'echo x >> "$F/started"; echo up > "$F/ready"; cat "$F/go" > /dev/null');
	const first = storeWithHelper(ctx, "keep", login(), alone);
	await ready.said();
	const abort = abortable();
	const second = storeWithHelper(ctx, "keep", login(), { signal: abort.signal, attended: false });
	abort.abort(new Error("enough"));
	await go.say("now");
	expect(await first).toEqual({ done: true });
	await expect(second).rejects.toThrow("enough");
	expect(readFileSync(path("started"), "utf8")).toBe("x\n");
});

describe("taking a login back", () => {
	/** Keeps what it is given for all hosts together, says what it was asked for, and fails where it has nothing. */
	const KEEPS = `
		read -r line
		echo "$1 $line" >> "$F/asked"
		case "$1" in
			store) touch "$F/kept" ;;
			erase) rm "$F/kept" 2> /dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
		esac`;

	test("is the helper's work, and the empty entry goes too", async () => {
		const { ctx, install, config, path } = scene();
		install("keep", KEEPS);
		const { mark } = await storeDockerLogin(ctx, login(), options);
		expect(await removeDockerLogin(ctx, HOST, mark, alone)).toBe(true);
		expect(existsSync(path("kept"))).toBe(false);
		expect(readFileSync(path("asked"), "utf8").trim().split("\n").at(-1)).toBe(`erase ${HOST}`);
		expect(config()).toEqual({ credsStore: "keep", auths: {} });
		expect(await removeDockerLogin(ctx, HOST, mark, alone)).toBe(false);
		expect(readFileSync(path("asked"), "utf8").trim().split("\n")).toHaveLength(2);
	});

	test("that the helper does not have any more is done", async () => {
		const { ctx, install, config, path } = scene();
		install("keep", KEEPS);
		const { mark } = await storeDockerLogin(ctx, login(), options);
		rmSync(path("kept"));
		expect(await removeDockerLogin(ctx, HOST, mark, alone)).toBe(true);
		expect(config()).toEqual({ credsStore: "keep", auths: {} });
	});

	test("fails where the helper does, and leaves the file", async () => {
		const { ctx, install, config } = scene();
		install("keep", KEEPS);
		const { mark } = await storeDockerLogin(ctx, login(), options);
		const before = config();
		install("keep", 'echo "-25308" >&2; exit 1');
		await expect(removeDockerLogin(ctx, HOST, mark, alone)).rejects.toMatchObject({
			code: "storage",
			reason: "the keychain is locked or cannot be used here",
			remedy: { run: ["docker", "logout", HOST] },
		});
		expect(config()).toEqual(before);
	});

	test("is nothing to a helper that a person has set instead", async () => {
		const { ctx, install, path } = scene();
		install("keep", KEEPS);
		const { mark } = await storeDockerLogin(ctx, login(), options);
		writeFileSync(dockerConfigFile(ctx), `{"credsStore":"other","auths":{"${HOST}":{}}}`);
		expect(await removeDockerLogin(ctx, HOST, mark, alone)).toBe(false);
		expect(readFileSync(path("asked"), "utf8")).not.toContain("erase");
	});

	test.each([
		["the general one", '{"credsStore":"keep"}'],
		["the host's own", `{"credHelpers":{"${HOST}":"keep"}}`],
	])("that %s could not keep switches it on again", async (_, before) => {
		const { ctx, install, config } = scene(before);
		install("keep", "exit 1");
		const { mark } = await storeDockerLogin(ctx, login(), options);
		expect(config()).toMatchObject({ credHelpers: { [HOST]: "" } });
		expect(await removeDockerLogin(ctx, HOST, mark, alone)).toBe(true);
		expect(config()).toEqual({ ...JSON.parse(before), auths: {} });
	});
});
