import { define, identityFlag, jsonFlag } from "./definition.ts";

export const awsEcrLogin = define({
	words: "aws ecr login",
	summary: "log Docker in to ECR again",
	description: "Log Docker in to ECR with a configured integration.",
	argument: "INTEGRATION",
	flags: {
		identity: { ...identityFlag, help: "all ECR integrations of this identity" },
		json: jsonFlag,
	},
	heavy: true,
	load: () => import("./aws-ecr-login-run.ts"),
});
