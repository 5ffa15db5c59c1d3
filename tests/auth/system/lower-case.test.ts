import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { resolveRealm } from "../../../src/auth/config/realm.ts";
import { lowerCase } from "../../../src/auth/system/lower-case.ts";

test.each([
	["Dev-Admin", "dev-admin"],
	["İSTANBUL", "istanbul"],
	["ΟΔΟΣ", "οδοσ"],
	["ΣΑΣ ΣΑΣ", "σασ σασ"],
	["ÄÖẞ", "äöß"],
])("%s becomes what Go makes of it", (text, lower) => {
	expect(lowerCase(text)).toBe(lower);
});

test.each([
	["/srv/Acme//infra/", "linux", "/srv/acme/infra"],
	["/srv/ΟΔΟΣ", "linux", "/srv/οδοσ"],
	["/srv/a\\B", "linux", "/srv/a\\b"],
	["/", "darwin", "/"],
	["C:\\Acme\\Infra\\", "win32", "c:/acme/infra"],
	["C:/Acme/../Infra", "win32", "c:/infra"],
	["C:\\", "win32", "c:/"],
	["\\\\Server\\Share\\infra", "win32", "//server/share/infra"],
] as const)("the realm of %s on %s is the hash of %s", (directory, platform, hashed) => {
	const { value } = resolveRealm({ env: undefined, configured: undefined, directory, platform });
	expect(value).toBe(createHash("sha256").update(hashed).digest("hex").slice(0, 16));
});
