/** `kind: aws/eks`: a cluster's entry in a kubeconfig. */
import * as v from "valibot";
import { about, integrationEntries, text, writeMark } from "../../config/schema/common.ts";
import { isInGitFolder } from "../../storage/paths.ts";
import { region } from "../schema.ts";

/**
 * `"0600"`, `0600` or `600`: read as written, in octal. A kubeconfig is nothing to execute, and whoever may write it
 * chooses the program that kubectl starts.
 */
const mode = v.pipe(
	text('a mode such as "0600"'),
	v.regex(
		/^(?:0o?)?[46][04][04]$/,
		'expected a mode such as "0600", at most "0644": only the owner may write to a kubeconfig, and nobody may execute it',
	),
	v.transform((value) => Number.parseInt(value.replace(/^0o?/, ""), 8)),
);

/**
 * Names of contexts. kubectl takes any text, but they are typed, pasted and printed: letters and digits of any script and
 * what ARNs and other tools' names have, with no blank and nothing that a shell reads, and no `-` to begin with.
 */
const CONTEXT = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}._:/@+=-]{0,252}$/u;
const CONTEXT_RULE =
	"expected a name for the context: letters, digits and . _ : / @ + = -, starting with a letter, a digit or _";

export const schema = v.object({
	spec: v.object({
		...integrationEntries,
		cluster: v.object({
			name: about(
				v.pipe(
					text("a cluster name"),
					v.regex(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/, "expected a cluster name: up to 100 letters, digits, - and _"),
				),
				"Name of the cluster",
			),
			region: about(region, "Region of the cluster"),
			alias: about(
				v.optional(v.pipe(text("a name for the context"), v.regex(CONTEXT, CONTEXT_RULE))),
				"Name of the context. Default: the cluster's ARN",
			),
			kubeconfig: v.optional(
				v.object({
					path: about(
						v.optional(
							v.pipe(
								text("a path"),
								v.check((path) => !isInGitFolder(path), "expected a path outside the .git folder"),
								writeMark({ variables: true }),
							),
						),
						"The kubeconfig; `$NAME` in it stands for a variable. Default: `~/.config/atmos/kube/config`",
					),
					mode: about(v.optional(mode), "Mode of the file. Default: `0600`, and a file that is there keeps its own"),
					update: about(
						v.optional(v.picklist(["merge", "replace", "error"], "expected merge, replace or error")),
						"`merge` adds or renews the entry, `error` refuses to change one, `replace` leaves nothing but this cluster in the file. Default: `merge`",
					),
				}),
			),
		}),
	}),
});

export type Config = v.InferOutput<typeof schema>;
