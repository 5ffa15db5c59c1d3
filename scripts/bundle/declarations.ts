/** The types of the library, for those who import the package. */
import { readFileSync } from "node:fs";
import { isolatedDeclarationSync } from "rolldown/experimental";

/**
 * @param file what it exports has types of its own, and names none of another file
 * @returns the declarations
 * @throws Error for an export whose type has to be inferred, or is declared elsewhere
 */
export function declarations(file: string): string {
	const { code, errors } = isolatedDeclarationSync(file, readFileSync(file, "utf8"), {});
	if (errors.length > 0) throw new Error(errors.map(({ message }) => `${file}: ${message}`).join("\n"));
	if (/^import\b/m.test(code)) throw new Error(`${file}: a type that it exports is declared in another file`);
	return code;
}
