/** Names of the configuration that become names of files. */
import type { Section } from "../manifest.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no name may have
const CONTROL = /[\u0000-\u001f\u007f]/;
/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const WINDOWS = /[<>:"|?*]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * @param name of a provider, which becomes a folder, or of an identity, which becomes a section of an AWS file
 * @returns why it cannot, or undefined
 */
export function nameObjection(section: Section, name: string, platform: NodeJS.Platform): string | undefined {
	if (section === "integrations") return undefined;
	if (section === "identities") {
		if (name.trim() === "") return "the name is empty, so it cannot name an AWS profile";
		return CONTROL.test(name) ? "the name contains control characters, so it cannot name an AWS profile" : undefined;
	}
	// Slashes make subfolders, as in Atmos.
	const segments = name.split(platform === "win32" ? /[/\\]/ : "/").filter((segment) => segment !== "");
	const usable = (segment: string): boolean =>
		!/^\.{1,2}$/.test(segment) && !CONTROL.test(segment) && !(platform === "win32" && WINDOWS.test(segment));
	if (segments.length > 0 && segments.every(usable)) return undefined;
	return "the name cannot be used for the folder that holds its credentials";
}

/** @returns what may go wrong with an identity's name, or undefined */
export function doubtfulName(name: string): string | undefined {
	if (!/[;#]/.test(name)) return undefined;
	return "Terraform and other Go programs (aws-sdk-go-v2) treat ; and # in a profile name as the start of a comment, and do not find the profile";
}
