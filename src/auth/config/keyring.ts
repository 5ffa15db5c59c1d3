/** `auth.keyring`: evaluated and checked like an entry. No command is run for it. */
import * as v from "valibot";
import { KEYRING_TYPES, type KeyringSettings } from "../storage/keyring/settings.ts";
import { sanitize } from "../system/sanitize.ts";
import { type Claim, claimsAt } from "./claims.ts";
import { evaluate, type FunctionContext } from "./functions.ts";
import { locateDeepest } from "./locate-lazily.ts";
import type { KeyringPart } from "./merge.ts";
import type { ConfigProblem } from "./model.ts";
import { about, passwordMark, text, writeMark } from "./schema/common.ts";
import { entriesOf, type Shape, shapeAt } from "./schema/shape.ts";
import { suggestionFor } from "./suggest.ts";
import { isMap, type YamlMap } from "./yaml.ts";

const TOP = ["auth", "keyring"];

/** Any other type is the system's keyring, with a warning, as in the Go program. */
export const keyringSchema = v.object({
	type: about(
		v.optional(v.nullable(v.pipe(text("system, file or memory"), v.examples([...KEYRING_TYPES])))),
		"Where the keys of `user configure` are: `system`, `file` or `memory`. Default: `system`",
	),
	spec: v.optional(
		v.nullable(
			v.object({
				path: about(
					v.optional(v.nullable(v.pipe(text("a folder"), writeMark()))),
					"Folder of a file keyring. Default: `~/.local/share/atmos/keyring`",
				),
				password_env: about(
					v.optional(
						v.nullable(
							v.pipe(
								text("the name of an environment variable"),
								v.regex(/^[A-Za-z_]\w*$/, "expected the name of an environment variable"),
								passwordMark(),
							),
						),
					),
					"The variable with the password of a file keyring. Default: `ATMOS_KEYRING_PASSWORD`",
				),
			}),
		),
	),
});

export interface CheckedKeyring {
	readonly settings: KeyringSettings;
	readonly claims: readonly Claim[];
	/** Errors alone. */
	readonly problems: readonly ConfigProblem[];
}

/** @param part undefined where no file has it: then the environment alone counts */
export async function checkKeyring(functions: FunctionContext, part: KeyringPart | undefined): Promise<CheckedKeyring> {
	const chosen = functions.env.ATMOS_KEYRING_TYPE || undefined;
	if (part === undefined) return { settings: { type: chosen }, claims: [], problems: [] };
	const problems: ConfigProblem[] = [];
	const problem = async (path: readonly string[], message: string): Promise<void> => {
		const full = [...TOP, ...path];
		const location = await locateDeepest(part.files, full);
		problems.push({ severity: "error", key: full.join("."), message, location });
	};
	const failed = (): CheckedKeyring => ({ settings: {}, claims: [], problems });
	if (part.wrong !== undefined) {
		await problem([], part.wrong);
		return failed();
	}
	const failures: (readonly [path: readonly string[], message: string])[] = [];
	const value = await evaluate(functions, part.value, {
		run: new Set(),
		onFailure: (path, _tagged, message) => void failures.push([path, message]),
		onCommand: (path) => void failures.push([path, "no command is run for the keyring: write the value itself"]),
		onUnset: (path, variable) =>
			void failures.push([path, `the environment variable ${sanitize(variable)} is not set, and !env has no fallback`]),
	});
	for (const [path, message] of failures) await problem(path, message);
	if (failures.length > 0 || !isMap(value)) return failed();
	const result = v.safeParse(keyringSchema, value, { abortPipeEarly: true });
	for (const { path = [], message } of result.issues ?? []) {
		await problem(
			path.map(({ key }) => String(key)),
			message,
		);
	}
	if (!result.success) return failed();
	const { spec } = result.output;
	const type = chosen ?? result.output.type ?? undefined;
	// The rest is of no use to the other keyrings: nobody is asked about it.
	if (type !== "file") return { settings: { type }, claims: [], problems };
	return {
		settings: { type, path: spec?.path ?? undefined, passwordVariable: spec?.password_env ?? undefined },
		claims: claimsAt(TOP, part, keyringSchema as Shape, value, []),
		problems,
	};
}

/** Keys that nobody knows, and types that there are not, for `validate`. */
export async function keyringDoubts(part: KeyringPart): Promise<readonly ConfigProblem[]> {
	const doubts: ConfigProblem[] = [];
	const look = async (value: YamlMap, path: readonly string[]): Promise<void> => {
		const known = Object.keys(entriesOf(shapeAt(keyringSchema as Shape, path)) ?? {});
		for (const key of Object.keys(value)) {
			const item = value[key];
			if (isMap(item) && known.includes(key)) await look(item, [...path, key]);
			if (known.includes(key)) continue;
			const full = [...TOP, ...path, key];
			const location = await locateDeepest(part.files, full);
			const suggestion = suggestionFor(key, known);
			doubts.push({ severity: "warning", key: full.join("."), message: "unknown key", location, suggestion });
		}
	};
	await look(part.value, []);
	const { type } = part.value;
	if (typeof type === "string" && type !== "" && !(KEYRING_TYPES as readonly string[]).includes(type)) {
		const full = [...TOP, "type"];
		doubts.push({
			severity: "warning",
			key: full.join("."),
			message: `there is no such keyring; the system's is used (expected ${KEYRING_TYPES.join(", ")})`,
			location: await locateDeepest(part.files, full),
			suggestion: suggestionFor(type, KEYRING_TYPES),
		});
	}
	return doubts;
}
