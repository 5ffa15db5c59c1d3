/** What the parsers of foreign files object to, in words for people instead of the parsers' codes. */
import { type ParseErrorCode, printParseErrorCode } from "jsonc-parser";

/** By the names of jsonc-parser. */
const JSON_REASONS: Readonly<Record<string, string>> = {
	InvalidSymbol: "something stands here that JSON does not have",
	InvalidNumberFormat: "a number is not written as JSON has them",
	PropertyNameExpected: "a key in double quotes was expected",
	ValueExpected: "a value was expected",
	ColonExpected: "a colon was expected",
	CommaExpected: "a comma was expected",
	CloseBraceExpected: "a closing brace } was expected",
	CloseBracketExpected: "a closing bracket ] was expected",
	EndOfFileExpected: "something stands after the end",
	InvalidCommentToken: "comments are not allowed in it",
	UnexpectedEndOfComment: "a comment does not end",
	UnexpectedEndOfString: "a text does not end",
	UnexpectedEndOfNumber: "a number does not end",
	InvalidUnicode: "an escape sequence \\u is not followed by four hexadecimal digits",
	InvalidEscapeCharacter: 'a "\\" begins nothing that JSON has',
	InvalidCharacter: "a text holds control characters",
};

/** @returns what is wrong with a JSON file, for a code of jsonc-parser */
export function jsonReason(code: ParseErrorCode): string {
	return JSON_REASONS[printParseErrorCode(code)] ?? "it is not written as JSON has to be";
}

/** By the codes of https://eemeli.org/yaml/#errors */
const YAML_REASONS: Readonly<Record<string, string>> = {
	MULTIPLE_DOCS: "it holds several documents (---), and kubectl reads one",
	TAB_AS_INDENT: "tab characters must not be used in indentation",
	BAD_INDENT: "the line is not indented as those that belong with it, or a list or map in brackets does not end",
	DUPLICATE_KEY: "a key stands twice in one map",
	MISSING_CHAR: "a quote, bracket, comma, colon or space is missing",
	BAD_DQ_ESCAPE: 'a "\\" in double quotes begins nothing that is known; single quotes take it as it is',
	BAD_ALIAS: "an alias (*name) has no anchor (&name) before it",
	MULTILINE_IMPLICIT_KEY: "a key without its colon, or a text that has to be quoted",
	BLOCK_AS_IMPLICIT_KEY: "a text with a colon has to be quoted",
	BAD_SCALAR_START: "a text that begins so has to be quoted",
	TAG_RESOLVE_FAILED: "it holds a tag (!name) that is not known",
};

/** @returns what is wrong with a YAML file, for the code of an error of the `yaml` package */
export function yamlReason(code: string): string {
	return YAML_REASONS[code] ?? "it is not written as YAML has to be";
}
