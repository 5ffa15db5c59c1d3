/**
 * CI runners obey lines of a certain form (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
 * Ours are made here, and those that hide in foreign text are escaped here.
 */

/** The newer form counts at the start of a line; the older ones, and those of Azure Pipelines and TeamCity, anywhere in it. */
const AT_START = /^(\s*):(?=:)/;
const ANYWHERE = /##(?=\[|vso\[|teamcity\[)/gi;

/** @returns the line as it reads, but in a form that no runner obeys */
export function escapeWorkflowCommands(line: string): string {
	return line.replace(AT_START, "$1: ").replace(ANYWHERE, "# #");
}

/** @returns a line of JSON that says the same but holds nothing that a runner obeys */
export function escapeWorkflowCommandsInJson(line: string): string {
	return line.replace(ANYWHERE, "#\\u0023");
}

const escapeData = (text: string): string =>
	text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** Has the runner replace a value in everything that it shows from now on. One command for each line of it. */
export function maskCommands(value: string): string[] {
	return value
		.split(/\r?\n/)
		.filter((line) => line.trim() !== "")
		.map((line) => `::add-mask::${escapeData(line)}`);
}

export interface Annotation {
	readonly level: "error" | "warning";
	readonly message: string;
	readonly title?: string | undefined;
	readonly file?: string | undefined;
	readonly line?: number | undefined;
	readonly column?: number | undefined;
}

/** An annotation on the summary page of the run, and on the file where one is named. */
export function annotationCommand(annotation: Annotation): string {
	const properties = [
		["file", annotation.file],
		["line", annotation.line],
		["col", annotation.column],
		["title", annotation.title],
	]
		.filter(([, value]) => value !== undefined)
		.map(([name, value]) => `${name}=${escapeProperty(escapeWorkflowCommands(String(value)))}`)
		.join(",");
	// The runner shows the lines of an annotation again, each on a line of its own.
	const message = annotation.message.split("\n").map(escapeWorkflowCommands).join("\n");
	return `::${annotation.level}${properties === "" ? "" : ` ${properties}`}::${escapeData(message)}`;
}
