/** The plain face on a real terminal, over a login that only asks: the question by its name, then what it was answered with. */
import { lineInput } from "../../src/output/ask-line.ts";
import { runPlain } from "../../src/output/plain.ts";
import { createPrinter } from "../../src/output/printer.ts";
import { processTerminal } from "../../src/terminal/streams.ts";
import { fakeLogin } from "../components/support/fake-login.ts";
import { asked, onPage } from "../components/support/snapshots.ts";

const terminal = processTerminal();
const login = fakeLogin(
	process.argv[2] === "secret"
		? { phase: "approving", prompts: asked({ type: "secret", question: "Passphrase", source: "ada.pem" }) }
		: onPage(Date.now(), { paste: { label: "the code" } }),
);
login.onAction = (action) => {
	const sent = action.type === "ANSWER" ? `answered with ${action.value.length} characters` : action.type;
	terminal.stderr.write(`${sent}\n`);
	login.show({ phase: "cancelled", prompts: [] });
};
process.on("SIGINT", () => login.send({ type: "CANCEL" }));
await runPlain({
	login,
	clock: { now: () => Date.now(), sleep: () => new Promise(() => undefined) },
	printer: createPrinter(terminal),
	input: lineInput(terminal.stdin, {
		platform: process.platform,
		write: (sequence) => void terminal.stderr.write(sequence),
	}),
});
terminal.stderr.write("over\n");
process.exit(0);
