/** A part of Playwright without types of its own: `debug`, by which it says what it does. */
declare module "playwright-core/lib/utilsBundle" {
	const utilities: { readonly debug: { enabled(namespace: string): boolean } };
	export default utilities;
}
