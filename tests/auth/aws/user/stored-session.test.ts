/** Keys that are not in the configuration, as the keyring gives them: what is said of them, and where they stay. */
import { expect, test } from "vitest";
import { type OwnKeys, sessionOf } from "../../../../src/auth/aws/user/own-keys.ts";
import { Secret } from "../../../../src/auth/credentials.ts";
import { AuthError } from "../../../../src/auth/errors.ts";
import { smallWorld } from "../../../cloud/world.ts";
import { realClock } from "../../../helpers/context.ts";
import { scene, userOf } from "./sign-in.ts";

async function stored(changes: { inactive?: boolean; secret?: string; device?: string; duration?: string } = {}) {
	const world = smallWorld();
	world.users = (world.users ?? []).map((user) => ({ ...user, inactive: changes.inactive ?? false }));
	const [ada] = world.users;
	const it = await scene({ world, now: realClock.now, context: { clock: realClock } });
	const own: OwnKeys = {
		keys: {
			type: "aws",
			accessKeyId: ada?.accessKeyId ?? "",
			secretAccessKey: new Secret(changes.secret ?? ada?.secretAccessKey ?? ""),
		},
		isConfigured: false,
		device: changes.device,
		duration: changes.duration,
	};
	const signIn = () => sessionOf(own, userOf("ada"), it.run());
	return { ...it, signIn, refused: () => signIn().catch((error: unknown) => error) };
}

test("give a session as long as the keyring says", async () => {
	const { signIn, clock, cloud } = await stored({ duration: "2h" });
	expect((await signIn()).region).toBe("us-east-1");
	expect(clock.now()).toBeGreaterThan(0);
	expect(cloud.requests.at(-1)?.facts).toMatchObject({ duration: "7200" });
});

test("that are active no longer name the command, and are not removed", async () => {
	const { refused } = await stored({ inactive: true });
	const error = await refused();
	expect(error).toBeInstanceOf(AuthError);
	expect(error).toMatchObject({
		message: 'the stored keys of "ada" are no longer active',
		details: ["they are still in the keyring, until others are stored in their place"],
		remedy: { say: "store a key that is active", run: ["atmos-auth", "user", "configure", "ada"] },
	});
});

test("whose secret is another key's name the command", async () => {
	const { refused } = await stored({ secret: "another" });
	expect(await refused()).toMatchObject({
		message: 'the secret access key of "ada" does not belong to its access key',
		remedy: { run: ["atmos-auth", "user", "configure", "ada"] },
	});
});

test("with a device need its code", async () => {
	const it = await stored({ device: "arn:aws:iam::123456789012:mfa/ada" });
	it.person.answer = () => it.cloud.mfaCode("arn:aws:iam::123456789012:mfa/ada");
	expect((await it.signIn()).accountId).toBe("123456789012");
	it.person.reach = "nobody";
	expect(await it.refused()).toMatchObject({
		name: "PersonNeededError",
		reason: "its MFA device is arn:aws:iam::123456789012:mfa/ada",
	});
});
