/**
 * `ATMOS_AUTH_BROWSER`: which browser a person wants for which portal, whatever a project says. One person is several to different
 * portals, each signed in to in a browser or a profile of its own.
 *
 *     ATMOS_AUTH_BROWSER="acme.awsapps.com=firefox:Work, corp.okta.com=chrome:private, *=edge"
 */
import { BROWSERS, PROFILE_NAME } from "./browser-names.ts";
import type { Environment, Logger } from "./context.ts";
import type { BrowserChoice } from "./interaction.ts";
import { sanitize } from "./system/sanitize.ts";

export const BROWSER_VARIABLE = "ATMOS_AUTH_BROWSER";

interface Setting {
	readonly portal: string;
	readonly choice: BrowserChoice;
}

/**
 * @param portal the host that is signed in to, with its port where it has one
 * @returns undefined where nothing is set for it; what cannot be understood is warned of, and left out
 */
export function browserSetting(
	{ env, log }: { readonly env: Environment; readonly log: Pick<Logger, "warn"> },
	portal: string,
): BrowserChoice | undefined {
	const text = env[BROWSER_VARIABLE]?.trim();
	if (!text) return undefined;
	const settings = text.split(",").flatMap((part): readonly Setting[] => {
		const setting = settingOf(part.trim());
		if (setting === undefined && part.trim() !== "") {
			log.warn(
				`${BROWSER_VARIABLE}: "${sanitize(part.trim())}" is not understood: expected PORTAL=BROWSER[:PROFILE][:private], with one of ${BROWSERS.join(", ")}`,
			);
		}
		return setting === undefined ? [] : [setting];
	});
	const own = portal.toLowerCase();
	return (settings.find((setting) => setting.portal === own) ?? settings.find((setting) => setting.portal === "*"))
		?.choice;
}

function settingOf(part: string): Setting | undefined {
	const at = part.indexOf("=");
	const portal = part.slice(0, Math.max(at, 0)).trim().toLowerCase();
	const [name = "", ...words] = part
		.slice(at + 1)
		.split(":")
		.map((word) => word.trim());
	const isKnown = (BROWSERS as readonly string[]).includes(name.toLowerCase());
	const isPrivate = words.some((word) => word.toLowerCase() === "private");
	const profiles = words.filter((word) => word.toLowerCase() !== "private");
	if (at < 1 || portal === "" || !isKnown || profiles.length > 1 || profiles.some((word) => !PROFILE_NAME.test(word)))
		return undefined;
	const [profile] = profiles;
	return { portal, choice: { name: name.toLowerCase(), profile, ...(isPrivate ? { isPrivate } : {}) } };
}
