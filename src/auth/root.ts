/** The first link of a chain, under whose name credentials are kept. */
import type { Provider } from "./config/model.ts";
import type { ChainRoot } from "./kinds.ts";

/** @returns the key of a root that is no provider: what Atmos calls the folder of identities that stand alone, by their kind */
export const standaloneRoot = (kind: string): string => kind.replaceAll("/", "-");

/** @returns the root of a chain that begins with a provider, with its `spec.files.base_path` */
export function providerRoot(provider: Provider): ChainRoot {
	return { key: provider.key, basePath: basePathOf(provider), provider };
}

/** @returns `spec.files.base_path` of a provider: the folder that takes the place of `<config>/atmos` */
export function basePathOf(provider: Provider): string | undefined {
	const path = object(object(object(provider.config)?.spec)?.files)?.base_path;
	return typeof path === "string" && path !== "" ? path : undefined;
}

function object(value: unknown): Readonly<Record<string, unknown>> | undefined {
	return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
