/** What the tests of sign-in pages share: the link that a terminal shows, and the events of `--json`. */
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { stripVTControlCharacters } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import { isContainer } from "../../src/auth/system/place.ts";
import type { PtyProgram } from "./terminal.ts";

/** Where the tests run in a container, its desktop is not where the person's browser is: the way has to be named there. */
export const IN_CONTAINER = isContainer({});
export const BY_BROWSER = ["--flow", "browser"] as const;
export const SSH = { SSH_CONNECTION: "192.0.2.1 50000 192.0.2.2 22" } as const;

const LINK = /http:\/\/127\.0\.0\.1:\d+\/(?:v1\/)?authorize\?[\w.%~&=-]+/g;

/** @returns the link of the page that was shown last: of the hyperlink, which is whole however narrow the terminal is */
export function linkIn(program: Pick<PtyProgram, "raw">): string {
	const found = program
		.raw()
		.match(LINK)
		?.filter((link) => link.includes("redirect_uri="));
	const link = found?.at(-1);
	if (link === undefined) throw new Error(`no link in:\n${stripVTControlCharacters(program.raw())}`);
	return link;
}

/** The port that the page returns to. */
export const portIn = (link: string): number =>
	Number(new URL(new URL(link).searchParams.get("redirect_uri") ?? "").port);

/** Whether somebody listens there. */
export function isOpen(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createConnection({ port, host: "127.0.0.1" });
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
	});
}

/** Expects that the terminal was given back: the first screen, a cursor, and nothing that marks pastes. */
export async function expectGivenBack(program: PtyProgram): Promise<void> {
	expect(await program.alternate()).toBe(false);
	const raw = program.raw();
	expect(raw.lastIndexOf("\u001b[?25h")).toBeGreaterThan(raw.lastIndexOf("\u001b[?25l"));
	expect(raw.lastIndexOf("\u001b[?2004l")).toBeGreaterThan(raw.lastIndexOf("\u001b[?2004h"));
}

const schema = JSON.parse(readFileSync(new URL("../../schema/events.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ formats: { "date-time": true, uri: true } }).compile(schema);

/** @returns the events of `--json`, each of which is as the schema says */
export function eventsIn(program: Pick<PtyProgram, "raw">): Readonly<Record<string, unknown>>[] {
	return program
		.raw()
		.split(/\r?\n/)
		.filter((line) => line.startsWith("{"))
		.map((line) => {
			const event = JSON.parse(line);
			expect(validate(event), JSON.stringify({ event, errors: validate.errors })).toBe(true);
			return event;
		});
}
