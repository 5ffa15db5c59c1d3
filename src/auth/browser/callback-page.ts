/** What the browser shows when it has returned to this machine. No script, no image, nothing that is loaded. */

const TEXTS = {
	done: ["Signed in", "You can close this page and go back to the terminal."],
	refused: ["Not signed in", "The terminal says why. You can close this page."],
	unknown: ["Nothing to see here", "This page belongs to a sign-in that is over, or to another one."],
} as const;

/** @param title whose sign-in it is: the product's name and what was signed in to */
export function callbackPage(title: string, outcome: keyof typeof TEXTS): string {
	const [heading, text] = TEXTS[outcome];
	return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { display: grid; place-content: center; min-height: 90vh; margin: 0 1.5rem; text-align: center; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
p { margin: 0; }
small { display: block; margin-top: 2rem; opacity: .7; }
</style>
<h1>${heading}</h1>
<p>${text}</p>
<small>${escapeHtml(title)}</small>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
