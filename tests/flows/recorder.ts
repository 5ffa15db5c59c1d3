/** A server that somebody else runs: it passes everything on to a loopback cloud and keeps what it was sent, secrets too. */
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Recorder {
	readonly url: string;
	/** Head and body of every request, as text. */
	readonly received: string[];
	/** Which of the texts it was sent at all. */
	saw(secrets: readonly string[]): string[];
}

/** @param target the address of the cloud behind it */
export async function startRecorder(target: string): Promise<Recorder> {
	const received: string[] = [];
	const server = createServer((incoming, outgoing) => {
		const chunks: Buffer[] = [];
		incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
		incoming.on("end", () => {
			const body = Buffer.concat(chunks);
			const { method, url = "/", headers } = incoming;
			received.push([`${method} ${url}`, JSON.stringify(headers), body.toString("utf8")].join("\n"));
			const onward = request(new URL(url, target), { method, headers }, (answer) => {
				outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
				answer.pipe(outgoing);
			});
			onward.on("error", () => outgoing.destroy());
			onward.end(body);
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		received,
		saw: (secrets) => secrets.filter((secret) => received.some((text) => text.includes(secret))),
	};
}
