/** The part of cosmiconfig's `ExplorerSync` that is used; the package's own types leave it out as internal. */
declare module "cosmiconfig/dist/ExplorerSync.js" {
	import type { OptionsSync, PublicExplorerSync } from "cosmiconfig";

	export class ExplorerSync implements Pick<PublicExplorerSync, "load" | "search"> {
		constructor(
			options: OptionsSync & {
				readonly moduleName: string;
				/** Where the options come from, if not from the program. */
				readonly metaConfigFilePath: null;
			},
		);
		load: PublicExplorerSync["load"];
		search: PublicExplorerSync["search"];
	}
}
