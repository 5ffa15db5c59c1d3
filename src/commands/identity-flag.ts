/**
 * `--identity` and `-i` may stand without a value, which flag parsers do not have: `-i` alone asks for the menu, while
 * `-i admin`, `-iadmin`, `-i=admin`, `--identity admin` and `--identity=admin` name one. So these are taken out before the rest is parsed.
 */
import { AuthError } from "../auth/errors.ts";

export interface IdentityFlag {
	/** The words without the flag and its value. */
	readonly argv: readonly string[];
	readonly identity?: string | undefined;
	/** The flag stood without a value. */
	readonly ask: boolean;
}

const FLAG = /^(?:--identity|-i)(?:=(.*))?$/s;
/** The value without a space, as POSIX has it for other flags of one letter. */
const ATTACHED = /^-i([^=].*)$/s;

/**
 * A word after the flag is its value unless it begins with a dash. After `--` everything is an argument.
 *
 * @throws AuthError `usage` when it is given more than once, or with an empty value (an unset variable, most likely)
 */
export function takeIdentityFlag(argv: readonly string[]): IdentityFlag {
	const rest: string[] = [];
	const given: (string | undefined)[] = [];
	for (let at = 0; at < argv.length; at++) {
		const word = argv[at] as string;
		if (word === "--") {
			rest.push(...argv.slice(at));
			break;
		}
		const match = FLAG.exec(word) ?? ATTACHED.exec(word);
		if (match === null) {
			rest.push(word);
			continue;
		}
		const next = argv[at + 1];
		const separate = match[1] === undefined && next !== undefined && !next.startsWith("-");
		given.push(separate ? next : match[1]);
		if (separate) at++;
	}
	if (given.length > 1) throw usage("--identity is given more than once");
	const [identity] = given;
	if (identity !== undefined && identity.trim() === "") throw usage("--identity has an empty value");
	return { argv: rest, identity, ask: given.length === 1 && identity === undefined };
}

function usage(message: string): AuthError {
	return new AuthError({ code: "usage", message, remedy: "atmos-auth login --help" });
}
