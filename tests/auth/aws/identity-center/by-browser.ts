/** A sign-in by browser, for tests: begun, and what listens for it. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Run } from "../../../../src/auth/kinds.ts";
import type { Scene } from "./sign-in.ts";

export const BY_BROWSER = { signIn: { flow: "browser" } } as const;

/** Begins a sign-in by browser, and returns when the page is shown. */
export async function begun(set: Scene, overrides: Partial<Run> = {}) {
	const done = set.signIn({ ...BY_BROWSER, ...overrides });
	done.catch(() => {});
	const prompt = await Promise.race([set.onlooker.authorization(), done.then(() => set.onlooker.authorization())]);
	return { done, prompt };
}

/** @returns a port that nobody listens on */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	server.close();
	return port;
}

export async function isOpen(port: number): Promise<boolean> {
	const socket = connect(port, "127.0.0.1");
	const connected = once(socket, "connect").then(
		() => true,
		() => false,
	);
	return connected.finally(() => socket.destroy());
}
