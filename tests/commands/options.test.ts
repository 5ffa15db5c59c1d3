/** Command lines, and what each command makes of them. */
import { parseArgs } from "node:util";
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/auth/errors.ts";
import { parseFlags } from "../../src/commands/flags.ts";
import { findCommand } from "../../src/commands/table.ts";
import { booleanVariable } from "../../src/commands/values.ts";
import { normalWords } from "../../src/commands/words.ts";

const SPACES = / +/;

/** What a whole command line comes to: the command, and what of its options is set. */
function parse(argv: readonly string[]): Record<string, unknown> {
	const found = findCommand(argv);
	if (found.type !== "command") return { ...found };
	const { argument, flags, common, request } = parseFlags(found.definition, found.argv);
	const all = { command: found.definition.words, argument, ...flags, ...common, ...request };
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

const refusal = (argv: readonly string[]): string => {
	try {
		return JSON.stringify(parse(argv));
	} catch (error) {
		expect(error).toBeInstanceOf(AuthError);
		expect(error).toMatchObject({ code: "usage", remedy: expect.stringMatching(/^atmos-auth [a-z -]+ --help$/) });
		return (error as AuthError).message;
	}
};

describe("a command line", () => {
	test.each([
		["login", {}],
		["auth login", {}],
		["login admin", { argument: "admin" }],
		// --identity and -i may stand without a value.
		["login -i", { identity: true }],
		["login --identity", { identity: true }],
		["login -i admin", { identity: "admin" }],
		["login -iadmin", { identity: "admin" }],
		["login -i=admin", { identity: "admin" }],
		["login --identity admin", { identity: "admin" }],
		["login --identity=admin", { identity: "admin" }],
		["login --identity=a=b", { identity: "a=b" }],
		["login -i --plain", { identity: true, plain: true }],
		["login --plain -i admin --force", { identity: "admin", plain: true, force: true }],
		["login admin -i", { identity: true, argument: "admin" }],
		["login -i -- admin", { identity: true, argument: "admin" }],
		["login -- -i", { argument: "-i" }],
		["login -- --nonsense", { argument: "--nonsense" }],
		["-i login admin", { identity: true, argument: "admin" }],
		// Values.
		["login -pNAME", { provider: "NAME" }],
		["login -p=NAME", { provider: "NAME" }],
		["login -p NAME", { provider: "NAME" }],
		["login --provider NAME", { provider: "NAME" }],
		["login --provider=-x", { provider: "-x" }],
		["login --provider=a=b", { provider: "a=b" }],
		["login -p 007", { provider: "007" }],
		["login --tags a,b", { tags: ["a", "b"] }],
		["login --tags a --tags=b,c,", { tags: ["a", "b", "c"] }],
		["login - ", { argument: "-" }],
		// Booleans.
		["login --force", { force: true }],
		["login --force=1", { force: true }],
		["login --force=False", { force: false }],
		["login --no-force", { force: false }],
		["login --force admin", { force: true, argument: "admin" }],
		["login --device-code --strict --json", { deviceCode: true, strict: true, json: true }],
		["login --no-browser", { browser: false }],
		["login --interactive=false", { interactive: false }],
		["login --interactive=0 --interactive", { interactive: true }],
		// The flags of every command, before and after its words.
		["login -C/tmp --no-color", { chdir: "/tmp", color: false }],
		["--chdir /tmp login", { chdir: "/tmp" }],
		["-C /tmp --color auth login admin", { chdir: "/tmp", color: true, argument: "admin" }],
		["-p company-sso login -- admin", { provider: "company-sso", argument: "admin" }],
		["login --logs-level debug", { logLevel: "debug" }],
		["login --log-level=debug", { logLevel: "debug" }],
		["login --log-level Warn", { logLevel: "warning" }],
		["login --profile a,b --profile c", { profiles: ["a", "b", "c"] }],
		["login --config x.yaml --config-path d --base-path b", { config: ["x.yaml"], configPath: ["d"], basePath: "b" }],
		["validate", { command: "validate" }],
		["trust --yes", { command: "trust", yes: true }],
		["trust --list --remove", { command: "trust", list: true, remove: true }],
		["aws ecr login dev/ecr --json", { command: "aws ecr login", argument: "dev/ecr", json: true }],
		["aws ecr login -idev", { command: "aws ecr login", identity: "dev" }],
		[
			"auth aws eks update-kubeconfig --name c --region r --alias a --kubeconfig f -i dev",
			{ command: "aws eks update-kubeconfig", name: "c", region: "r", alias: "a", kubeconfig: "f", identity: "dev" },
		],
		[
			"aws eks update-kubeconfig --integration dev/eks",
			{ command: "aws eks update-kubeconfig", integration: "dev/eks" },
		],
		[
			"aws eks token --cluster-name c --region=r -i dev",
			{ command: "aws eks token", clusterName: "c", region: "r", identity: "dev" },
		],
	])("%s", (line, expected) => {
		const words = line.split(SPACES).filter((word) => word !== "");
		expect(parse(words)).toEqual({ command: "login", ...expected });
	});

	test.each([
		["--help", { type: "help", topic: "" }],
		["-h", { type: "help", topic: "" }],
		["", { type: "help", topic: "" }],
		["--plain", { type: "help", topic: "" }],
		["help login", { type: "help", topic: "login" }],
		["login admin -h", { type: "help", topic: "login" }],
		["--profile x login --help", { type: "help", topic: "login" }],
		["aws --profile x -h", { type: "help", topic: "aws" }],
		["aws eks token --help --version", { type: "help", topic: "aws eks token" }],
		["version", { type: "version" }],
		["--version", { type: "version" }],
		["-V", { type: "version" }],
		["-v", { type: "version" }],
		["login --version", { type: "version" }],
		["aws ecr login x -V", { type: "version" }],
		["aws eks token --version", { type: "version" }],
		["aws -V", { type: "version" }],
		["lgoin --help", { type: "unknown", words: ["lgoin"] }],
		["help lgoin", { type: "unknown", words: ["lgoin"] }],
		["--versoin", { type: "unknown", words: [], flag: "--versoin" }],
		["--identiy admin", { type: "unknown", words: ["admin"], flag: "--identiy" }],
		["aws --jsno", { type: "unknown", words: ["aws"], flag: "--jsno" }],
		["-x", { type: "unknown", words: [], flag: "-x" }],
		["---help", { type: "unknown", words: [], flag: "---help" }],
		["--undefined", { type: "unknown", words: [], flag: "--undefined" }],
	])("that runs no command: %s", (line, expected) => {
		expect(parse(line.split(SPACES).filter((word) => word !== ""))).toEqual(expected);
	});

	test.each([
		[["--deviceCode"], "unknown flag --deviceCode, did you mean --device-code?"],
		[["---force"], "unknown flag ---force, did you mean --force?"],
		[["--forse"], "unknown flag --forse, did you mean --force?"],
		[["--identiy", "x"], "unknown flag --identiy, did you mean --identity?"],
		[["--versoin"], "unknown flag --versoin, did you mean --version?"],
		[["--hlep"], "unknown flag --hlep, did you mean --help?"],
		[["--proflie=a"], "unknown flag --proflie, did you mean --profile?"],
		[["--no-colour"], "unknown flag --no-colour, did you mean --no-color?"],
		[["--no-provider"], "unknown flag --no-provider, did you mean --provider?"],
		[["--force=maybe"], '--force is either true or false, not "maybe"'],
		[["--interactive=nope"], '--interactive is either true or false, not "nope"'],
		[["--json="], '--json is either true or false, not ""'],
		[["--no-color=x"], "--no-color takes no value"],
		[["-x"], "unknown flag -x"],
		[["-xyz"], "unknown flag -xyz"],
		[["-p"], "--provider needs a value"],
		[["-p", "--force"], "--provider needs a value"],
		[["-p="], "--provider needs a value"],
		[["--provider="], "--provider needs a value"],
		[["--provider", " "], "--provider needs a value"],
		[["--base-path="], "--base-path needs a value"],
		[["--base-path", ""], "--base-path needs a value"],
		[["--tags="], "--tags needs a value"],
		[["--tags", " , "], "--tags needs a value"],
		[["--profile", ","], "--profile needs a value"],
		[["--tags", "a", "--tags="], "--tags needs a value"],
		[["--logs-level"], "--log-level needs a value"],
		[["--log-level", "info", "--logs-level=debug"], "--log-level is given more than once"],
		[["-p", "a", "--provider=b"], "--provider is given more than once"],
		[["--identity="], "--identity has an empty value"],
		[["-i", ""], "--identity has an empty value"],
		[["-i", "a", "-i", "b"], "--identity is given more than once"],
		[["-i", "--identity=b"], "--identity is given more than once"],
		[["--identity-like", "x"], "unknown flag --identity-like, did you mean --identity?"],
		[["--force.x=1"], "unknown flag --force.x, did you mean --force?"],
		[["--__proto__", "x"], "unknown flag --__proto__"],
		[["--constructor=x"], "unknown flag --constructor"],
	] as const)("is refused: login %j", (argv, message) => {
		expect(refusal(["login", ...argv])).toBe(message);
	});

	test.each([
		[["validate", "x"], 'unexpected argument "x"'],
		[["aws", "ecr", "login", "a", "b\u001b[2J"], 'unexpected argument "b"'],
		[["trust", "--json"], "unknown flag --json"],
		[["trust", "--yse"], "unknown flag --yse, did you mean --yes?"],
		[["aws", "ecr", "login", "-i"], "--identity needs a value"],
		[["aws", "eks", "update-kubeconfig", "--integraton=x"], "unknown flag --integraton, did you mean --integration?"],
		[["aws", "eks", "token", "--clustername=x"], "unknown flag --clustername, did you mean --cluster-name?"],
	])("is refused: %j", (argv, message) => {
		expect(refusal(argv)).toBe(message);
	});
});

test("a flag is one word for whatever parser comes next", () => {
	const found = findCommand(["login", "a", "-", "-pX", "-i", "--tags", "a", "--force=t", "--no-browser", "--", "-p"]);
	if (found.type !== "command") throw new Error(found.type);
	const words = normalWords(found.definition, found.argv);
	expect(words).toEqual(["a", "-", "--provider=X", "--identity=", "--tags=a", "--force", "--no-browser", "--", "-p"]);
	// Those of kubectl's plugin are read by Node's own parser.
	const options = { provider: { type: "string" }, identity: { type: "string" }, tags: { type: "string" } } as const;
	const booleans = { force: { type: "boolean" }, browser: { type: "boolean" } } as const;
	const { values, positionals } = parseArgs({
		args: [...words],
		options: { ...options, ...booleans },
		allowPositionals: true,
		allowNegative: true,
	});
	expect(values).toEqual({ provider: "X", identity: "", tags: "a", force: true, browser: false });
	expect(positionals).toEqual(["a", "-", "-p"]);
});

test.each([
	["loud", "", ["trace", "debug", "info", "warning", "error", "off"]],
	["debgu", ', did you mean "debug"?', ["debug"]],
])("a value that a flag does not take is refused, with the nearest: --log-level %s", (value, hint, candidates) => {
	const argv = ["--log-level", value];
	const message = `--log-level is "${value}", which is not a log level${hint}`;
	const remedy = "choose one of trace, debug, info, warning, error or off";
	expect(() => parse(["login", ...argv])).toThrow(
		expect.objectContaining({ code: "usage", message, remedy, candidates }),
	);
});

test.each([
	[undefined, undefined],
	["", undefined],
	["true", true],
	["T", true],
	["1", true],
	["False", false],
	["0", false],
])("a variable that is %j is %j", (text, expected) => {
	expect(booleanVariable({ X: text }, "X")).toBe(expected);
});

test("a variable that is neither true nor false is refused", () => {
	expect(() => booleanVariable({ X: "no" }, "X")).toThrow(
		expect.objectContaining({
			message: 'X is "no", which is neither true nor false',
			remedy: "choose true or false",
			candidates: ["true", "false"],
		}),
	);
});
