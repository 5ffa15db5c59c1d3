/** One file of a file keyring: a JWE (RFC 7516) under a password, as github.com/99designs/keyring writes it. */
import { CompactEncrypt, compactDecrypt, errors } from "jose";
import { Secret } from "../../credentials.ts";

const ALGORITHM = "PBES2-HS256+A128KW";
const ENCRYPTION = "A256GCM";
/** Those of jose2go: what it writes, and the most that it reads. */
const ITERATIONS = 8_192;
const MOST_ITERATIONS = 1_300_000;
const SALT_BYTES = 12;

/** The whole of an item of that library; the Go program fills in the first two. */
const item = (key: string, data: string): string =>
	JSON.stringify({
		Key: key,
		Data: Buffer.from(data).toString("base64"),
		Label: "",
		Description: "",
		KeychainNotTrustApplication: false,
		KeychainNotSynchronizable: false,
	});

export async function encryptItem(key: string, value: Secret, password: Secret): Promise<string> {
	return new CompactEncrypt(Buffer.from(item(key, value.reveal())))
		.setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION })
		.setKeyManagementParameters({ p2c: ITERATIONS, p2s: crypto.getRandomValues(new Uint8Array(SALT_BYTES)) })
		.encrypt(Buffer.from(password.reveal()));
}

/** @returns the value; `wrong password` and `damaged` where there is none */
export async function decryptItem(text: string, password: Secret): Promise<Secret | "wrong password" | "damaged"> {
	let plain: string;
	try {
		const { plaintext } = await compactDecrypt(text.trim(), Buffer.from(password.reveal()), {
			keyManagementAlgorithms: [ALGORITHM],
			contentEncryptionAlgorithms: [ENCRYPTION],
			maxPBES2Count: MOST_ITERATIONS,
		});
		plain = Buffer.from(plaintext).toString("utf8");
	} catch (error) {
		return error instanceof errors.JWEDecryptionFailed ? "wrong password" : "damaged";
	}
	try {
		const { Data: data } = JSON.parse(plain) as { readonly Data?: unknown };
		return typeof data === "string" ? new Secret(Buffer.from(data, "base64").toString("utf8")) : "damaged";
	} catch {
		return "damaged";
	}
}
