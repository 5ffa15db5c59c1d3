/**
 * What a machine, or a job on it, has by itself: a certificate, tokens, keys in variables. Made anew at every start. And the
 * company's identity provider, which is a server of its own.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cloud } from "../tests/cloud/cloud.ts";
import { roleArn } from "../tests/cloud/iam.ts";
import { type SamlIdp, startSamlIdp } from "../tests/cloud/saml-idp.ts";
import { authority } from "../tests/helpers/pki.ts";
import { ADA, ANCHOR, COMMON_NAME, GRACE, NIGHTLY_TOKEN, SAML_PROVIDER, SAML_ROLES } from "./principals.ts";

const HALF_A_DAY = 12 * 3600;
/** Nobody's, anywhere else. */
const PASSWORD = "lovelace";

/**
 * Writes the files that the project names into `home`.
 *
 * @returns the variables that it names
 */
export function equip(cloud: Cloud, home: string, idp: SamlIdp): Record<string, string> {
	const folder = (name: string): string => {
		mkdirSync(join(home, name), { recursive: true, mode: 0o700 });
		return join(home, name);
	};
	const secret = { mode: 0o600 };
	const root = authority({ subject: { CN: "Acme Machines CA", O: "Acme" } });
	const { pem, keyPem } = root.issue({ subject: { CN: COMMON_NAME, O: "Acme" } });
	writeFileSync(join(folder("pki"), "build.pem"), pem);
	writeFileSync(join(folder("pki"), "build.key"), keyPem, secret);
	cloud.world.trustAnchors = [{ ...ANCHOR, certificates: root.pem }];

	const nightly = cloud.jobToken({ ...NIGHTLY_TOKEN, goodForSeconds: HALF_A_DAY });
	writeFileSync(join(folder("tokens"), "nightly"), `${nightly}\n`, secret);

	cloud.world.samlProviders = [idp.provider];
	cloud.signIn.person = GRACE.name;
	return {
		...cloud.container(),
		ACME_IDP_URL: idp.url,
		ADA_ACCESS_KEY_ID: ADA.accessKeyId,
		ADA_SECRET_ACCESS_KEY: ADA.secretAccessKey,
	};
}

/** Its page says whom it knows. */
export async function startIdp(): Promise<SamlIdp> {
	const name = "ada@acme.example";
	const roles = SAML_ROLES.map((role) => `${roleArn(role)},${SAML_PROVIDER}`);
	const idp = await startSamlIdp(SAML_PROVIDER, [{ name, password: PASSWORD, roles }]);
	idp.hint = `<p class="quiet">The demo's identity provider. User ${name}, password ${PASSWORD}</p>`;
	idp.showsResponse = true;
	return idp;
}
