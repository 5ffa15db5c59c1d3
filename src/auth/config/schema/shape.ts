/** The structure of a valibot schema, as far as is needed to walk it beside a value. */

export interface Shape {
	readonly type: string;
	readonly entries?: Readonly<Record<string, Shape>>;
	readonly wrapped?: Shape;
	readonly message?: unknown;
	/** Of a picklist. */
	readonly options?: readonly unknown[];
	readonly pipe?: readonly Shape[];
	/** Of an `examples` action. */
	readonly examples?: readonly unknown[];
	/** Of a `metadata` action. */
	readonly metadata?: unknown;
}

/** A key that is marked by `endpointMark`, `writeMark`, `passwordMark` or `programMark`. */
export interface Mark {
	readonly fact: "endpoint" | "write" | "password" | "program";
	readonly path: readonly string[];
	readonly variables: boolean;
}

/** The actions of a schema. What is said of a schema that has some already makes a pipe in a pipe. */
export function actionsOf(shape: Shape): readonly Shape[] {
	return (shape.pipe ?? []).flatMap((part) => (part.pipe ? actionsOf(part) : [part]));
}

const marks = new WeakMap<Shape, readonly Mark[]>();

/** @returns all marked keys of a schema */
export function marksOf(schema: Shape): readonly Mark[] {
	const known = marks.get(schema);
	if (known !== undefined) return known;
	const found: Mark[] = [];
	const walk = (shape: Shape, path: readonly string[]): void => {
		if (shape.wrapped) walk(shape.wrapped, path);
		for (const part of actionsOf(shape)) {
			const { fact, at, variables } = (part.metadata ?? {}) as {
				readonly fact?: Mark["fact"];
				readonly at?: readonly string[];
				readonly variables?: boolean;
			};
			if (fact !== undefined) found.push({ fact, path: [...path, ...(at ?? [])], variables: variables === true });
		}
		for (const [key, entry] of Object.entries(shape.entries ?? {})) walk(entry, [...path, key]);
	};
	walk(schema, []);
	marks.set(schema, found);
	return found;
}

/** The keys of a map that its schema knows, or undefined for what is no map. */
export function entriesOf(shape: Shape | undefined): Readonly<Record<string, Shape>> | undefined {
	if (shape?.wrapped) return entriesOf(shape.wrapped);
	return shape?.type === "object" ? shape.entries : undefined;
}

/** The schema of what stands under `path`. */
export function shapeAt(schema: Shape, path: readonly string[]): Shape | undefined {
	let shape: Shape | undefined = schema;
	for (const key of path) {
		const entries = entriesOf(shape);
		shape = entries && Object.hasOwn(entries, key) ? entries[key] : undefined;
	}
	return shape;
}

/** What a missing key should have been. */
export function expectation(schema: Shape, path: readonly string[]): string | undefined {
	const shape = shapeAt(schema, path);
	const entries = entriesOf(shape);
	if (entries) return `expected a map with ${Object.keys(entries).join(", ")}`;
	return typeof shape?.message === "string" ? shape.message : undefined;
}

/** Texts that may stand there, for near misses: the options of a picklist, or a schema's examples. */
export function examplesOf(shape: Shape | undefined): readonly string[] {
	if (shape === undefined) return [];
	if (shape.wrapped) return examplesOf(shape.wrapped);
	const parts = actionsOf(shape).filter((part) => part.type !== shape.type);
	const given: unknown[] = [...(shape.examples ?? []), ...parts.flatMap((part) => part.examples ?? [])];
	for (const option of shape.options ?? []) given.push(...(isShape(option) ? examplesOf(option) : [option]));
	return given.filter((item): item is string => typeof item === "string");
}

const isShape = (value: unknown): value is Shape => typeof value === "object" && value !== null && "type" in value;
