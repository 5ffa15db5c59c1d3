/** Which operation of which service a request is for: by path and headers, as no two services share one. */
import type { Ecr } from "./ecr.ts";
import type { Eks } from "./eks.ts";
import type { Answer, Exchange } from "./exchange.ts";
import type { Issuers } from "./issuers.ts";
import type { Metadata } from "./metadata.ts";
import type { SsoPortal } from "./portal.ts";
import type { Operation } from "./script.ts";
import type { SsoOidc } from "./sso-oidc.ts";
import type { Sts } from "./sts.ts";
import type { StsFederation } from "./sts-federation.ts";
import type { StsRoot } from "./sts-root.ts";

export interface Services {
	readonly oidc: SsoOidc;
	readonly portal: SsoPortal;
	readonly sts: Sts;
	readonly federation: StsFederation;
	readonly root: StsRoot;
	readonly issuers: Issuers;
	readonly metadata: Metadata;
	readonly ecr: Ecr;
	readonly eks: Eks;
}

export interface Route {
	readonly operation: Operation;
	run(): Answer;
}

const ECR_TARGET = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";

/** @returns undefined when no service has such an operation */
export function findRoute(
	exchange: Exchange,
	{ oidc, portal, sts, federation, root, issuers, metadata, ecr, eks }: Services,
): Route | undefined {
	const { pathname, searchParams } = exchange.url;
	const route = (operation: Operation, run: () => Answer): Route => ({ operation, run });
	switch (`${exchange.method} ${pathname}`) {
		case "POST /client/register":
			return route("sso-oidc:RegisterClient", () => oidc.registerClient(exchange));
		case "POST /device_authorization":
			return route("sso-oidc:StartDeviceAuthorization", () => oidc.startDeviceAuthorization(exchange));
		case "POST /token":
			return route("sso-oidc:CreateToken", () => oidc.createToken(exchange));
		case "GET /federation/credentials":
			return route("sso:GetRoleCredentials", () => portal.getRoleCredentials(exchange));
		case "GET /assignment/accounts":
			return route("sso:ListAccounts", () => portal.listAccounts(exchange));
		case "GET /assignment/roles":
			return route("sso:ListAccountRoles", () => portal.listAccountRoles(exchange));
		case "POST /logout":
			return route("sso:Logout", () => portal.logout(exchange));
		case "GET /actions/id-token":
			return route("github:IdToken", () => issuers.githubToken(exchange));
		case "GET /issuer/token":
			return route("oidc:Token", () => issuers.token(exchange));
		case "PUT /latest/api/token":
			return route("instance:Metadata", () => metadata.startSession(exchange));
		case "GET /latest/meta-data/iam/security-credentials/":
			return route("instance:Metadata", () => metadata.roles(exchange));
		case "GET /container/credentials":
			return route("container:Credentials", () => metadata.containerKeys(exchange));
		case "POST /":
			if (exchange.headers["x-amz-target"] === ECR_TARGET) {
				return route("ecr:GetAuthorizationToken", () => ecr.getAuthorizationToken(exchange));
			}
			switch (new URLSearchParams(exchange.body).get("Action")) {
				case "GetCallerIdentity":
					return route("sts:GetCallerIdentity", () => sts.getCallerIdentity(exchange));
				case "AssumeRole":
					return route("sts:AssumeRole", () => sts.assumeRole(exchange));
				case "AssumeRoleWithSAML":
					return route("sts:AssumeRoleWithSAML", () => federation.assumeRoleWithSaml(exchange));
				case "AssumeRoleWithWebIdentity":
					return route("sts:AssumeRoleWithWebIdentity", () => federation.assumeRoleWithWebIdentity(exchange));
				case "AssumeRoot":
					return route("sts:AssumeRoot", () => root.assumeRoot(exchange));
				case "GetSessionToken":
					return route("sts:GetSessionToken", () => sts.getSessionToken(exchange));
				default:
					return undefined;
			}
		case "GET /":
			if (searchParams.get("Action") !== "GetCallerIdentity") return undefined;
			return route("sts:GetCallerIdentity", () => sts.getCallerIdentity(exchange));
		default:
			if (exchange.method === "GET" && /^\/latest\/meta-data\/iam\/security-credentials\/[^/]+$/.test(pathname)) {
				return route("instance:Metadata", () => metadata.instanceKeys(exchange));
			}
			if (exchange.method !== "GET" || !/^\/clusters\/[^/]+$/.test(pathname)) return undefined;
			return route("eks:DescribeCluster", () => eks.describeCluster(exchange));
	}
}
