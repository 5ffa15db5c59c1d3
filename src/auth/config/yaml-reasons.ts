/** What the YAML parser objects to, in words that say what to change. Its own are those of the YAML specification. */

const INDENTED = "the line is not indented like the lines around it";
const CUT_QUOTE = "a quoted string is not closed";
const TAG = "a tag (!name) is malformed";

/** Words of js-yaml's reasons, and what is said for those that have them. The first that fits counts. */
const REASONS: readonly (readonly [pattern: RegExp, words: string])[] = [
	[/complex keys/, "a key must be a string"],
	[/nesting|depth/, "the nesting is too deep"],
	[/tab characters/, "tabs are not allowed in indentation"],
	[/duplicated mapping key/, "a key appears twice in the same map"],
	[/within a (?:single|double) quoted scalar/, CUT_QUOTE],
	[/within a flow collection/, "a list or map in brackets is not closed"],
	[/missed comma/, "a comma is missing between the items of a list or map in brackets"],
	[
		/escape sequence|hexadecimal/,
		'unknown escape sequence ("\\") in double quotes; use single quotes to keep the backslash',
	],
	[/non-printable|valid JSON character/, "it contains control characters"],
	[/tag|directive/i, TAG],
	[/unidentified alias/, "an alias (*name) has no anchor (&name) before it"],
	[/anchor|alias/, "an anchor (&name) or alias (*name) is malformed"],
	[/multiline key|expected ':'/, "a key has no colon, or a string needs quotes"],
	[/whitespace character is expected after the key-value/, "a space is missing after a colon"],
	[/indentation|indent/, INDENTED],
	[/chomping|block scalar|line break is expected/, "what follows | or > is malformed"],
	[/end of the stream or a document separator/, "there is something here that belongs to no key"],
];

/** @returns words of ours for a reason of the parser, whatever it is */
export function yamlReason(reason: string): string {
	return REASONS.find(([pattern]) => pattern.test(reason))?.[1] ?? "there is a syntax error";
}
