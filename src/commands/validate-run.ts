/** `validate`: checks the whole auth section and says all that is wrong with it. */
import { loadConfig } from "../auth/config/load.ts";
import type { ConfigProblem } from "../auth/config/model.ts";
import { ConfigError, describeProblem } from "../auth/config/problems.ts";
import { createPrinter } from "../output/printer.ts";
import { createContext } from "./create-context.ts";
import type { Command } from "./definition.ts";
import { parseFlags } from "./flags.ts";
import { validate } from "./validate.ts";

export const run: Command = async ({ argv, terminal }) => {
	const { request, common } = parseFlags(validate, argv);
	// What loading would warn of is part of the report.
	const ctx = createContext({ terminal, common: { ...common, usualLevel: "error" } });
	const { print } = createPrinter(terminal, common.color);
	const say = (line: string): void => print([line]);

	let problems: readonly ConfigProblem[];
	let files: readonly string[] = [];
	try {
		const config = await loadConfig(ctx, request);
		files = config.files;
		problems = await config.check();
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		problems = error.problems;
	}
	if (files.length === 0 && problems.length === 0) {
		say("No atmos.yaml was found in this folder, its parents, the root of the repository or ~/.atmos.");
		return 2;
	}
	for (const problem of [...problems].sort(byPlace)) {
		say(describeProblem(problem, { from: ctx.cwd, withSeverity: true }));
	}
	const count = (severity: ConfigProblem["severity"]): number =>
		problems.filter((problem) => problem.severity === severity).length;
	const [errors, warnings] = [count("error"), count("warning")];
	const plural = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;
	if (errors > 0) {
		say(`✗ ${plural(errors, "error")}${warnings > 0 ? ` and ${plural(warnings, "warning")}` : ""}`);
		return 2;
	}
	say(`✓ Authentication configuration is valid${warnings > 0 ? ` (${plural(warnings, "warning")})` : ""}`);
	return 0;
};

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
	const [left, right] = [a.location, b.location];
	if (left?.file !== right?.file) return (left?.file ?? "") < (right?.file ?? "") ? -1 : 1;
	return (left?.line ?? 0) - (right?.line ?? 0) || (left?.column ?? 0) - (right?.column ?? 0);
}
