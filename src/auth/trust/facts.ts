/** What a person is asked about, one by one: what it is, how it is told from others, and how it is shown. */
import { createHash } from "node:crypto";
import type { Claim } from "../config/claims.ts";
import { placeIn } from "./paths.ts";

/** A file of the project that a command names, as it is now. */
export interface Script {
	/** From the project's root. */
	readonly path: string;
	/** SHA-256 of its content, hex. */
	readonly hash: string;
}

export interface Fact {
	/** Tells it from every other; changes with anything that a person has been shown. SHA-256, hex. */
	readonly key: string;
	readonly kind: Claim["kind"];
	/** The whole command, address or path, as it is used. */
	readonly text: string;
	/** What it is for, such as `auth.providers.company-sso.spec.endpoint_url`. */
	readonly of: string;
	/** Absolute. */
	readonly file: string;
	readonly line?: number | undefined;
	/** The project that wants it: its real path. */
	readonly root: string;
	/** Of a command: where it runs. From the root within the project, else absolute. */
	readonly folder: string;
	readonly scripts: readonly Script[];
}

/** Changes with the meaning of what goes into a key. */
const VERSION = 1;

/**
 * @param root the project that the fact is one of: its own root, or the main checkout's to see whether that has it. What
 *   lies in the project counts by its place in it, so that both come to the same
 */
export function keyOf(root: string, fact: Omit<Fact, "key" | "root" | "line">, within: string): string {
	const { kind, text, of, file, folder, scripts } = fact;
	// A command is the same command wherever its output goes; an address is for one thing alone.
	const purpose = kind === "exec" ? "" : of;
	const parts = [
		VERSION,
		root,
		kind,
		placeIn(within, file),
		text,
		purpose,
		folder,
		...scripts.map(({ path, hash }) => [path, hash]),
	];
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Controls, blanks that are none, and what has no width: everything but the space that is not seen as it is. */
const HIDDEN = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu;

/** A text in which everything is to be seen that a terminal would obey, turn around or leave out. */
export function visible(text: string): string {
	return text.replace(HIDDEN, (character) =>
		character === "\n" ? "\\n" : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
	);
}

/** Longer lines would be cut where they are shown; a command is shown whole, on several if need be. */
const LONGEST_LINE = 900;

/**
 * @param from paths are shown relative to this folder where they lie in it
 * @returns a fact in words, a line or more
 */
export function factLines(fact: Fact, from: string): string[] {
	const place = `${visible(placeIn(from, fact.file))}${fact.line === undefined ? "" : `:${fact.line}`}`;
	const [what, ...rest] = pieces(visible(fact.text));
	const more = rest.map((piece) => `  ${piece}`);
	const purpose = visible(fact.of);
	switch (fact.kind) {
		case "exec":
			return [
				`run: ${what ?? ""}`,
				...more,
				...fact.scripts.map(({ path }) => `  with the project's own ${visible(path)} as it is now`),
				`  for ${purpose} (${place})`,
			];
		case "program":
			return [`start: ${what ?? ""}`, ...more, `  as the program for ${purpose} (${place})`];
		case "endpoint":
			return [`use: ${what ?? ""}`, ...more, `  instead of the vendor's address, for ${purpose} (${place})`];
		case "password":
			return [`use: the variable ${what ?? ""} as the password of the keyring`, ...more, `  for ${purpose} (${place})`];
		default:
			return [`write: ${what ?? ""}`, ...more, `  outside your home folder, for ${purpose} (${place})`];
	}
}

function pieces(text: string): string[] {
	const characters = [...text];
	const result: string[] = [];
	for (let at = 0; at < characters.length; at += LONGEST_LINE) {
		result.push(characters.slice(at, at + LONGEST_LINE).join(""));
	}
	return result;
}
