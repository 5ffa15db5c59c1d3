/** Opens the approval page in the browser, once for each code, where a browser would open in front of the person. */
import type { AuthContext } from "../auth/context.ts";
import { toErrorView } from "../auth/errors.ts";
import { isCi } from "../flows/interactive.ts";
import type { LoginHandle } from "../flows/snapshot.ts";
import { approvalUrl } from "../output/events.ts";

/**
 * @param options.noBrowser `--no-browser`
 * @returns ends it
 */
export function openApprovalPages(
	login: LoginHandle,
	options: { readonly ctx: AuthContext; readonly noBrowser: boolean },
): () => void {
	const { ctx, noBrowser } = options;
	if (noBrowser || isCi(ctx.env)) return () => undefined;
	const opened = new Set<string>();
	return login.subscribe(({ prompts }) => {
		// One page at a time, the one that is asked about.
		const prompt = prompts.find((asked) => asked.prompt.type === "device-code")?.prompt;
		if (prompt?.type !== "device-code" || opened.has(prompt.userCode)) return;
		opened.add(prompt.userCode);
		// Another process asked for this code, and has opened its page.
		if (prompt.waitingForPid !== undefined) return;
		open(approvalUrl(prompt), ctx).catch((error: unknown) => {
			ctx.log.debug("the page was not opened", { reason: toErrorView(error).message });
		});
	});
}

async function open(url: string, { env, platform, cwd, log }: AuthContext): Promise<void> {
	const [{ openPage, shouldOpenByItself }, { isContainer }] = await Promise.all([
		import("../terminal/browser.ts"),
		import("../auth/system/place.ts"),
	]);
	if (!shouldOpenByItself({ env, platform, container: isContainer(env) })) return;
	const result = await openPage(url, { env, platform, cwd });
	if (!result.opened) log.debug("the page was not opened", { reason: result.reason });
}
