/** The help texts, made from the definitions. */
import { commonFlags, type Definition, dashed, type Flag, type Flags, orList } from "./definition.ts";
import { commands } from "./table.ts";

type Row = readonly [left: string, right: string];

/** Two columns, the second one beginning where the longest of the first leaves room. */
function aligned(rows: readonly Row[], width = widthOf(rows)): string[] {
	return rows.map(([left, right]) => `  ${right === "" ? left : left.padEnd(width) + right}`);
}

const widthOf = (rows: readonly Row[]): number =>
	Math.max(...rows.map(([left, right]) => (right === "" ? 0 : left.length))) + 2;

function flagRows(flags: Flags): Row[] {
	return Object.entries<Flag>(flags).map(([name, { short, shown, value, values, env, help }]) => {
		const spelled = shown ?? [`--${dashed(name)}`, value].filter((part) => part !== undefined).join(" ");
		const meaning = [
			values === undefined ? help : `${help}: ${orList(values)}`,
			...(env === undefined ? [] : [`(${env.join(", ")})`]),
		];
		return [`${short === undefined ? "    " : `-${short}, `}${spelled}`, meaning.join(" ")];
	});
}

const commandRow = ({ words, argument, summary }: Definition): Row => [
	argument === undefined ? words : `${words} [${argument}]`,
	summary,
];

const section = (title: string, lines: readonly string[]): string => `${title}\n${lines.join("\n")}\n`;

const EXIT_CODES = [
	"  0 signed in · 1 authentication failed · 2 usage or configuration · 3 --strict and an integration failed",
	"  130 interrupted · 143 terminated",
];

function overview(): string {
	return [
		"Sign in to the cloud from the terminal: pick an identity, approve a code, get back to work.\n",
		section("Usage", ["  atmos-auth <command> [flags]        also as: atmos-auth auth <command>"]),
		section("Commands", aligned(commands.map(commandRow))),
		section("Common flags", aligned(flagRows(commonFlags))),
		section("Exit codes", EXIT_CODES),
	].join("\n");
}

function groupHelp(group: string): string {
	const members = commands.filter(({ words }) => words.startsWith(`${group} `));
	return [
		section("Usage", [`  atmos-auth ${group} <command> [flags]`]),
		section("Commands", aligned(members.map(commandRow))),
		section("Common flags", aligned(flagRows(commonFlags))),
	].join("\n");
}

function commandHelp(definition: Definition): string {
	const { words, description, argument, flags, examples = [], notes = [] } = definition;
	const usage = definition.usage ?? [argument === undefined ? "[flags]" : `[${argument}] [flags]`];
	const own = flagRows(flags);
	const common = flagRows(commonFlags);
	const width = widthOf([...own, ...common]);
	const parts = [
		`${description}\n`,
		section(
			"Usage",
			usage.map((args) => `  atmos-auth ${words} ${args}`),
		),
		...(own.length === 0 ? [] : [section("Flags", aligned(own, width))]),
		section("Common flags", aligned(common, width)),
		...notes.map(({ title, lines }) =>
			section(
				title,
				lines.map((line) => `  ${line}`),
			),
		),
	];
	if (examples.length > 0) {
		const rows = examples.map(([args, meaning]): Row => [`atmos-auth ${words} ${args}`.trimEnd(), meaning]);
		parts.push(section("Examples", aligned(rows)));
	}
	return parts.join("\n");
}

/**
 * @param topic a command, a group such as `aws eks`, or an empty text
 * @returns its help; the overview for what is neither
 */
export function helpFor(topic: string): string {
	const definition = commands.find(({ words }) => words === topic);
	if (definition !== undefined) return commandHelp(definition);
	const isGroup = commands.some(({ words }) => words.startsWith(`${topic} `));
	return isGroup ? groupHelp(topic) : overview();
}
