/** `kind: aws/eks`: a cluster's entry in a kubeconfig. */
import * as v from "valibot";
import { integrationEntries, region, text } from "./common.ts";

/** `"0600"`, `0600` or `600`: read as written, in octal. */
const mode = v.pipe(
	text('a mode such as "0600"'),
	v.regex(/^(?:0o?)?[0-7]{3}$/, 'expected a mode such as "0600", at most 0777'),
	v.transform((value) => Number.parseInt(value.replace(/^0o?/, "") || "0", 8)),
);

export const schema = v.object({
	spec: v.object({
		...integrationEntries,
		cluster: v.object({
			name: v.pipe(
				text("the cluster's name"),
				v.regex(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/, "expected a cluster's name: letters, digits, - and _, at most 100"),
			),
			region,
			alias: v.optional(text("a name for the context")),
			kubeconfig: v.optional(
				v.object({
					path: v.optional(text("a path")),
					mode: v.optional(mode),
					update: v.optional(v.picklist(["merge", "replace", "error"], "expected merge, replace or error")),
				}),
			),
		}),
	}),
});

export type Config = v.InferOutput<typeof schema>;
