import { define, identityFlag } from "./definition.ts";

export const awsEksToken = define({
	words: "aws eks token",
	summary: "print a token for kubectl (its exec plugin calls this)",
	description:
		"Print an ExecCredential for kubectl. Never opens a browser and never asks: when the session has expired, it says so.",
	usage: ["--cluster-name NAME --region REGION [--identity NAME] [flags]"],
	flags: {
		clusterName: { type: "string", value: "NAME", help: "the cluster" },
		region: { type: "string", value: "REGION", help: "its region" },
		identity: identityFlag,
	},
	// It reads a few small files and answers.
	heavy: false,
	load: () => import("./aws-eks-token-run.ts"),
});
