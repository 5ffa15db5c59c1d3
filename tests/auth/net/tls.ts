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

/**
 * A certificate of the authority for other times than now.
 *
 * @param from hours from now; `to` likewise
 */
export function certificateFor(authority: TestAuthority, from: number, to: number): string {
	const at = (name: string) => join(authority.folder, name);
	const time = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().replace(/[-:T]|\.\d+/g, "");
	writeFileSync(at("index.txt"), "");
	// `openssl x509` takes dates only from version 3.4 on.
	writeFileSync(
		at("ca.conf"),
		`[ca]\ndefault_ca=it\n[it]\ndatabase=${at("index.txt")}\nnew_certs_dir=${authority.folder}\nrand_serial=yes\ndefault_md=sha256\nunique_subject=no\npolicy=any\n[any]\ncommonName=supplied\n`,
	);
	const files = ["-cert", at("ca.pem"), "-keyfile", at("ca.key"), "-in", at("server.csr"), "-out", at("dated.pem")];
	const dates = ["-startdate", time(from), "-enddate", time(to)];
	const all = ["ca", "-batch", "-notext", "-config", at("ca.conf"), "-extfile", at("names"), ...files, ...dates];
	execFileSync("openssl", all, { stdio: ["ignore", "ignore", "ignore"] });
	return readFileSync(at("dated.pem"), "utf8");
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
