/**
 * XML of strangers, read with as little of XML as SAML needs: no document types, no entities but the five of XML itself, no
 * comments within a value (`ada<!---->@evil` is `ada` to some readers and `ada@evil` to others).
 */

import { XMLParser, XMLValidator } from "fast-xml-parser";

/** An element: its name without the prefix of its namespace, attributes, and what it holds. */
export interface Element {
	readonly name: string;
	readonly attributes: Readonly<Record<string, string>>;
	readonly elements: readonly Element[];
	/** Its text, trimmed; empty where it has elements alone. */
	readonly text: string;
}

/** The text is no XML, or more of it than is read here. The message is half a sentence: "it has a document type". */
export class XmlError extends Error {
	override readonly name = "XmlError";
}

const ATTRIBUTES = ":@";
const TEXT = "#text";
const NOT_TEXT: ReadonlySet<string> = new Set(["#comment", "#cdata"]);
/** Deeper than any response of SAML. */
const DEEPEST = 50;

type Node = Readonly<Record<string, unknown>>;

/**
 * @returns the root
 * @throws XmlError
 */
export function readXml(text: string): Element {
	if (/<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)/i.test(text)) throw new XmlError("it has a document type");
	const parser = new XMLParser({
		preserveOrder: true,
		removeNSPrefix: true,
		ignoreAttributes: false,
		attributeNamePrefix: "",
		processEntities: false,
		htmlEntities: false,
		parseTagValue: false,
		parseAttributeValue: false,
		trimValues: false,
		commentPropName: "#comment",
		cdataPropName: "#cdata",
		ignoreDeclaration: true,
		ignorePiTags: true,
		maxNestedTags: DEEPEST,
	});
	let nodes: readonly Node[];
	try {
		// Its messages quote the text: they are not passed on.
		if (XMLValidator.validate(text) !== true) throw new XmlError("it is not well-formed XML");
		nodes = parser.parse(text) as readonly Node[];
	} catch (error) {
		throw error instanceof XmlError ? error : new XmlError("it is not well-formed XML");
	}
	const [root, ...more] = elementsOf(nodes);
	if (root === undefined || more.length > 0) throw new XmlError("it is not one XML element");
	return root;
}

/** @returns the elements of that name right below, in order */
export const below = (element: Element | undefined, name: string): readonly Element[] =>
	element?.elements.filter((candidate) => candidate.name === name) ?? [];

/** @returns the first element at the end of a path */
export const at = (element: Element | undefined, ...path: readonly string[]): Element | undefined =>
	path.reduce<Element | undefined>((found, name) => below(found, name)[0], element);

function elementsOf(nodes: readonly Node[]): Element[] {
	return nodes.flatMap((node) => {
		const name = Object.keys(node).find((key) => key !== ATTRIBUTES);
		if (name === undefined || name === TEXT || NOT_TEXT.has(name)) return [];
		return [
			elementOf(name, node[name] as readonly Node[], (node[ATTRIBUTES] ?? {}) as Readonly<Record<string, string>>),
		];
	});
}

function elementOf(name: string, children: readonly Node[], given: Readonly<Record<string, string>>): Element {
	const text = children.map((child) => (typeof child[TEXT] === "string" ? child[TEXT] : "")).join("");
	if (text.trim() !== "" && children.some((child) => Object.keys(child).some((key) => NOT_TEXT.has(key)))) {
		throw new XmlError(`its ${name} has a comment or a CDATA section within its value`);
	}
	const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
	for (const [key, value] of Object.entries(given)) attributes[key] = decoded(String(value));
	return { name, attributes, elements: elementsOf(children), text: decoded(text).trim() };
}

/** https://www.w3.org/TR/xml/#sec-predefined-ent; without a document type there are no others. */
const PREDEFINED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decoded(text: string): string {
	return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
		if (name !== undefined) return PREDEFINED[name] ?? whole;
		const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
		return point > 0x10ffff ? whole : String.fromCodePoint(point);
	});
}
