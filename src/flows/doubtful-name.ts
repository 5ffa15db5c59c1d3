/** Names that some readers of the AWS files do not find: told once, at the first sign-in. `validate` tells them always. */
import type { Identity } from "../auth/config/model.ts";
import type { Run } from "../auth/kinds.ts";
import { nameDoubt } from "../auth/registry.ts";
import { readState } from "../auth/storage/state.ts";
import { sanitize } from "../auth/system/sanitize.ts";

/** Warns of the name of an identity whose credentials are about to be written for the first time. Never throws. */
export async function warnOfDoubtfulName(identity: Identity, { ctx, realm }: Run): Promise<void> {
	const doubt = nameDoubt(identity.kind, identity.name);
	if (doubt === undefined) return;
	const { lastUsed } = await readState(ctx);
	if (lastUsed[realm.value]?.[identity.key] === undefined) ctx.log.warn(`${sanitize(identity.name)}: ${doubt}`);
}
