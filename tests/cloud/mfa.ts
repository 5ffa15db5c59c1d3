/** Virtual MFA devices: time-based codes, each good for one sign-in. https://www.rfc-editor.org/rfc/rfc6238 */
import { createHmac } from "node:crypto";
import { fromBase32 } from "./base32.ts";
import { ServiceError } from "./exchange.ts";
import type { IamUser, MfaDevice } from "./iam.ts";
import type { World } from "./world.ts";

const STEP_MS = 30_000;
const DIGITS = 6;
/** How many steps a device's clock may be off, either way. */
const DRIFT = 1;

/** @param time milliseconds since the epoch */
export const totp = (seed: string, time: number): string => hotp(seed, Math.floor(time / STEP_MS));

/** https://www.rfc-editor.org/rfc/rfc4226#section-5.3 */
function hotp(seed: string, counter: number): string {
	const moving = Buffer.alloc(8);
	moving.writeBigUInt64BE(BigInt(counter));
	const digest = createHmac("sha1", fromBase32(seed)).update(moving).digest();
	const offset = digest.readUInt8(digest.length - 1) & 0xf;
	return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** Refusals as in https://github.com/aws/aws-cli/issues/6325 and https://github.com/hashicorp/terraform-provider-aws/pull/3885 */
const refuse = (why: string): ServiceError => new ServiceError(403, "AccessDenied", `MultiFactorAuthentication ${why}`);

export class MfaDevices {
	readonly #world: World;
	readonly #now: () => number;
	/** The step of the last code that was taken, by serial. */
	readonly #used = new Map<string, number>();

	constructor(world: World, now: () => number) {
		this.#world = world;
		this.#now = now;
	}

	/** What the device shows now, whether or not it was used already. */
	code(serial: string): string {
		const device = this.#devices().find((candidate) => candidate.serial === serial);
		if (!device) throw new Error(`no MFA device ${serial}`);
		return totp(device.seed, this.#now());
	}

	/**
	 * @param user who signed the request; undefined for a role, which has no device
	 * @returns whether a code was given; one that is right is used up by this
	 * @throws ServiceError when it is not right
	 */
	authenticate(user: IamUser | undefined, serial: string | undefined, code: string | undefined): boolean {
		if (serial === undefined && code === undefined) return false;
		if (serial === undefined || code === undefined) {
			throw refuse("failed, must provide both MFA serial number and one time pass code. ");
		}
		if (user?.mfa?.serial !== serial) {
			throw refuse(
				"failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
			);
		}
		const { seed } = user.mfa;
		const now = Math.floor(this.#now() / STEP_MS);
		const steps = Array.from({ length: 2 * DRIFT + 1 }, (_, index) => now - DRIFT + index);
		const step = steps.find((candidate) => candidate > (this.#used.get(serial) ?? 0) && hotp(seed, candidate) === code);
		if (step === undefined) throw refuse("failed with invalid MFA one time pass code. ");
		this.#used.set(serial, step);
		return true;
	}

	/** The devices' seeds, for tests that look for leaks. Codes are too short to look for. */
	secrets(): string[] {
		return this.#devices().map(({ seed }) => seed);
	}

	#devices(): MfaDevice[] {
		return (this.#world.users ?? []).flatMap(({ mfa }) => mfa ?? []);
	}
}
