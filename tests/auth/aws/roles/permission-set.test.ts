import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AwsCredentials } from "../../../../src/auth/aws/credentials.ts";
import { SessionRejectedError } from "../../../../src/auth/aws/identity-center/session-rejected.ts";
import { kind } from "../../../../src/auth/aws/roles/permission-set.ts";
import type { Config } from "../../../../src/auth/aws/roles/permission-set-schema.ts";
import { assertOwner } from "../../../../src/auth/aws/roles/session-owner.ts";
import type { Identity } from "../../../../src/auth/config/model.ts";
import { AuthError } from "../../../../src/auth/errors.ts";
import { LIMITS } from "../../../../src/auth/net/limits.ts";
import { RejectedCredentials } from "../../../../src/auth/rejected-credentials.ts";
import { providerRoot } from "../../../../src/auth/root.ts";
import { notePerson, updateState } from "../../../../src/auth/storage/state.ts";
import { type Behaviour, garbage } from "../../../cloud/script.ts";
import { smallWorld, type World } from "../../../cloud/world.ts";
import { remedyOf } from "../../../helpers/remedy.ts";
import { failure, REALM, type Scene, scene } from "../identity-center/sign-in.ts";

const identity = (principal: Config["principal"]): Identity<Config> => ({
	name: "dev-admin",
	key: "dev-admin",
	kind: "aws/permission-set",
	file: "atmos.yaml",
	via: { provider: "company-sso" },
	config: { principal },
});

const admin = (account: Config["principal"]["account"]): Identity<Config> =>
	identity({ name: "AdministratorAccess", account });

/** A scene with a session, and what a permission set makes of it. */
async function signedIn(changes: Partial<World> = {}) {
	const set = await scene({ world: smallWorld({ pollSeconds: 1, ...changes }) });
	const session = await set.approved();
	const authenticate = (target: Identity<Config>, options: Partial<ReturnType<Scene["run"]>> = {}) =>
		set.pass(
			kind.authenticate(target, session, providerRoot(set.provider), set.run(options)),
		) as Promise<AwsCredentials>;
	return { ...set, session, authenticate };
}

describe("an account", () => {
	test("by its id", async () => {
		const { authenticate, clock } = await signedIn();
		const credentials = await authenticate(admin({ id: "123456789012" }));
		expect(credentials).toMatchObject({ type: "aws", accountId: "123456789012", region: "us-east-1" });
		expect((credentials.expiresAt ?? 0) - clock.now()).toBe(3_600_000);
		expect(JSON.stringify(credentials)).toContain("[redacted]");
	});

	test("by its name, on whichever page it stands, and without regard to case", async () => {
		const { authenticate, cloud } = await signedIn({ pageSize: 1 });
		expect(await authenticate(identity({ name: "ReadOnlyAccess", account: { name: "PRODUCTION" } }))).toMatchObject({
			accountId: "999999999999",
			accountName: "production",
		});
		expect(cloud.count("sso:ListAccounts")).toBe(3);
	});

	test("that there is not lists those that there are, the nearest first", async () => {
		const { authenticate } = await signedIn();
		const error = await failure<AuthError>(authenticate(admin({ name: "developmnt" })));
		expect(error.message).toBe('you have no access to an account named "developmnt"');
		expect(error.details[0]).toBe("development (123456789012)");
	});
});

