/** Names of the configuration that become names of files. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no name may have
const CONTROL = /[\u0000-\u001f\u007f]/;
/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const WINDOWS = /[<>:"|?*]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

export const hasControlCharacters = (name: string): boolean => CONTROL.test(name);

/**
 * @param name of a provider
 * @returns why it cannot become the folder of its credentials, or undefined
 */
export function folderObjection(name: string, platform: NodeJS.Platform): string | undefined {
	// Slashes make subfolders, as in Atmos.
	const segments = name.split(platform === "win32" ? /[/\\]/ : "/").filter((segment) => segment !== "");
	const usable = (segment: string): boolean =>
		!/^\.{1,2}$/.test(segment) && !hasControlCharacters(segment) && !(platform === "win32" && WINDOWS.test(segment));
	if (segments.length > 0 && segments.every(usable)) return undefined;
	return "the name cannot be used for the folder that holds its credentials";
}
