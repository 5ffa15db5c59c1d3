/**
 * Entry: checks Node, answers `--version`, finds the command and loads that one alone.
 * Nothing is imported statically that the fastest commands do not need.
 */
import { keepCompiled } from "./commands/compile-cache.ts";
import { commandNames, findCommand, flagNames } from "./commands/table.ts";
import { processTerminal, writeAnswer } from "./terminal/streams.ts";
import { catchUnexpected } from "./terminal/unexpected.ts";
import { version } from "./version.ts";

const MINIMUM_NODE = [22, 18] as const;

async function main(): Promise<number> {
	const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
	if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
		process.stderr.write(
			`atmos-auth needs Node.js ${MINIMUM_NODE.join(".")} or newer; this is ${process.versions.node}.\n`,
		);
		return 2;
	}
	const words = process.argv.slice(2);
	const found = findCommand(words);
	switch (found.type) {
		case "version":
			writeAnswer(`atmos-auth ${version}\n`);
			return 0;
		case "help": {
			const { helpFor } = await import("./commands/help.ts");
			writeAnswer(helpFor(found.topic));
			return 0;
		}
		case "unknown": {
			const [{ unknownCommand, unknownFlag }, { reportFailure }] = await Promise.all([
				import("./commands/unknown.ts"),
				import("./commands/failure.ts"),
			]);
			const name = found.words.join(" ");
			const error =
				found.flag === undefined ? unknownCommand(name, commandNames) : unknownFlag(found.flag, flagNames(), "");
			return reportFailure(error, processTerminal(), { name, argv: words });
		}
		case "command": {
			const { definition, argv } = found;
			if (definition.heavy) keepCompiled(process.env, process.platform);
			const terminal = processTerminal();
			try {
				const { run } = await definition.load();
				return await run({ argv, terminal });
			} catch (error) {
				if ((error as NodeJS.ErrnoException | null)?.syscall === "write") throw error;
				const { reportFailure } = await import("./commands/failure.ts");
				const code = reportFailure(error, terminal, { name: definition.words, argv });
				// What the failure has left behind must not keep the program from ending.
				setTimeout(() => process.exit(code), 200).unref();
				return code;
			}
		}
	}
}

/** For what no command caught, rejected promises included: no stack trace, and a terminal that is given back. */
function fail(error: unknown): void {
	import("./commands/crash.ts").then(
		({ crash }) => crash(error),
		() => process.exit(1),
	);
}

catchUnexpected(fail);
// Not awaited at the top level: the commands import from the bundle's first file, and would wait for it to be done.
void main().then((code) => {
	process.exitCode = code;
});
