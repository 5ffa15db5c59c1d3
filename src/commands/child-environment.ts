/** The environment of a program that is run with an identity's credentials. */
import type { Environment } from "../auth/context.ts";
import type { EnvironmentChange } from "../auth/kinds.ts";

export interface ChildSituation {
	readonly change: EnvironmentChange;
	readonly platform: NodeJS.Platform;
	readonly identity: string;
	/** Variables by which this program and Atmos find the same configuration, where they would not without. */
	readonly locator: Readonly<Record<string, string>>;
	/** The folder that it runs in, where that is another than the one in which we were started. */
	readonly cwd: string | undefined;
}

/** @param own our own environment, with what the configuration's `env:` adds to it */
export function childEnvironment(
	own: Environment,
	{ change, platform, identity, locator, cwd }: ChildSituation,
): Readonly<Record<string, string>> {
	const added: Record<string, string> = {
		...change.set,
		...locator,
		// Whatever it starts of ours, or of Atmos, uses the same identity.
		ATMOS_IDENTITY: identity,
		...(cwd === undefined ? {} : { PWD: cwd }),
	};
	// It is in that folder already; a relative path would lead on from there.
	const removed = [...change.unset, "ATMOS_CHDIR", ...Object.keys(added)];
	// Windows knows `Path` and `PATH` as one variable.
	const plain = (name: string): string => (platform === "win32" ? name.toUpperCase() : name);
	const gone = new Set(removed.map(plain));
	const kept = Object.entries(own).filter(
		(entry): entry is [string, string] => entry[1] !== undefined && !gone.has(plain(entry[0])),
	);
	return { ...Object.fromEntries(kept), ...added };
}
