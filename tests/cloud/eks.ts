/** Elastic Kubernetes Service: the description of a cluster. https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html */
import { createHash } from "node:crypto";
import { type Exchange, json, ServiceError } from "./exchange.ts";
import type { KeyStore } from "./keys.ts";
import { verifySignature } from "./sigv4.ts";
import type { World } from "./world.ts";

/** A certificate of the right shape that signs nothing. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
${Buffer.from("the certificate authority of a cluster that does not exist").toString("base64")}
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
		const { assignment, arn } = verifySignature(exchange, this.#keys, this.#now(), { service: "eks" });
		const region = /\/([\w-]+)\/eks\//.exec(exchange.headers.authorization ?? "")?.[1];
		const name = decodeURIComponent(exchange.url.pathname.slice("/clusters/".length));
		const clusterArn = `arn:aws:eks:${region}:${assignment.accountId}:cluster/${name}`;
		if (assignment.denied?.includes("eks:DescribeCluster")) {
			throw new ServiceError(
				403,
				"AccessDeniedException",
				`User: ${arn} is not authorized to perform: eks:DescribeCluster on resource: ${clusterArn}`,
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
							endpoint: cluster.endpoint ?? `https://${id}.gr7.${region}.eks.amazonaws.com`,
							certificateAuthority: {
								data: Buffer.from(cluster.certificateAuthority ?? CERTIFICATE).toString("base64"),
							},
						}
					: {}),
			},
		});
	}
}
