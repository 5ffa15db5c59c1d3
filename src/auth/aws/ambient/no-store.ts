/** The store of what is the machine's own: there is nothing to keep, and nothing to take away. */
import type { Store } from "../../kinds.ts";

export const noStore: Store<never> = {
	keepsNothing: true,
	load: async () => undefined,
	save: async () => {},
	remove: async () => [],
	list: async () => new Map(),
};
