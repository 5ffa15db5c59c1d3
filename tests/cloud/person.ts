/** Somebody with a browser, for pages with a form: no script is run, and redirects are followed to their end. */

export interface Visited {
	readonly status: number;
	/** Where it ended. */
	readonly url: string;
	readonly text: string;
}

/**
 * Opens a page, presses one of the buttons of its form, and follows where that leads.
 *
 * @param decision the value of the button
 */
export async function decide(url: string, decision: "allow" | "deny"): Promise<Visited> {
	const shown = await fetch(url, { redirect: "manual" });
	const text = await shown.text();
	const action = /<form method="post" action="([^"]+)"/.exec(text)?.[1];
	if (shown.status !== 200 || action === undefined) return { status: shown.status, url, text };
	const form = new URLSearchParams({ decision });
	for (const [, name = "", value = ""] of text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g))
		form.set(name, value);
	const sent = await fetch(new URL(action, url), {
		method: "POST",
		headers: { origin: new URL(url).origin, "content-type": "application/x-www-form-urlencoded" },
		body: form.toString(),
	});
	return { status: sent.status, url: sent.url, text: await sent.text() };
}

/** @returns what the last page shows to be copied */
export const codeOn = ({ text }: Visited): string => {
	const code = /id="code">([^<]+)</.exec(text)?.[1];
	if (code === undefined) throw new Error(`there is no code on the page: ${text.slice(0, 200)}`);
	return code;
};
