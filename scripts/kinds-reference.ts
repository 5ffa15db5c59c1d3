/** docs/kinds.md: all kinds with all their keys, from their manifests and the schemas that the program itself checks with. */

import { actionsOf, marksOf, type Shape } from "../src/auth/config/schema/shape.ts";
import type { Link, Section } from "../src/auth/manifest.ts";
import { foreignKindsOf, kindsOf, manifestOf, schemaOf } from "../src/auth/registry.ts";

/** As much more of a valibot schema as a reader wants to know. */
interface Described extends Shape {
	readonly entries?: Readonly<Record<string, Described>>;
	readonly wrapped?: Described;
	/** Of a list. */
	readonly item?: Described;
	/** Of a `description` action. */
	readonly description?: string;
}

interface Row {
	readonly key: string;
	readonly what: string;
	readonly required: string;
	readonly values: string;
}

const SECTIONS: readonly { readonly name: Section; readonly title: string }[] = [
	{ name: "providers", title: "Providers" },
	{ name: "identities", title: "Identities" },
	{ name: "integrations", title: "Integrations" },
];

const INTRODUCTION = `<!-- Written by npm run schema -->

# Kinds

The kinds of providers, identities and integrations that this version has, with all their keys. \`atmos-auth validate\` checks a
configuration against the same.

- A key with dots stands in maps: \`principal.account.id\` is \`id\` in \`account\` in \`principal\`; \`[]\` is each item of a list.
- *Required* with the name of a map means: where that map is there.
- Durations are \`1h30m\`, \`3600\` (seconds) or \`1d\`.
- **Asked about** marks what a project's configuration may not decide
  [without your agreement](../README.md#whose-configuration-it-is): an address that is neither AWS's own, nor on this machine, nor
  in your \`AWS_ENDPOINT_URL…\`; a file or folder outside your home folder.
- Any value may be a [YAML function](../README.md#configure-it).
`;

const FOREIGN_INTRODUCTION = `## Kinds that this version does not have

They may stand in a file that both programs share. Sign in to them with Cloud Posse's \`atmos\`.
`;

/** @param readme the examples are those of the README */
export async function kindsReference(readme: string): Promise<string> {
	const parts = [INTRODUCTION];
	for (const { name, title } of SECTIONS) {
		parts.push(`## ${title}\n`);
		for (const kind of kindsOf(name)) parts.push(await kindReference(name, kind, readme));
	}
	const foreign = SECTIONS.map(({ name, title }) => `- ${title}: ${foreignKindsOf(name).map(code).join(", ")}`);
	parts.push(FOREIGN_INTRODUCTION, `${foreign.join("\n")}\n`);
	return parts.join("\n");
}

async function kindReference(section: Section, kind: string, readme: string): Promise<string> {
	const [manifest, schema] = [manifestOf(section, kind), (await schemaOf(section, kind)) as Described | undefined];
	if (manifest === undefined || schema === undefined) throw new Error(`${kind} has no schema`);
	const about = descriptionOf(schema);
	const sentences = [`${capital(manifest.noun)}.`, ...(about === undefined ? [] : [`${about}.`])];
	if (section === "identities" && manifest.via.includes("none")) {
		sentences.push(
			manifest.via.length > 1 ? "Without `via`, it begins a chain by itself." : "It begins a chain by itself.",
		);
	}
	const rows = [
		{ key: code("kind"), what: "Which kind it is", required: "yes", values: code(kind) },
		...viaRows(section, manifest.via),
		...keyRows(kind, schema, await sharedKeys(section, kind, schema)),
	];
	const example = exampleOf(readme, section, kind);
	return [
		`### ${code(kind)}\n`,
		`${sentences.join(" ")}\n`,
		...(example === undefined ? [] : [`\`\`\`yaml\n${example}\n\`\`\`\n`]),
		"| key | what it is | required | values |",
		"| --- | --- | --- | --- |",
		...rows.map(({ key, what, required, values }) => `| ${[key, what, required, values].map(cell).join(" | ")} |`),
		"",
	].join("\n");
}

/** What `via` of an integration names: whose sign-in it follows. */
const USED_WITH: Readonly<Record<Exclude<Link, "none">, string>> = {
	identity: "The identity whose credentials it uses, after whose sign-in it runs",
	provider: "The same of every identity whose chain begins with this provider",
};

