/** What the parsers of foreign files object to, in words for people instead of the parsers' codes. */
import { type ParseErrorCode, printParseErrorCode } from "jsonc-parser";

/** By the names of jsonc-parser. */
const JSON_REASONS: Readonly<Record<string, string>> = {
	InvalidSymbol: "there is something here that JSON does not allow",
	InvalidNumberFormat: "a number is malformed",
	PropertyNameExpected: "expected a key in double quotes",
	ValueExpected: "expected a value",
	ColonExpected: "expected a colon",
	CommaExpected: "expected a comma",
	CloseBraceExpected: "expected a closing brace }",
	CloseBracketExpected: "expected a closing bracket ]",
	EndOfFileExpected: "there is something after the end",
	InvalidCommentToken: "comments are not allowed",
	UnexpectedEndOfComment: "a comment is not closed",
	UnexpectedEndOfString: "a string is not closed",
	UnexpectedEndOfNumber: "a number is incomplete",
	InvalidUnicode: "an escape sequence \\u is not followed by four hexadecimal digits",
	InvalidEscapeCharacter: 'unknown escape sequence ("\\")',
	InvalidCharacter: "a string contains control characters",
};

/** @returns what is wrong with a JSON file, for a code of jsonc-parser */
export function jsonReason(code: ParseErrorCode): string {
	return JSON_REASONS[printParseErrorCode(code)] ?? "there is a syntax error";
}

/** By the codes of https://eemeli.org/yaml/#errors */
const YAML_REASONS: Readonly<Record<string, string>> = {
	MULTIPLE_DOCS: "it contains several documents (---), and kubectl reads only one",
	TAB_AS_INDENT: "tabs are not allowed in indentation",
	BAD_INDENT: "the line is not indented like the lines around it, or a list or map in brackets is not closed",
	DUPLICATE_KEY: "a key appears twice in the same map",
	MISSING_CHAR: "a quote, bracket, comma, colon or space is missing",
	BAD_DQ_ESCAPE: 'unknown escape sequence ("\\") in double quotes; use single quotes to keep the backslash',
	BAD_ALIAS: "an alias (*name) has no anchor (&name) before it",
	MULTILINE_IMPLICIT_KEY: "a key has no colon, or a string needs quotes",
	BLOCK_AS_IMPLICIT_KEY: "a string with a colon needs quotes",
	BAD_SCALAR_START: "a string that starts like this needs quotes",
	TAG_RESOLVE_FAILED: "it contains an unknown tag (!name)",
};

/** @returns what is wrong with a YAML file, for the code of an error of the `yaml` package */
export function yamlReason(code: string): string {
	return YAML_REASONS[code] ?? "there is a syntax error";
}
