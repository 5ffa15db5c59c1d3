/** Elastic Kubernetes Service: the description of a cluster. https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html */
import { createHash } from "node:crypto";
import { type Exchange, json, ServiceError } from "./exchange.ts";
import type { KeyStore } from "./keys.ts";
import { dnsSuffix, partition } from "./partitions.ts";
import { mayDo } from "./principals.ts";
import { verifySignature } from "./sigv4.ts";
import type { World } from "./world.ts";

const ACTION = "eks:DescribeCluster";

/** A certificate authority that every client can load, and whose key nobody has. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBLTCB1KADAgECAgEBMAoGCCqGSM49BAMCMBUxEzARBgNVBAMMCmt1YmVybmV0
ZXMwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBUxEzARBgNVBAMM
Cmt1YmVybmV0ZXMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS7Umy20VEQ1GMT
XElNMlPKBW9bnGy3C1JnhPUkfP8adKmLaM0sBOCtkz8Ki2r1CCcwQASGhNCFB8eo
q3NpRyfnoxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIDZW
pjsCMhz4y7AerLqPHpFcIKd/vbh3AwZhUJbmei+iAiEAqXJ1Q574ZxrXB4kdILQ7
FXKVxYW4OpbqFchbVKE3hUg=
-----END CERTIFICATE-----
`;

export class Eks {
	readonly #world: World;
	readonly #keys: KeyStore;
	readonly #now: () => number;

	constructor(world: World, keys: KeyStore, now: () => number) {
		this.#world = world;
		this.#keys = keys;
		this.#now = now;
	}

	describeCluster(exchange: Exchange) {
		const signer = verifySignature(exchange, this.#keys, this.#now(), "eks");
		const { assignment, arn, region } = signer;
		const name = decodeURIComponent(exchange.url.pathname.slice("/clusters/".length));
		exchange.facts.cluster = name;
		const clusterArn = `arn:${partition(region)}:eks:${region}:${assignment.accountId}:cluster/${name}`;
		if (!mayDo(signer, ACTION, name)) {
			throw new ServiceError(
				403,
				"AccessDeniedException",
				`User: ${arn} is not authorized to perform: ${ACTION} on resource: ${clusterArn}`,
			);
		}
		const cluster = this.#world.clusters.find(
			(candidate) =>
				candidate.name === name && candidate.region === region && candidate.accountId === assignment.accountId,
		);
		if (!cluster) throw new ServiceError(404, "ResourceNotFoundException", `No cluster found for name: ${name}.`);
		const id = createHash("md5").update(clusterArn).digest("hex").toUpperCase();
		const ready = cluster.status === "ACTIVE" || cluster.status === "UPDATING";
		return json({
			cluster: {
				name,
				arn: clusterArn,
				createdAt: 1_700_000_000,
				version: "1.34",
				status: cluster.status,
				...(ready
					? {
							endpoint: cluster.endpoint ?? `https://${id}.gr7.${region}.eks.${dnsSuffix(region)}`,
							certificateAuthority: {
								data: Buffer.from(cluster.certificateAuthority ?? CERTIFICATE).toString("base64"),
							},
						}
					: {}),
			},
		});
	}
}
