/**
 * One call to the system's keyring, in the forms of github.com/zalando/go-keyring, which the Go program uses. It is made by a
 * process of its own (src/keyring-helper.ts): the library connects in its constructor and blocks all of its process while a
 * session bus does not answer.
 */

/** As much of a class of `@napi-rs/keyring` as is used. */
export interface EntryClass {
	new (service: string, account: string, options?: EntryOptions): Entry;
	withTarget(target: string, service: string, account: string, options?: EntryOptions): Entry;
}

interface EntryOptions {
	readonly linux: { readonly store: "secret-service" };
}

export interface Entry {
	getPassword(): Promise<string | null>;
	setPassword(password: string): Promise<void>;
	getSecret(): Promise<readonly number[] | Uint8Array | null>;
	setSecret(secret: Uint8Array): Promise<void>;
	deleteCredential(): Promise<boolean>;
}

export interface EntryRequest {
	readonly operation: "read" | "write" | "remove";
	readonly service: string;
	readonly account: string;
	readonly platform: NodeJS.Platform;
	/** Of a `write`. */
	readonly value?: string | undefined;
}

export interface EntryAnswer {
	/** What was read; null where there is none. */
	readonly value?: string | null;
	/** Whether there was one to remove. */
	readonly removed?: boolean;
	/** The system's own word for why not. */
	readonly error?: string;
	/** The library is not installed, or not for this system. */
	readonly missing?: string;
}

/** CRED_MAX_CREDENTIAL_BLOB_SIZE of wincred.h, in bytes. */
export const WINDOWS_LIMIT = 5 * 512;

/**
 * @param connected told when the keyring has answered, and nothing is waited for but the entry and who unlocks it
 * @throws what the library says
 */
export async function callEntry(
	Class: EntryClass,
	request: EntryRequest,
	connected: () => void = () => undefined,
): Promise<EntryAnswer> {
	const { operation, service, account, platform, value = "" } = request;
	// Without a bus the library would take the kernel's keyring, which nobody else reads and a logout empties.
	const options = { linux: { store: "secret-service" } } as const;
	const isWindows = platform === "win32";
	const entry = isWindows
		? Class.withTarget(`${service}:${account}`, service, account, options)
		: new Class(service, account, options);
	connected();
	switch (operation) {
		case "read": {
			if (!isWindows) {
				const text = await entry.getPassword();
				return { value: text === null || platform !== "darwin" ? text : fromKeychain(text) };
			}
			// The library's passwords are UTF-16 there, go-keyring's UTF-8.
			const bytes = await entry.getSecret();
			return { value: bytes === null ? null : Buffer.from(bytes).toString("utf8") };
		}
		case "write":
			if (isWindows) await entry.setSecret(Buffer.from(value, "utf8"));
			else await entry.setPassword(platform === "darwin" ? toKeychain(value) : value);
			return {};
		case "remove":
			return { removed: await entry.deleteCredential() };
	}
}

/** go-keyring's keyring_darwin.go: base64 today, hex in older versions, and what others wrote as it is. */
const BASE64 = "go-keyring-base64:";
const HEX = "go-keyring-encoded:";

const toKeychain = (text: string): string => `${BASE64}${Buffer.from(text).toString("base64")}`;

function fromKeychain(text: string): string {
	if (text.startsWith(BASE64)) return Buffer.from(text.slice(BASE64.length), "base64").toString("utf8");
	if (text.startsWith(HEX)) return Buffer.from(text.slice(HEX.length), "hex").toString("utf8");
	return text;
}
