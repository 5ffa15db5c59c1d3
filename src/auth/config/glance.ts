/** What an entry says without anything being run or checked: for lists of thousands of them. */
import { columnsOf } from "../registry.ts";
import { evaluateQuick, type FunctionContext, FunctionFailure, withMergedFunction } from "./functions.ts";
import type { Entry } from "./merge.ts";
import type { IdentitySummary, Via } from "./model.ts";
import { isMap, Tagged, type YamlMap, type YamlValue } from "./yaml.ts";

export class Glance {
	readonly #functions: FunctionContext;

	constructor(functions: FunctionContext) {
		this.#functions = functions;
	}

	via(entry: Entry): Via {
		const via = this.map(entry.value.via);
		const provider = this.text(via.provider);
		const identity = this.text(via.identity);
		return { ...(provider ? { provider } : {}), ...(identity ? { identity } : {}) };
	}

	summary(entry: Entry): IdentitySummary {
		const { value } = entry;
		const kind = this.text(value.kind) ?? "";
		const tags = this.value(value.tags);
		return {
			name: entry.name,
			key: entry.key,
			kind,
			via: this.via(entry),
			isDefault: ["true", true].includes(this.value(value.default) as boolean),
			tags: Array.isArray(tags)
				? tags.map((tag: YamlValue) => this.text(tag)).filter((tag): tag is string => tag !== undefined)
				: [],
			...columnsOf(kind, (...path) => this.#textAt(value, path)),
		};
	}

	/** A text, without evaluating anything that takes time. */
	text(value: YamlValue | undefined): string | undefined {
		const plain = this.value(value);
		return typeof plain === "string" && plain !== "" ? plain : undefined;
	}

	#textAt(value: YamlMap, path: readonly string[]): string | undefined {
		let node: YamlValue | undefined = value;
		for (const key of path) node = this.map(node)[key];
		return this.text(node);
	}

	/** A map, in the same way; empty where there is none. */
	map(value: YamlValue | undefined): YamlMap {
		const plain = this.value(value);
		if (!isMap(plain)) return {};
		try {
			return withMergedFunction(this.#functions, plain);
		} catch (error) {
			if (error instanceof FunctionFailure) return plain;
			throw error;
		}
	}

	value(value: YamlValue | undefined): YamlValue | undefined {
		if (!(value instanceof Tagged)) return value;
		try {
			return evaluateQuick(this.#functions, value);
		} catch (error) {
			// Said when the entry is used.
			if (error instanceof FunctionFailure) return undefined;
			throw error;
		}
	}
}
