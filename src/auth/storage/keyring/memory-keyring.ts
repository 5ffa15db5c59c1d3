/** A keyring that lasts as long as the process: what is put there is for this run alone. */
import type { Environment } from "../../context.ts";
import type { Secret } from "../../credentials.ts";
import type { Backend } from "./backend.ts";

/** By the run's environment. */
const entries = new WeakMap<Environment, Map<string, Secret>>();

export function memoryKeyring(env: Environment): Backend {
	const own = entries.get(env) ?? new Map<string, Secret>();
	entries.set(env, own);
	return {
		name: "the memory of this process",
		read: async (key) => own.get(key),
		write: async (key, value) => void own.set(key, value),
		remove: async (key) => own.delete(key),
	};
}
