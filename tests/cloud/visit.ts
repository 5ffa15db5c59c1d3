/** What a person does in a browser, by plain HTTP: open a page of the cloud, press a button of its form, go where that leads. */

export interface Visit {
	/** Where it ended: the listener's page, or one of the cloud's own. */
	readonly url: string;
	readonly status: number;
	readonly text: string;
}

const LONGEST_WAY = 5;

/**
 * @param decision the button; `look` presses none
 * @returns the last page
 */
export async function visit(url: string, decision: "allow" | "deny" | "look" = "allow"): Promise<Visit> {
	const page = await follow(url);
	const [, action] = /<form method="post" action="([^"]+)">/.exec(page.text) ?? [];
	if (action === undefined || decision === "look") return page;
	const fields = [...page.text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)];
	const body = new URLSearchParams([
		...fields.map(([, name = "", value = ""]): [string, string] => [name, value]),
		["decision", decision],
	]);
	const target = new URL(action, page.url);
	return follow(target.href, { method: "POST", body, headers: { origin: target.origin } });
}

/** A browser's: a 303 is followed with GET (RFC 9110 §15.4.4). */
async function follow(from: string, init: RequestInit = {}): Promise<Visit> {
	let url = from;
	let request = init;
	for (let hop = 0; hop < LONGEST_WAY; hop++) {
		const response = await fetch(url, { ...request, redirect: "manual" });
		const text = await response.text();
		const location = response.headers.get("location");
		if (location === null) return { url, status: response.status, text };
		url = new URL(location, url).href;
		request = {};
	}
	throw new Error(`${from} leads nowhere`);
}

/** @returns what the last page shows to be copied */
export const codeOn = ({ text }: Visit): string => {
	const code = /id="code">([^<]+)</.exec(text)?.[1];
	if (code === undefined) throw new Error(`there is no code on the page: ${text.slice(0, 200)}`);
	return code;
};
