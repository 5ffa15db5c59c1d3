import { describe, expect, test } from "vitest";
import { isCi, isInteractive } from "../../src/flows/interactive.ts";

const PRESENCE = (
	"CODEBUILD_BUILD_ARN TF_BUILD bamboo_planKey BITBUCKET_COMMIT BITRISE_IO BUILDKITE CIRCLECI CIRRUS_CI CF_BUILD_ID " +
	"DRONE GERRIT_PROJECT GITEA_ACTIONS GITHUB_ACTIONS GITLAB_CI GO_PIPELINE_LABEL BUILDER_OUTPUT HARNESS_BUILD_ID " +
	"HUDSON_URL PROW_JOB_ID SEMAPHORE TEAMCITY_VERSION TRAVIS TF_VAR_spacelift_run_id"
).split(" ");

describe("what counts as CI", () => {
	test.each(PRESENCE)("%s, even when empty", (name) => {
		expect(isCi({ [name]: "" })).toBe(true);
		expect(isCi({ [name]: undefined })).toBe(false);
	});

	test.each([
		[{ CI: "true" }, true],
		[{ CI: "1" }, false],
		[{ CI: "TRUE" }, false],
		[{ CI: "" }, false],
		[{ JENKINS_URL: "x", BUILD_ID: "1" }, true],
		[{ JENKINS_URL: "x" }, false],
		[{ BUILD_ID: "1" }, false],
		[{ CI_NAME: "codeship" }, true],
		[{ CI_NAME: "sourcehut" }, true],
		[{ CI_NAME: "other" }, false],
		[{}, false],
	])("%o: %s", (env, expected) => {
		expect(isCi(env)).toBe(expected);
	});
});

describe("what counts as interactive", () => {
	const person = { env: {}, stdinIsTerminal: true, stderrIsTerminal: true };
	test.each([
		[{}, true],
		[{ stdinIsTerminal: false }, false],
		[{ stderrIsTerminal: false }, false],
		[{ plain: true }, false],
		[{ json: true }, false],
		[{ interactive: false }, false],
		[{ interactive: true }, true],
		[{ interactive: true, env: { CI: "true" } }, false],
		[{ env: { GITHUB_ACTIONS: "" } }, false],
		[{ plain: false, json: false }, true],
	])("%o: %s", (given, expected) => {
		expect(isInteractive({ ...person, ...given })).toBe(expected);
	});
});
