import { describe, expect, test } from "vitest";
import { testContext } from "../../helpers/context.ts";
import { remedyOf } from "../../helpers/remedy.ts";
import { call, cloud, error, failure, OPERATION } from "./calls.ts";

describe("a wrong clock", () => {
	const HOUR = 3_600_000;

	test.each(["RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"])("%s alone says so", async (name) => {
		const aws = await cloud();
		aws.script.always(OPERATION, error(400, name));
		expect(await failure(call(aws, testContext({ platform: "win32" })))).toMatchObject({
			code: "denied",
			message: "this machine's clock differs from the service's",
			remedy: { say: "set the clock", run: ["w32tm", "/resync"] },
			service: { name },
		});
	});

	test.each([
		["Signature expired: 20261123T120000Z is now earlier than 20261123T120700Z"],
		["Signature not yet current: 20261123T130000Z is still later than 20261123T120700Z"],
	])("%s", async (message) => {
		const aws = await cloud();
		aws.script.always(OPERATION, error(403, "AccessDenied", message));
		expect((await failure(call(aws))).message).toBe("this machine's clock differs from the service's");
	});

	test.each([
		["linux", {}, HOUR, "this machine's clock is 60 minutes slow", "set the clock: sudo timedatectl set-ntp true"],
		[
			"linux",
			{ WSL_DISTRO_NAME: "Ubuntu" },
			HOUR,
			"this machine's clock is 60 minutes slow",
			"set the clock: sudo hwclock --hctosys",
		],
		["darwin", {}, -HOUR, "this machine's clock is 60 minutes fast", "set the clock: sudo sntp -sS time.apple.com"],
		["win32", {}, -72 * HOUR, "this machine's clock is 3 days fast", "set the clock: w32tm /resync"],
	] as const)("on %s %j is measured and said, with the command", async (platform, env, shift, message, remedy) => {
		for (const name of [
			"RequestExpired",
			"SignatureDoesNotMatch",
			"InvalidSignatureException",
			"ExpiredTokenException",
		]) {
			const aws = await cloud();
			aws.shiftClock(shift);
			aws.script.always(OPERATION, error(403, name));
			const shown = await failure(call(aws, testContext({ platform, env })));
			expect(shown).toMatchObject({ message });
			expect(remedyOf(shown)).toBe(remedy);
		}
	});

	test("a refusal that has other causes is not the clock's where that is right", async () => {
		const aws = await cloud();
		aws.script.always(OPERATION, error(403, "SignatureDoesNotMatch"));
		expect((await failure(call(aws))).message).not.toContain("clock");
	});

	test("is warned of once, by whatever answer", async () => {
		const aws = await cloud();
		aws.shiftClock(-HOUR);
		const ctx = testContext();
		aws.script.always(OPERATION, error(403, "ForbiddenException"));
		await failure(call(aws, ctx));
		await failure(call(aws, ctx));
		const warnings = ctx.logged.filter(({ level }) => level === "warn");
		expect(warnings).toMatchObject([{ message: expect.stringContaining("60 minutes fast") }]);
	});
});
