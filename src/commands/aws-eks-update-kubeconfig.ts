import { define, identityFlag, jsonFlag } from "./definition.ts";

export const awsEksUpdateKubeconfig = define({
	words: "aws eks update-kubeconfig",
	summary: "write a cluster's kubeconfig entry again",
	description: "Write the kubeconfig entry of an EKS cluster and make it the current context.",
	usage: ["--integration NAME [flags]", "--name CLUSTER --region REGION --identity NAME [flags]"],
	flags: {
		integration: { type: "string", value: "NAME", help: "an integration of kind aws/eks" },
		name: { type: "string", value: "CLUSTER", help: "a cluster that no integration describes" },
		region: { type: "string", value: "REGION", help: "its region" },
		alias: { type: "string", value: "NAME", help: "the context's name (default: the cluster's ARN)" },
		kubeconfig: { type: "string", value: "FILE", help: "the file (default: Atmos's own kubeconfig)" },
		identity: identityFlag,
		json: jsonFlag,
	},
	heavy: true,
	load: () => import("./aws-eks-update-kubeconfig-run.ts"),
});
