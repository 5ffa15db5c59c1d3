/** Lists in flags and variables. */

/** @returns what stands between commas, without the blanks around it; none for nothing */
export function splitList(text: string | undefined): readonly string[] {
	return (text ?? "")
		.split(",")
		.map((part) => part.trim())
		.filter((part) => part !== "");
}
