/** The part of `which` that is used; the package brings no types. */
declare module "which" {
	interface Options {
		readonly path?: string;
		readonly pathExt?: string;
		readonly nothrow: true;
		readonly all: true;
	}
	const which: { sync(name: string, options: Options): string[] | null };
	export default which;
}
