/** A certificate authority and a server certificate for 127.0.0.1, made by openssl at run time; nothing is kept. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestAuthority {
	/** Path of the authority's certificate. */
	readonly caFile: string;
	readonly key: string;
	readonly cert: string;
	readonly folder: string;
}

export function makeAuthority(names = "IP:127.0.0.1,DNS:localhost,DNS:portal.test"): TestAuthority {
	const folder = mkdtempSync(join(tmpdir(), "atmos-auth-tls-"));
	const at = (name: string) => join(folder, name);
	const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "ignore", "ignore"] });
	const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
	openssl("req", "-x509", ...key, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-days", "2", "-subj", "/CN=Test CA");
	openssl("req", ...key, "-keyout", at("server.key"), "-out", at("server.csr"), "-subj", "/CN=server");
	writeFileSync(at("names"), `subjectAltName=${names}\n`);
	const sign = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("names")];
	openssl("x509", "-req", "-in", at("server.csr"), ...sign, "-days", "2", "-out", at("server.pem"));
	return {
		caFile: at("ca.pem"),
		key: readFileSync(at("server.key"), "utf8"),
		cert: readFileSync(at("server.pem"), "utf8"),
		folder,
	};
}
