/** Asks for what an MFA device shows, and once more where it was not taken. */
import type { AuthContext } from "../context.ts";
import { AuthError, type AuthErrorOptions, type Remedy } from "../errors.ts";
import { reaches } from "../interaction.ts";
import type { Run } from "../kinds.ts";
import { PersonNeededError } from "../person-needed.ts";
import { signInCommand } from "../sign-in-command.ts";
import { sanitize } from "../system/sanitize.ts";
import type { MfaCode } from "./sts.ts";

const DIGITS = 6;
/** Codes that are asked for before it ends. */
const CODES = 2;

export interface MfaQuestion {
	/** The identity's, and the file that defines it. */
	readonly name: string;
	readonly file: string;
	/** The device's ARN, or the serial number of one of hardware. */
	readonly device: string;
	/** What names the device, as it is written in a sentence: "`credentials.mfa_arn`". */
	readonly setting: string;
	/** How another device is named, where that is not by changing the setting. */
	readonly remedy?: Remedy | undefined;
}

/** Another code may be taken. */
class CodeRefusedError extends AuthError {
	/** What is said when it is asked for again. */
	readonly problem: string;

	constructor(problem: string, options: Omit<AuthErrorOptions, "code">) {
		super({ code: "denied", ...options });
		this.name = "CodeRefusedError";
		this.problem = problem;
	}
}

/**
 * @param use sends the code
 * @returns what `use` gave
 * @throws PersonNeededError where nobody can be asked; the last CodeRefusedError; whatever else `use` throws; the signal's
 *   reason when it is aborted
 */
export async function withMfaCode<Result>(
	{ name, device, setting }: Omit<MfaQuestion, "file" | "remedy">,
	{ interaction, signal, ctx }: Pick<Run, "interaction" | "signal" | "ctx">,
	use: (mfa: MfaCode) => Promise<Result>,
): Promise<Result> {
	const shown = sanitize(name);
	if (!reaches(interaction, "code")) {
		throw new PersonNeededError({
			message: `"${shown}" needs an MFA code, and this session is not interactive`,
			reason: `its ${setting} is ${sanitize(device)}`,
			remedy: { say: "sign in once from a terminal", run: signInCommand(ctx) },
		});
	}
	const question = `MFA code for "${shown}"`;
	for (let left = CODES, problem: string | undefined; ; left--) {
		interaction.status("waiting for an MFA code");
		const prompt = { type: "code", question, source: device, digits: DIGITS, problem } as const;
		const code = (await interaction.ask(prompt, signal)).trim();
		try {
			if (!/^\d{6}$/.test(code)) throw notACode(device, ctx);
			return await use({ serial: device, code });
		} catch (error) {
			if (!(error instanceof CodeRefusedError) || left === 1) throw error;
			problem = error.problem;
		}
	}
}

/** What was typed is no code: it is not sent. */
function notACode(device: string, ctx: AuthContext): CodeRefusedError {
	return new CodeRefusedError(`a code has ${DIGITS} digits`, {
		message: "what was entered is not an MFA code",
		reason: `${sanitize(device)} shows codes of ${DIGITS} digits`,
		remedy: { say: "sign in again, with the code that the device shows", run: signInCommand(ctx) },
	});
}

/**
 * @param message what STS said
 * @returns why a code, or its device, was refused; undefined where it is about something else
 */
export function mfaRefusal(
	{ name, file, device, setting, remedy }: MfaQuestion,
	message: string,
	ctx: AuthContext,
	cause: Pick<AuthErrorOptions, "service" | "cause">,
): AuthError | undefined {
	if (!/MultiFactorAuthentication failed/i.test(message)) return undefined;
	const [shown, serial] = [sanitize(name), sanitize(device)];
	if (/unable to validate/i.test(message)) {
		return new AuthError({
			code: "denied",
			message: `${serial} is not an MFA device of the user of "${shown}"`,
			reason: message,
			details: [`"${shown}" is defined in ${sanitize(file)}`],
			remedy: remedy ?? `set ${setting} of "${shown}" to the ARN of the user's own device`,
			...cause,
		});
	}
	return new CodeRefusedError("AWS refused the code: wait for the next one, each is good once", {
		message: `AWS refused the MFA code for "${shown}"`,
		reason: message,
		details: [
			`the code was of ${serial}, not of another device`,
			"it was not used before, and the device's clock is right",
		],
		remedy: { say: "wait until the device shows another code, then sign in again", run: signInCommand(ctx) },
		...cause,
	});
}
