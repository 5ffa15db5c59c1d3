import { describe, expect, test } from "vitest";
import { checkPerson, isPerson, type SignedIn } from "../../src/auth/expected-person.ts";
import type { Reach } from "../../src/auth/interaction.ts";
import { notePerson, readState, updateState } from "../../src/auth/storage/state.ts";
import { fakeClock, testContext } from "../helpers/context.ts";
import { Onlooker, REALM } from "./aws/identity-center/sign-in.ts";

const ADA = "ada@acme.example";
const BOB = "bob@acme.example";

/** A machine with a person before it, who answers the question. */
async function machine(options: { readonly before?: string; readonly answer?: string; readonly reach?: Reach } = {}) {
	const ctx = { ...testContext({ clock: fakeClock() }), signInCommand: ["atmos-auth", "login", "dev"] };
	const { before } = options;
	if (before !== undefined) {
		await updateState(ctx, (state) => notePerson(state, REALM.value, "provider:acme", before));
	}
	const onlooker = Object.assign(new Onlooker(), { reach: options.reach ?? "keyboard" });
	onlooker.answer = () => options.answer ?? "cancel";
	const run = {
		ctx,
		signal: new AbortController().signal,
		realm: REALM,
		interaction: onlooker,
		signIn: {},
		force: false,
	};
	return {
		onlooker,
		check: (names: SignedIn["names"], more: Partial<SignedIn> = {}) =>
			checkPerson({ of: "provider", entry: { key: "acme", name: "Acme" }, names, wanted: undefined, ...more }, run),
		remembered: async () => (await readState(ctx)).people[REALM.value],
	};
}

describe("the first sign-in of a machine", () => {
	test("is anybody's, and remembered", async () => {
		const { check, onlooker, remembered } = await machine();
		expect(await check([BOB])).toBe("expected");
		expect(onlooker.questions).toEqual([]);
		expect(await remembered()).toEqual({ "provider:acme": BOB });
	});

	test("is not another portal's, nor an identity's of the same name", async () => {
		const { check, remembered } = await machine({ before: ADA });
		expect(await check([BOB], { entry: { key: "globex", name: "Globex" } })).toBe("expected");
		expect(await check([BOB], { of: "identity" })).toBe("expected");
		expect(await remembered()).toEqual({ "provider:acme": ADA, "provider:globex": BOB, "identity:acme": BOB });
	});
});

describe("another person than the last one", () => {
	test("is asked about with both names, and goes on after a yes", async () => {
		const { check, onlooker, remembered } = await machine({ before: ADA, answer: "use" });
		expect(await check([BOB])).toBe("expected");
		expect(onlooker.questions).toMatchObject([
			{
				type: "choice",
				question: `"Acme" was signed in to as ${BOB}, and not as ${ADA}. Whose sign-in is it to be?`,
				details: [`the last sign-in to "Acme" on this machine was that of ${ADA}`],
				options: [{ value: "again" }, { value: "use", needsDetails: true }, { value: "cancel" }],
			},
		]);
		expect(await remembered()).toEqual({ "provider:acme": BOB });
	});

	test("gives way to somebody else", async () => {
		const { check, remembered } = await machine({ before: ADA, answer: "again" });
		expect(await check([BOB])).toBe("again");
		expect(await remembered()).toEqual({ "provider:acme": ADA });
	});

	test("ends the sign-in after a no", async () => {
		const { check, remembered } = await machine({ before: ADA, answer: "cancel" });
		await expect(check([BOB])).rejects.toMatchObject({ code: "cancelled" });
		expect(await remembered()).toEqual({ "provider:acme": ADA });
	});

	test.each<Reach>(["nobody", "link", "line"])(
		"is refused with a reach of %s, with the command that asks",
		async (reach) => {
			const { check, onlooker } = await machine({ before: ADA, reach });
			await expect(check([BOB])).rejects.toMatchObject({
				code: "denied",
				message: `"Acme" was signed in to as ${BOB}, and not as ${ADA}`,
				remedy: { run: ["atmos-auth", "login", "dev"] },
			});
			expect(onlooker.questions).toEqual([]);
		},
	);

	test("is asked about once for all that build on one session", async () => {
		const { check, onlooker } = await machine({ before: ADA, answer: "use" });
		const session = {};
		expect(await Promise.all([check([BOB], { session }), check([BOB], { session })])).toEqual(["expected", "expected"]);
		expect(onlooker.questions).toHaveLength(1);
	});
});

describe("`spec.user`", () => {
	test("says who is expected, whoever it was before", async () => {
		const { check, onlooker } = await machine({ before: BOB, answer: "again" });
		expect(await check([BOB], { wanted: ADA })).toBe("again");
		expect(onlooker.questions).toMatchObject([{ details: [`\`spec.user\` of "Acme" is ${ADA}`] }]);
		expect(await check([ADA], { wanted: ADA })).toBe("expected");
	});

	test("may be any of the names that the service has", async () => {
		const { check, onlooker } = await machine();
		expect(await check(["Ada", ADA], { wanted: ADA })).toBe("expected");
		expect(onlooker.questions).toEqual([]);
	});

	test("is a name in any case, or the name of an ARN", () => {
		expect(isPerson("Ada@Acme.example", ` ${ADA} `)).toBe(true);
		expect(isPerson("arn:aws:iam::123456789012:user/team/ada", "ada")).toBe(true);
		expect(isPerson("arn:aws:iam::123456789012:user/ada", "arn:aws:iam::123456789012:user/ada")).toBe(true);
		expect(isPerson("arn:aws:iam::123456789012:user/nevada", "ada")).toBe(false);
		expect(isPerson("team/ada", "ada")).toBe(false);
	});
});
