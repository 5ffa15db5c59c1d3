/** The answer of a plugin to kubectl, whatever the cloud. `exec-entry.ts` has how it is asked. */
import type { Secret } from "../credentials.ts";

/** By which a cluster knows who somebody is. */
export interface ClusterToken {
	readonly token: Secret;
	/** Milliseconds since the epoch. */
	readonly expiresAt: number;
}

/**
 * What kubectl reads: an ExecCredential in the version that it asked for through `KUBERNETES_EXEC_INFO`.
 * https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
 */
export function execCredential(token: ClusterToken, execInfo: string | undefined): string {
	return JSON.stringify({
		kind: "ExecCredential",
		apiVersion: askedVersion(execInfo),
		spec: {},
		status: {
			expirationTimestamp: `${new Date(token.expiresAt).toISOString().slice(0, 19)}Z`,
			token: token.token.reveal(),
		},
	});
}

const V1BETA1 = "client.authentication.k8s.io/v1beta1";

function askedVersion(execInfo: string | undefined): string {
	try {
		const { apiVersion } = JSON.parse(execInfo ?? "{}") as { apiVersion?: unknown };
		return apiVersion === "client.authentication.k8s.io/v1" ? apiVersion : V1BETA1;
	} catch {
		return V1BETA1;
	}
}
