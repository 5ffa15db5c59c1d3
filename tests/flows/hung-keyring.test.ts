/** A session bus that never answers: a sign-in is none the worse for it. */
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { smallWorld } from "../cloud/world.ts";
import { BUILT, program } from "./program.ts";

test("a keyring that hangs neither fails a sign-in nor is mentioned, and does not keep the program", async ({
	skip,
}) => {
	skip(process.platform !== "linux", "only Linux has a session bus");
	const p = await program({ entry: BUILT, world: smallWorld({ pollSeconds: 0 }) });
	p.cloud.approveAlways(0);
	const path = join(p.home, "bus");
	const server = createServer().listen(path);
	onTestFinished(() => void server.close());
	const asked = once(server, "connection");
	const run = p.run(["login", "--plain", "--device-code", "-i", "dev-admin"], {
		DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}`,
	});
	const { code, stderr } = await run.ended;
	expect(stderr).toContain("Successfully authenticated as dev-admin");
	expect(stderr).not.toContain("keyring");
	expect(code).toBe(0);
	await asked;
});
