import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatIni, IniSyntaxError, parseIni } from "../../../src/auth/storage/ini.ts";
import { editSection } from "../../../src/auth/storage/ini-edit.ts";
import { removeSection } from "../../../src/auth/storage/ini-remove.ts";

const KEYS = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];
const keys = (...values: (string | undefined)[]): Map<string, string | undefined> =>
	new Map(KEYS.map((key, index) => [key, values[index]]));
const edit = (text: string, section = "dev", note: string | undefined = "expiration=2030-01-01T00:00:00Z"): string =>
	editSection(text, { section, keys: keys("ID", "SECRET", "TOKEN"), note });

const SECTION = `; atmos: expiration=2030-01-01T00:00:00Z
[dev]
aws_access_key_id     = ID
aws_secret_access_key = SECRET
aws_session_token     = TOKEN
`;

describe("a new section", () => {
	test("has the layout of the Go program", () => {
		expect(edit("")).toBe(SECTION);
		expect(editSection("", { section: "profile dev", keys: new Map([["region", "eu-west-1"]]) })).toBe(
			"[profile dev]\nregion = eu-west-1\n",
		);
	});

	test.each([
		["[other]\nkey = value\n", "\n"],
		["[other]\nkey = value", "\n\n"],
		["[other]\nkey = value\n\n", ""],
		["[other]\nkey = value\n  \n", ""],
	])("is set off by one blank line: %j", (text, between) => {
		expect(edit(text)).toBe(text + between + SECTION);
	});

	test("has its note above all other comments, where alone the Go program finds it", () => {
		const [note = "", ...rest] = SECTION.split(/(?<=\n)/);
		expect(edit("[a]\nb = c\n# a footer\n")).toBe(`[a]\nb = c\n${note}# a footer\n\n${rest.join("")}`);
		expect(edit(`# a header\n\n${rest.join("")}`)).toBe(`${note}# a header\n\n${rest.join("")}`);
		const moved = edit(`# a header\n; atmos: expiration=x\n${rest.join("")}`);
		expect(moved).toBe(`${note}# a header\n${rest.join("")}`);
	});

	test("has the line ends of the file", () => {
		expect(edit("[other]\r\nkey = value\r\n")).toBe(
			`[other]\r\nkey = value\r\n\r\n${SECTION.replaceAll("\n", "\r\n")}`,
		);
	});

	test("comes after a byte order mark", () => {
		expect(edit("\u00ef\u00bb\u00bf")).toBe(`\u00ef\u00bb\u00bf${SECTION}`);
	});

	test("has no line for what it has no value for", () => {
		expect(editSection("", { section: "dev", keys: keys("ID", "SECRET", undefined) })).toBe(
			"[dev]\naws_access_key_id     = ID\naws_secret_access_key = SECRET\n",
		);
	});
});

