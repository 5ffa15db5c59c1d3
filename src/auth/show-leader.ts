/** Another process has somebody sign in, and this one waits for its result: what it shows is shown here, too. */
import type { Shown } from "./interaction.ts";
import type { Run } from "./kinds.ts";
import type { Leader } from "./storage/single-flight.ts";

/**
 * @param shownBy what the other process published, checked as the service's own answer was: it comes from a file. What it throws
 *   is why it is not shown
 */
export function showLeader<Info>(
	{ interaction, ctx }: Pick<Run, "interaction" | "ctx">,
	{ pid, info }: Leader<Info>,
	shownBy: (info: Info, waitingForPid: number) => Shown,
): void {
	interaction.status(`waiting for process ${pid} to sign in`);
	let shown: Shown | undefined;
	try {
		shown = info === undefined ? undefined : shownBy(info, pid);
	} catch (error) {
		ctx.log.debug("what another process asks for is not shown", { pid, reason: (error as Error).message });
	}
	interaction.show(shown);
}
