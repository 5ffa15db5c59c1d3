/** The schemas of AWS's kinds, in one file for the manifests. */
export { awsSchema as awsAmbient, schema as ambient } from "./ambient/schema.ts";
export { schema as ecr } from "./ecr/schema.ts";
export { schema as eks } from "./eks/schema.ts";
export { schema as identityCenter } from "./identity-center/schema.ts";
export { githubSchema as githubOidc, gitlabSchema as gitlabOidc, tokenSchema as oidc } from "./oidc/schema.ts";
export { schema as assumeRole } from "./roles/assume-role-schema.ts";
export { schema as assumeRoot } from "./roles/assume-root-schema.ts";
export { schema as permissionSet } from "./roles/permission-set-schema.ts";
export { schema as rolesAnywhereIdentity } from "./roles-anywhere/identity-schema.ts";
export { schema as rolesAnywhereProvider } from "./roles-anywhere/provider-schema.ts";
export { schema as saml } from "./saml/schema.ts";
export { schema as user } from "./user/schema.ts";
