/** What the YAML parser objects to, in words that say what to change. Its own are those of the YAML specification. */

const INDENTED = "the line is indented further or less than the lines that belong with it";
const CUT_QUOTE = "a quoted text does not end";
const TAG = "a tag (!name) is not written as tags are";

/** Words of js-yaml's reasons, and what is said for those that have them. The first that fits counts. */
const REASONS: readonly (readonly [pattern: RegExp, words: string])[] = [
	[/complex keys/, "a key has to be a text"],
	[/nesting|depth/, "nesting goes too deep"],
	[/tab characters/, "tab characters must not be used in indentation"],
	[/duplicated mapping key/, "a key stands twice in one map"],
	[/within a (?:single|double) quoted scalar/, CUT_QUOTE],
	[/within a flow collection/, "a list or map in brackets does not end"],
	[/missed comma/, "a comma is missing between the items of a list or map in brackets"],
	[
		/escape sequence|hexadecimal/,
		'a "\\" in double quotes begins nothing that is known; single quotes take it as it is',
	],
	[/non-printable|valid JSON character/, "it holds control characters"],
	[/tag|directive/i, TAG],
	[/unidentified alias/, "an alias (*name) has no anchor (&name) before it"],
	[/anchor|alias/, "an anchor (&name) or alias (*name) is not written as they are"],
	[/multiline key|expected ':'/, "a key without its colon, or a text that has to be quoted"],
	[/whitespace character is expected after the key-value/, "a space is missing after a colon"],
	[/indentation|indent/, INDENTED],
	[/chomping|block scalar|line break is expected/, "what follows | or > is not written as it has to be"],
	[/end of the stream or a document separator/, "something stands here that belongs to no key"],
];

/** @returns words of ours for a reason of the parser, whatever it is */
export function yamlReason(reason: string): string {
	return REASONS.find(([pattern]) => pattern.test(reason))?.[1] ?? "it is not written as YAML has to be";
}