describe("several accounts of one name", () => {
	const twins = (): Partial<World> => {
		const world = smallWorld();
		const [portal] = world.portals;
		if (!portal) throw new Error("no portal");
		const accounts = [...portal.accounts, { id: "222222222222", name: "Development", email: "x@acme.example" }];
		const assignments = [
			...portal.assignments,
			{ accountId: "222222222222", role: "AdministratorAccess", sessionSeconds: 3600 },
		];
		return { portals: [{ ...portal, accounts, assignments }] };
	};

	test("an exact name goes first", async () => {
		const { authenticate } = await signedIn(twins());
		expect(await authenticate(admin({ name: "Development" }))).toMatchObject({ accountId: "222222222222" });
	});

	test("are an error that lists them, where nobody can choose", async () => {
		const { authenticate } = await signedIn(twins());
		const error = await failure<AuthError>(authenticate(admin({ name: "DEVELOPMENT" })));
		expect(error.details).toEqual(["123456789012 (development)", "222222222222 (Development)"]);
		expect(remedyOf(error)).toContain("principal.account.id");
	});

	test("are a menu where somebody can", async () => {
		const { authenticate, onlooker } = await signedIn(twins());
		onlooker.reach = "keyboard";
		onlooker.answer = () => "222222222222";
		expect(await authenticate(admin({ name: "DEVELOPMENT" }))).toMatchObject({ accountId: "222222222222" });
		expect(onlooker.questions).toMatchObject([
			{ type: "choice", options: [{ value: "123456789012" }, { value: "222222222222" }] },
		]);
	});
});

test("a role that is not assigned lists the ones that are", async () => {
	const { authenticate } = await signedIn();
	const error = await failure<AuthError>(
		authenticate(identity({ name: "AdminstratorAccess", account: { id: "123456789012" } })),
	);
	expect(error).toMatchObject({
		code: "denied",
		service: { name: "ForbiddenException", requestId: expect.any(String) },
	});
	expect(error.details.join("\n")).toMatch(/AdministratorAccess[\s\S]*ReadOnlyAccess/);
});

test("a role that is listed and refused all the same is not suggested", async () => {
	const { authenticate, cloud } = await signedIn();
	cloud.script.always("sso:GetRoleCredentials", { type: "error", status: 403, name: "ForbiddenException" });
	const error = await failure<AuthError>(authenticate(admin({ id: "123456789012", name: "development" })));
	expect(error).toMatchObject({
		code: "denied",
		message: "AdministratorAccess in account development (123456789012) was refused, although it is assigned to you",
		reason: "the assignment may be stale, or still being provisioned",
		details: [],
	});
	expect(remedyOf(error)).toContain("atmos-auth login dev-admin");
	expect(remedyOf(error)).not.toContain("AdministratorAccess");
});

test("a session that ends while the roles are listed is told apart as well", async () => {
	const { authenticate, cloud, session } = await signedIn();
	cloud.script.always("sso:ListAccountRoles", { type: "error", status: 401, name: "UnauthorizedException" });
	const error = await failure(authenticate(identity({ name: "Nothing", account: { id: "123456789012" } })));
	expect(error).toBeInstanceOf(SessionRejectedError);
	expect((error as SessionRejectedError).rejected).toBe(session);
	expect(remedyOf(error as AuthError)).toContain("atmos-auth login dev-admin --force");
});

test("an identity's own endpoint is asked only where the session comes from there", async () => {
	const { authenticate, cloud } = await signedIn();
	const target = admin({ id: "123456789012" });
	const own = (url: string) => ({ ...target, config: { ...target.config, spec: { endpoint_url: url } } });
	await expect(authenticate(own(cloud.url))).resolves.toMatchObject({ type: "aws" });
	const before = cloud.requests.length;
	const error = await failure<AuthError>(authenticate(own("http://127.0.0.1:9")));
	expect(error).toMatchObject({ code: "config", message: "the session is not sent to http://127.0.0.1:9" });
	expect(cloud.requests).toHaveLength(before);
});

test("a clock that is off is told, with how far", async () => {
	const { authenticate, cloud, ctx } = await signedIn();
	cloud.shiftClock(30 * 60_000);
	await authenticate(admin({ id: "123456789012" }));
	expect(ctx.logged.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
		expect.stringMatching(/^this machine's clock is 30 minutes slow/),
	]);
});

test("a session that was revoked is told apart, so that the login can sign in again", async () => {
	const { authenticate, cloud, session } = await signedIn();
	cloud.revokeSessions();
	const error = await failure(authenticate(admin({ id: "123456789012" })));
	expect(error).toBeInstanceOf(SessionRejectedError);
	expect((error as SessionRejectedError).rejected).toBe(session);
});

