/** Whether this is the run of a CI service. */
import type { Environment } from "../context.ts";

/** Variables whose mere existence, even when empty, says that this is a CI run. The same list as Atmos's own. */
const CI_VARIABLES = [
	"CODEBUILD_BUILD_ARN",
	"TF_BUILD",
	"bamboo_planKey",
	"BITBUCKET_COMMIT",
	"BITRISE_IO",
	"BUILDKITE",
	"CIRCLECI",
	"CIRRUS_CI",
	"CF_BUILD_ID",
	"DRONE",
	"GERRIT_PROJECT",
	"GITEA_ACTIONS",
	"GITHUB_ACTIONS",
	"GITLAB_CI",
	"GO_PIPELINE_LABEL",
	"BUILDER_OUTPUT",
	"HARNESS_BUILD_ID",
	"HUDSON_URL",
	"PROW_JOB_ID",
	"SEMAPHORE",
	"TEAMCITY_VERSION",
	"TRAVIS",
	"TF_VAR_spacelift_run_id",
] as const;

/** Services that are told by the value of `CI_NAME`. */
const CI_NAMES: readonly string[] = ["codeship", "sourcehut"];

/** Whether the environment is that of a CI service. `CI` counts only when it is exactly `true`. */
export function isCi(env: Environment): boolean {
	return (
		env.CI === "true" ||
		CI_VARIABLES.some((name) => env[name] !== undefined) ||
		(env.JENKINS_URL !== undefined && env.BUILD_ID !== undefined) ||
		(env.CI_NAME !== undefined && CI_NAMES.includes(env.CI_NAME))
	);
}