describe("a section that is there", () => {
	test("keeps its place, its other keys, its comments and its spelling", () => {
		const before = `[first]
aws_secret_access_key = s3cr;et#x
s3 =
    max_concurrent_requests = 20
    ; a comment in between
    addressing_style = path

# about dev
;atmos: expiration=2020-01-01T00:00:00+02:00 other=word
[dev] ; mine
  # keys
AWS_ACCESS_KEY_ID=old
aws_secret_access_key : old
  and more of it
region=eu-west-1 # not ours here
[last]
sso_start_url = https://a#b`;
		expect(edit(before)).toBe(`[first]
aws_secret_access_key = s3cr;et#x
s3 =
    max_concurrent_requests = 20
    ; a comment in between
    addressing_style = path

; atmos: expiration=2030-01-01T00:00:00Z
# about dev
[dev] ; mine
  # keys
AWS_ACCESS_KEY_ID=ID
aws_secret_access_key : SECRET
aws_session_token     = TOKEN
region=eu-west-1 # not ours here
[last]
sso_start_url = https://a#b`);
	});

	test("loses the token and the expiration when there are none", () => {
		const without = editSection(SECTION, { section: "dev", keys: keys("ID", "SECRET", undefined) });
		expect(without).toBe("[dev]\naws_access_key_id     = ID\naws_secret_access_key = SECRET\n");
	});

	test("does not turn an indented neighbour into a part of a value", () => {
		const before = "[dev]\n  role = x\n  s3 =\n    a = b\n";
		const after = edit(before, "dev", undefined);
		const kinds = parseIni(after).lines.map(({ kind, name }) => [kind, name]);
		expect(kinds).toContainEqual(["key", "role"]);
		expect(kinds).toContainEqual(["key", "aws_session_token"]);
		expect(kinds.filter(([kind]) => kind === "continuation")).toHaveLength(1);
	});

	test("does not swallow the next section if that is indented", () => {
		const after = parseIni(edit("[dev]\n  [other]\n  a = b\n"));
		expect(after.lines.filter(({ kind }) => kind === "section").map(({ name }) => name)).toEqual(["dev", "other"]);
	});

	test("that is there twice is one afterwards, so that botocore reads the file again", () => {
		const twice = `${SECTION}\n[other]\na = b\n\n${SECTION}`;
		const after = edit(twice);
		expect(after.match(/^\[dev\]$/gm)).toHaveLength(1);
		expect(after).toContain("[other]\na = b\n");
		expect(after.match(/atmos:/g)).toHaveLength(1);
	});

	test("with a header at the end of a file without a line end", () => {
		expect(edit("[dev]")).toBe(SECTION.trimEnd().replace("\n[dev]", "\n[dev]").concat("\n"));
	});

	test.each(["a.b", "a/b c", "a]b", "ü", "profile x"])("is found by its exact name: %s", (name) => {
		const once = edit("", name);
		expect(edit(once, name)).toBe(once);
		expect(edit(once, `${name}x`)).toBe(`${once}\n${SECTION.replace("[dev]", `[${name}x]`)}`);
	});
});

describe("a section that is removed", () => {
	const remove = (text: string, section = "dev"): string => removeSection(text, { section, keys: KEYS });

	test.each([
		["alone", SECTION, ""],
		["with a mark before it", `\u00ef\u00bb\u00bf${SECTION}`, "\u00ef\u00bb\u00bf"],
		["the first", `${SECTION}\n; atmos: expiration=x\n[other]\na = b\n`, "; atmos: expiration=x\n[other]\na = b\n"],
		["in the middle", `[a]\nb = c\n\n${SECTION}\n[other]\na = b\n`, "[a]\nb = c\n\n[other]\na = b\n"],
		["the last", `[a]\nb = c\n\n${SECTION}`, "[a]\nb = c\n"],
		["without a blank line above", `[a]\nb = c\n${SECTION}`, "[a]\nb = c\n"],
		["there twice", `${SECTION}\n[a]\nb = c\n\n${SECTION}`, "[a]\nb = c\n"],
		["with lines that go on", "[dev]\naws_access_key_id = a\n  b\n\n[a]\nb = c\n", "[a]\nb = c\n"],
		["between comments of others", `# a\n${SECTION}# b\n`, "# a\n# b\n"],
		["by its exact name", SECTION.replace("[dev]", "[devx]"), SECTION.replace("[dev]", "[devx]")],
	])("goes with its note and the blank line that sets it off: %s", (_where, before, after) => {
		expect(remove(before)).toBe(after);
	});

	test("stays with what else is in it", () => {
		const note = "; atmos: expiration=2030-01-01T00:00:00Z\n";
		expect(remove(`${SECTION}role_arn = kept # here\n`)).toBe("[dev]\nrole_arn = kept # here\n");
		expect(remove(SECTION.replace("[dev]\n", "[dev]\n# about the keys\n"))).toBe("[dev]\n# about the keys\n");
		const withoutKeys = `${note}[dev]\nregion = x\n`;
		expect(remove(withoutKeys)).toBe(withoutKeys);
	});

	test("leaves its header where the next section would be read differently without it", () => {
		const keysOnly = SECTION.slice(SECTION.indexOf("aws_"));
		expect(remove("[a]\nb = c\n[dev]\n  aws_access_key_id = ID\n  [other]\na = b\n")).toBe(
			"[a]\nb = c\n[dev]\n  [other]\na = b\n",
		);
		// The Go program takes credentials whose note is not the first comment for ones that never expire.
		expect(remove(`# mine\n[dev]\n${keysOnly}\n; atmos: expiration=x\n[other]\na = b\n`)).toBe(
			"# mine\n[dev]\n\n; atmos: expiration=x\n[other]\na = b\n",
		);
	});

	test("has to be in an ini file", () => {
		expect(() => remove("[a]\nkey\n")).toThrow(IniSyntaxError);
	});
});