test.each([
	["no credentials", "{}"],
	["empty ones", '{"roleCredentials":{"accessKeyId":"","secretAccessKey":"","sessionToken":"","expiration":0}}'],
	["a page", "<html>Please sign in to the guest network</html>"],
	["broken JSON", '{"roleCredentials":'],
])("an answer with %s is an error, not a credential", async (_, body) => {
	const { authenticate, cloud } = await signedIn();
	cloud.script.always("sso:GetRoleCredentials", { type: "raw", body });
	const error = await failure<AuthError>(authenticate(admin({ id: "123456789012" })));
	expect(error.message).not.toMatch(/UnknownError|undefined|\[object/);
	expect(remedyOf(error) || error.reason).toBeTruthy();
});

test("a busy service is tried again", async () => {
	const { authenticate, cloud } = await signedIn();
	const busy = { type: "error", status: 429, name: "TooManyRequestsException" } as const;
	cloud.script.next("sso:GetRoleCredentials", busy, busy);
	await expect(authenticate(admin({ id: "123456789012" }))).resolves.toMatchObject({ type: "aws" });
	expect(cloud.count("sso:GetRoleCredentials")).toBe(3);
});

test("what is saved is loaded again", async () => {
	const { authenticate, ctx, provider } = await signedIn();
	const target = admin({ id: "123456789012" });
	const credentials = await authenticate(target);
	const place = { ctx, realm: REALM, root: providerRoot(provider), key: target.key };
	await kind.store.save(place, { ...credentials, purpose: "this" });
	expect(await kind.store.load(place, "another")).toBeUndefined();
	const loaded = (await kind.store.load(place, "this")) as AwsCredentials;
	expect(loaded.role).toBe("AdministratorAccess");
	expect(loaded.accessKeyId).toBe(credentials.accessKeyId);
	expect(loaded.secretAccessKey.reveal() === credentials.secretAccessKey.reveal()).toBe(true);
	expect(loaded.expiresAt).toBe(credentials.expiresAt);
});

describe("whose session it is", () => {
	const WHO = "sts:GetCallerIdentity";
	const target = admin({ id: "123456789012" });

	test("is told after somebody has approved it, by the keys themselves", async () => {
		const { authenticate, cloud } = await signedIn();
		expect(await authenticate(target)).toMatchObject({ person: "ada@acme.example", role: "AdministratorAccess" });
		// The client has to learn from a refusal first that this scene's clock stands still.
		const heard = cloud.requests.filter(({ operation, error }) => operation === WHO && error === undefined);
		expect(heard).toMatchObject([{ facts: { principal: expect.stringMatching(/\/ada@acme\.example$/) } }]);
	});

	test("is told after a sign-in by browser as well", async () => {
		const set = await scene();
		const signIn = set.signIn({ signIn: { flow: "browser" } });
		await set.cloud.visit((await set.onlooker.authorization()).url);
		const session = await signIn;
		const keys = kind.authenticate(target, session, providerRoot(set.provider), set.run());
		expect(await set.pass(keys)).toMatchObject({ person: "ada@acme.example" });
	});

	test.each(["cache", "aws-cli", "refresh", "shared"] as const)("is not asked for a session by %s", async (origin) => {
		const { session, provider, pass, run, cloud } = await signedIn();
		const keys = kind.authenticate(target, { ...session, origin }, providerRoot(provider), run());
		expect(await pass(keys)).not.toHaveProperty("person");
		expect(cloud.count(WHO)).toBe(0);
	});

	test("is another person's: after a no, nothing of it is left to be used by the next run", async () => {
		const { authenticate, onlooker, ctx, cloud } = await signedIn();
		await updateState(ctx, (state) => notePerson(state, REALM.value, "provider:company-sso", "eve@acme.example"));
		onlooker.reach = "keyboard";
		onlooker.answer = () => "cancel";
		await expect(authenticate(target)).rejects.toMatchObject({ code: "cancelled" });
		expect(cloud.count("sso:Logout")).toBe(1);
		expect(readdirSync(join(ctx.home, ".cache/atmos/aws-sso/sessions"))).toEqual([]);
	});

	test("is another person's: the session is turned down where somebody else is to sign in", async () => {
		const { authenticate, onlooker, provider, session, cloud } = await signedIn();
		Object.assign(provider.config, { spec: { ...provider.config.spec, user: "eve@acme.example" } });
		onlooker.reach = "keyboard";
		onlooker.answer = () => "again";
		const error = await failure<RejectedCredentials>(authenticate(target));
		expect(error).toBeInstanceOf(RejectedCredentials);
		expect(error.rejected).toBe(session);
		expect(cloud.count("sso:Logout")).toBe(1);
	});

	test("is another person's: the second identity of the session does not end the one that came after it", async () => {
		const { approved, run, session, onlooker, provider, cloud, ctx } = await signedIn();
		Object.assign(provider.config, { spec: { ...provider.config.spec, user: "eve@acme.example" } });
		onlooker.reach = "keyboard";
		onlooker.answer = () => "again";
		// Both had their keys, and so the person's name, before the first had its answer.
		const answer = () => assertOwner(provider, session, "ada@acme.example", run());
		await expect(answer()).rejects.toBeInstanceOf(RejectedCredentials);
		await approved();
		await expect(answer()).rejects.toBeInstanceOf(RejectedCredentials);
		expect(cloud.count("sso:Logout")).toBe(1);
		expect(readdirSync(join(ctx.home, ".cache/atmos/aws-sso/sessions"))).toHaveLength(1);
	});

	test("is another person's: a sign-in that nobody can be asked about is refused", async () => {
		const { authenticate, provider } = await signedIn();
		Object.assign(provider.config, { spec: { ...provider.config.spec, user: "eve@acme.example" } });
		await expect(authenticate(target)).rejects.toMatchObject({
			code: "denied",
			message: '"company-sso" was signed in to as ada@acme.example, and not as eve@acme.example',
		});
	});

	const identityAnswer = (arn: string, account = "123456789012"): Behaviour => ({
		type: "raw",
		contentType: "text/xml",
		body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AROA:x</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
	});
	const ROLE = "assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef";

	test.each<[string, Behaviour]>([
		["STS refuses", { type: "error", status: 403, name: "AccessDenied" }],
		["STS has an error", { type: "error", status: 500, name: "InternalFailure" }],
		["the connection is cut", { type: "drop" }],
		["a captive portal answers", garbage.html],
		["the answer is of another account", identityAnswer(`arn:aws:sts::999999999999:${ROLE}/eve`, "999999999999")],
		["the ARN is of another account", identityAnswer(`arn:aws:sts::999999999999:${ROLE}/eve`)],
		["it is a user", identityAnswer("arn:aws:iam::123456789012:user/eve")],
		["it is another role", identityAnswer("arn:aws:sts::123456789012:assumed-role/Deployer/eve")],
		["the name is not one for a terminal", identityAnswer(`arn:aws:sts::123456789012:${ROLE}/eve&#x202e;`)],
	])("stays open where %s, and the sign-in goes on", async (_, behaviour) => {
		const { authenticate, cloud } = await signedIn();
		cloud.script.always(WHO, behaviour);
		const credentials = await authenticate(target);
		expect(credentials.accountId).toBe("123456789012");
		expect(credentials).not.toHaveProperty("person");
		expect(cloud.count(WHO)).toBeGreaterThan(0);
	});

	test("does not hold up a sign-in for long, and can be cancelled", async () => {
		const { authenticate, cloud, ctx } = await signedIn();
		cloud.script.next(WHO, { type: "hang" });
		const controller = new AbortController();
		const keys = failure(authenticate(target, { signal: controller.signal }));
		await cloud.waitFor(({ operation }) => operation === WHO);
		const reason = new AuthError({ code: "cancelled", message: "the user pressed Ctrl-C" });
		controller.abort(reason);
		expect(await keys).toBe(reason);

		cloud.script.next(WHO, { type: "hang" });
		const network = { ...ctx.network, limits: { ...LIMITS, personMs: 50 } };
		expect(await authenticate(target, { ctx: { ...ctx, network } })).not.toHaveProperty("person");
		await cloud.waitForAbort(WHO);
	});
});