function viaRows(section: Section, links: readonly Link[]): Row[] {
	const named = links.filter((link) => link !== "none");
	const required = links.includes("none") ? "" : named.length > 1 ? "one of them" : "yes";
	return named.map((link) => ({
		key: code(`via.${link}`),
		what: section === "integrations" ? USED_WITH[link] : `The ${link} that it is reached through`,
		required,
		values: `the name of ${link === "identity" ? "an" : "a"} ${link}`,
	}));
}

/** What another kind of the section has too comes last: it is not what a reader looks for first. */
async function sharedKeys(section: Section, kind: string, { entries = {} }: Described): Promise<ReadonlySet<string>> {
	const others = kindsOf(section).filter((other) => other !== kind);
	const schemas = (await Promise.all(others.map((other) => schemaOf(section, other)))) as readonly Described[];
	return new Set(Object.keys(entries).filter((key) => schemas.some((other) => other.entries?.[key] === entries[key])));
}

function keyRows(kind: string, schema: Described, last: ReadonlySet<string>): Row[] {
	const rows: Row[] = [];
	const marked = marksOf(schema).map(({ path }) => path.join("."));
	/** @param within the innermost map that may be left out; empty where there is none */
	const walk = (shape: Described, key: string, within: string): void => {
		const children = entriesOf(shape);
		const what = descriptionOf(shape);
		const isOptional = OPTIONAL.includes(shape.type);
		if (what === undefined && children === undefined) throw new Error(`${kind}: ${key} has no description (about)`);
		if (what !== undefined) {
			const isMarked = children === undefined && marked.some((mark) => mark === key || mark.startsWith(`${key}.`));
			rows.push({
				key: code(key),
				what,
				required: isOptional ? "" : within === "" ? "yes" : `with ${code(within)}`,
				values: `${valuesOf(shape)}${isMarked ? ". **Asked about**" : ""}`,
			});
		}
		const separator = listOf(shape) === undefined ? "." : "[].";
		for (const [name, child] of Object.entries(children ?? {}))
			walk(child, `${key}${separator}${name}`, isOptional ? key : within);
	};
	const keys = Object.entries(schema.entries ?? {});
	for (const [key, shape] of keys.filter(([key]) => !last.has(key))) walk(shape, key, "");
	for (const [key, shape] of keys.filter(([key]) => last.has(key))) walk(shape, key, "");
	return rows;
}

const OPTIONAL: readonly string[] = ["optional", "exact_optional", "nullish"];

const descriptionOf = (shape: Described): string | undefined =>
	(actionsOf(shape) as readonly Described[]).find(({ description }) => description !== undefined)?.description;

const listOf = (shape: Described): Described | undefined => (shape.wrapped ? listOf(shape.wrapped) : shape.item);

/** The keys of a map, or of the maps of a list. */
function entriesOf(shape: Described): Described["entries"] {
	if (shape.wrapped) return entriesOf(shape.wrapped);
	if (shape.item) return entriesOf(shape.item);
	return shape.type === "object" ? shape.entries : undefined;
}

/** What the program expects, in the words in which it says so; of two that begin alike, the one that says more. */
function valuesOf(shape: Described): string {
	if (shape.wrapped) return valuesOf(shape.wrapped);
	if (shape.type === "loose_object") return "a map";
	const expected = [shape, ...actionsOf(shape)]
		.map(({ message }) =>
			typeof message === "string" ? /^expected (?!.*, found )(.+)$/s.exec(message)?.[1] : undefined,
		)
		.filter((text) => text !== undefined);
	const longest = expected.filter((text, index) => !expected.slice(index + 1).some((later) => later.startsWith(text)));
	return longest.length === 0 ? "a string" : longest.join("; ");
}

/** The first entry of this kind in the README, with what stands around it. */
function exampleOf(readme: string, section: Section, kind: string): string | undefined {
	for (const [, block = ""] of readme.matchAll(/^```yaml\n(.*?)^```$/gms)) {
		const lines = block.split("\n");
		const at = lines.findIndex((line) => line.trim() === `kind: ${kind}`);
		if (at < 0) continue;
		const start = lines.findLastIndex((line, index) => index < at && depth(line) < depth(lines[at] ?? ""));
		const length = lines.slice(start + 1).findIndex((line) => depth(line) <= depth(lines[start] ?? ""));
		const entry = lines.slice(start, start + 1 + length);
		return ["auth:", `  ${section}:`, ...entry].join("\n");
	}
	return undefined;
}

/** Blanks before the text; an empty line ends whatever stands before it. */
const depth = (line: string): number => line.length - line.trimStart().length;

const code = (text: string): string => `\`${text}\``;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const cell = (text: string): string => text.replaceAll("|", "\\|");
