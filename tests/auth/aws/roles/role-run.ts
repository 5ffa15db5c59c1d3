/** The kind of roles by itself, over credentials that a test makes. */

import * as v from "valibot";
import { onTestFinished } from "vitest";
import type { AwsCredentials } from "../../../../src/auth/aws/credentials.ts";
import { kind } from "../../../../src/auth/aws/roles/assume-role.ts";
import { schema } from "../../../../src/auth/aws/roles/assume-role-schema.ts";
import type { Credentials } from "../../../../src/auth/credentials.ts";
import { AuthError } from "../../../../src/auth/errors.ts";
import type { Question, Reach } from "../../../../src/auth/interaction.ts";
import type { Run } from "../../../../src/auth/kinds.ts";
import { startCloud } from "../../../cloud/cloud.ts";
import { smallWorld, type World } from "../../../cloud/world.ts";
import { testContext } from "../../../helpers/context.ts";

export async function roleScene(changes: Partial<World> = {}) {
	const cloud = await startCloud({ world: smallWorld(changes) });
	onTestFinished(() => cloud.close());
	const base = testContext();
	const ctx = { ...base, env: { ...base.env, AWS_ENDPOINT_URL: cloud.url } };

	/** @param answer what a person says; nobody is there, if left out */
	async function assume(
		principal: Readonly<Record<string, string>>,
		given: Credentials,
		answer?: (question: Question) => string,
		signal = new AbortController().signal,
	): Promise<AwsCredentials> {
		const config = v.parse(schema, { principal });
		const identity = { name: "it", key: "it", kind: kind.kind, file: "/project/atmos.yaml", via: {}, config };
		const reach: Reach = answer === undefined ? "nobody" : "keyboard";
		const run: Run = {
			ctx,
			signal,
			realm: { value: "test", source: "config" },
			interaction: {
				reach,
				show: () => {},
				offer: async () => ({ type: "text", value: "" }),
				ask: async (question) => answer?.(question) ?? "",
				status: () => {},
				progress: () => {},
			},
			signIn: {},
			force: false,
		};
		const keys = await kind.authenticate(identity, given, { key: "provider" }, run);
		if (keys.type !== "aws") throw new Error("these are no keys");
		return keys;
	}

	return {
		cloud,
		ctx,
		assume,
		async refused(...parameters: Parameters<typeof assume>): Promise<AuthError> {
			const thrown: unknown = await assume(...parameters).then(
				() => new Error("it was assumed"),
				(error: unknown) => error,
			);
			if (thrown instanceof AuthError) return thrown;
			throw thrown;
		},
		facts: (operation: (typeof cloud.requests)[number]["operation"]) =>
			cloud.requests.filter((request) => request.operation === operation).map(({ facts }) => facts),
	};
}
