/** What kubectl's plugin needs of AWS. It runs for every kubectl command, so this loads no kind, no schema and no client. */
import type { ClusterTokens } from "../../manifest.ts";
import { awsKeys } from "../aws-keys.ts";
import { loadAwsCredentials } from "../files.ts";
import { eksToken } from "./token.ts";

export const clusterTokens: ClusterTokens = {
	load: ({ ctx, realm, root, key }, accepts) => loadAwsCredentials(ctx, realm, root.key, key, accepts, root),
	token: async (credentials, { name, region }, { env, clock }) =>
		eksToken({ credentials: awsKeys(credentials), cluster: name, region, env, now: clock.now() }),
};
