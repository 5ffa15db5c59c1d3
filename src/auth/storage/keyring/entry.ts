/** An entry of the keyring as the Go program writes it: `{"type":T,"data":{…}}`, without fields that are empty. */
import { Secret } from "../../credentials.ts";

export class KeyringEntry {
	/** `aws`, `gcp`, `oidc`, `atmos-pro`; of other types nothing is known. */
	readonly type: string;
	readonly #data: Readonly<Record<string, unknown>>;

	constructor(type: string, data: Readonly<Record<string, unknown>>) {
		this.type = type;
		this.#data = data;
	}

	/** @returns a field that is no secret; undefined where it is missing, empty or no text */
	text(field: string): string | undefined {
		const value = Object.hasOwn(this.#data, field) ? this.#data[field] : undefined;
		return typeof value === "string" && value !== "" ? value : undefined;
	}

	secret(field: string): Secret | undefined {
		const value = this.text(field);
		return value === undefined ? undefined : new Secret(value);
	}
}

/** What an entry is made of, in the order of the Go program's fields. */
export interface NewEntry {
	readonly type: string;
	readonly data: Readonly<Record<string, string | Secret | undefined>>;
}

export function encodeEntry({ type, data }: NewEntry): Secret {
	const fields = Object.entries(data)
		.map(([field, value]) => [field, value instanceof Secret ? value.reveal() : value] as const)
		.filter(([, value]) => value !== undefined && value !== "");
	return new Secret(JSON.stringify({ type, data: Object.fromEntries(fields) }));
}

/** @returns undefined for what is no entry */
export function decodeEntry(text: Secret): KeyringEntry | undefined {
	try {
		const found = JSON.parse(text.reveal()) as { readonly type?: unknown; readonly data?: unknown } | null;
		const { type, data } = found ?? {};
		if (typeof type !== "string" || typeof data !== "object" || data === null || Array.isArray(data)) return undefined;
		return new KeyringEntry(type, data as Readonly<Record<string, unknown>>);
	} catch {
		return undefined;
	}
}