describe("what is no ini file", () => {
	test.each([
		["key = value\n", 1],
		["[a]\nkey\n", 2],
		["[a]\nkey = value\n\n[b\n", 4],
		["{\n}\n", 1],
		["[a]\n= value\n", 2],
		["[]\n", 1],
		["[a]\nkey = \0\n", 2],
	])("is not touched: %j, line %i", (text, line) => {
		expect(() => edit(text)).toThrow(IniSyntaxError);
		try {
			edit(text);
		} catch (error) {
			expect((error as IniSyntaxError).line).toBe(line);
		}
	});
});

describe("whatever else is in the file", () => {
	const word = fc.stringMatching(/^[a-z0-9_.\-/ ;#="'\\\u00c3\u00a4]{0,12}$/);
	const foreignKey = fc
		.stringMatching(/^[a-zA-Z][a-z0-9_.]{0,8}$/)
		.filter((key) => !KEYS.includes(key.toLowerCase()) && !/^atmos/i.test(key));
	const indent = fc.constantFrom("", "", "", " ", "\t", "    ");
	const entry = fc
		.tuple(indent, foreignKey, fc.constantFrom("=", " = ", ":", " : "), word)
		.map((parts) => parts.join(""));
	const ownEntry = fc
		.tuple(indent, fc.constantFrom(...KEYS, "AWS_Session_Token"), fc.constantFrom("=", " = "), word)
		.map((parts) => parts.join(""));
	const comment = fc
		.tuple(
			indent,
			fc.constantFrom("#", ";", "; "),
			word.filter((text) => !text.includes("atmos")),
		)
		.map((parts) => parts.join(""));
	const ownNote = fc.constantFrom("; atmos: expiration=2020-01-01T00:00:00Z", "#atmos: x");
	const header = fc.constantFrom(
		"[dev]",
		"[other]",
		"[profile dev]",
		"[ dev]",
		'[profile "a b"]',
		"[a]b]",
		"[dev] # mine",
	);
	const line = fc.oneof(
		{ weight: 3, arbitrary: entry },
		{ weight: 2, arbitrary: ownEntry },
		{ weight: 2, arbitrary: header },
		comment,
		ownNote,
		fc.constantFrom("", "  ", "s3 =", "    max = 1"),
	);
	const file = fc
		.tuple(header, fc.array(line, { maxLength: 14 }), fc.constantFrom("\n", "\r\n", "\r"), fc.boolean(), fc.boolean())
		.map(
			([first, rest, end, last, mark]) =>
				`${mark ? "\u00ef\u00bb\u00bf" : ""}${[first, ...rest].join(end)}${last ? end : ""}`,
		);

	/** All lines but those that are ours in `[dev]`: its three keys with their values, its notes, its repetitions. */
	const foreign = (text: string): string[] => {
		const { lines } = parseIni(text);
		const result: string[] = [];
		let section = "";
		let own = false;
		let seen = false;
		lines.forEach((line, index) => {
			if (line.kind === "section") section = line.name;
			if (line.kind !== "continuation" && line.kind !== "blank" && line.kind !== "comment") {
				own = section === "dev" && line.kind === "key" && KEYS.includes(line.name);
			}
			if (line.kind === "blank") return;
			if (line.kind === "comment" && /atmos:/.test(line.text)) {
				const next = lines.slice(index).find(({ kind }) => kind !== "comment" && kind !== "blank");
				if (next?.kind === "section" ? next.name === "dev" : next === undefined || section === "dev") return;
			}
			if (own && (line.kind === "key" || line.kind === "continuation")) return;
			if (line.kind === "section" && line.name === "dev") {
				if (seen) return;
				seen = true;
			}
			result.push(`${line.kind} ${line.text}`);
		});
		return seen ? result : [...result, "section [dev]"];
	};

	test("stays, line by line, and keeps its meaning", () => {
		fc.assert(
			fc.property(file, (text) => {
				let after: string;
				try {
					after = edit(text);
				} catch (error) {
					expect(error).toBeInstanceOf(IniSyntaxError);
					return;
				}
				expect(foreign(after)).toEqual(foreign(text));
				// Ours are there, once, with the values that they were given.
				const { lines } = parseIni(after);
				const headers = lines.flatMap(({ kind, name }, at) => (kind === "section" && name === "dev" ? [at] : []));
				const values = new Map<string, string[]>();
				for (const start of headers) {
					for (let at = start + 1; at < lines.length && lines[at]?.kind !== "section"; at++) {
						const { kind, name, value } = lines[at] as (typeof lines)[number];
						if (kind === "key" && KEYS.includes(name)) values.set(name, [...(values.get(name) ?? []), value]);
					}
				}
				expect(Object.fromEntries(values)).toEqual({
					aws_access_key_id: ["ID"],
					aws_secret_access_key: ["SECRET"],
					aws_session_token: ["TOKEN"],
				});
				expect(edit(after), "a second time changes nothing").toBe(after);
			}),
			{ numRuns: 3_000 },
		);
	});

	test("is still there byte for byte when our section is taken out again", () => {
		// A note at the very end is what is left of another of our sections.
		const without = file.filter((text) => !text.includes("[dev]") && !/atmos:.*[^[]*$/.test(text));
		fc.assert(
			fc.property(without, (text) => {
				let after: string;
				try {
					after = edit(text);
				} catch {
					return;
				}
				const note = /; atmos: expiration=2030-01-01T00:00:00Z(?:\r\n?|\n)/;
				expect(after).toMatch(note);
				const rest = after.replace(note, "");
				expect(rest.startsWith(text)).toBe(true);
				expect(rest.slice(text.length).trim().replace(/\r\n?/g, "\n")).toBe(SECTION.slice(SECTION.indexOf("[")).trim());
			}),
			{ numRuns: 1_000 },
		);
	});

	test("is the file from before when what was added is removed", () => {
		const without = file.filter((text) => !text.includes("[dev]") && !/atmos:.*[^[]*$/.test(text));
		// A file may end with a blank line or without a line end; with a section after it, nobody can tell any more.
		const body = (text: string): string => text.replace(/[\r\n]+$/, "");
		fc.assert(
			fc.property(without, (text) => {
				let added: string;
				try {
					added = edit(text);
				} catch {
					return;
				}
				const after = removeSection(added, { section: "dev", keys: KEYS });
				expect(body(after)).toBe(body(text));
				expect(Math.abs(after.length - text.length)).toBeLessThanOrEqual(2);
			}),
			{ numRuns: 2_000 },
		);
	});

	test("stays, line by line, when a section is removed from anywhere in it", () => {
		const others = (text: string): string[] => foreign(text).filter((line) => !/^section \s*\[dev\]/.test(line));
		fc.assert(
			fc.property(file, (text) => {
				let after: string;
				try {
					after = removeSection(text, { section: "dev", keys: KEYS });
				} catch (error) {
					expect(error).toBeInstanceOf(IniSyntaxError);
					return;
				}
				expect(others(after)).toEqual(others(text));
				expect(removeSection(after, { section: "dev", keys: KEYS }), "a second time changes nothing").toBe(after);
			}),
			{ numRuns: 3_000 },
		);
	});

	test("is read without losing a byte", () => {
		const anything = fc.string({ unit: "binary", maxLength: 200 }).map((text) => Buffer.from(text).toString("latin1"));
		fc.assert(fc.property(fc.oneof(file, anything), (text) => void expect(formatIni(parseIni(text))).toBe(text)));
	});
});
