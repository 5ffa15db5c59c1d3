/** `kind: aws/saml`: a provider that signs in through an identity provider of SAML. */
import * as v from "valibot";
import {
	about,
	browserKey,
	duration,
	durationBetween,
	flag,
	flowKey,
	NO_EFFECT,
	programMark,
	tags,
	text,
	userKey,
	webAddress,
} from "../../config/schema/common.ts";
import { Secret } from "../../credentials.ts";
import { endpointSpec, region } from "../schema.ts";

/** As saml2aws has them, which Atmos hands them to. */
const DRIVERS = ["Browser", "GoogleApps", "Okta", "ADFS"] as const;
/** As Playwright has them. */
const BROWSER_TYPES = [
	"chromium",
	"chrome",
	"chrome-beta",
	"chrome-dev",
	"chrome-canary",
	"msedge",
	"msedge-beta",
	"msedge-dev",
	"msedge-canary",
	"firefox",
	"webkit",
] as const;

const driver = v.optional(v.picklist(DRIVERS, `expected one of ${DRIVERS.join(", ")}`));
/** Nobody uses it; it is a secret all the same. */
const password = v.pipe(
	v.string("expected a password"),
	v.transform((value) => (value === "" ? undefined : new Secret(value))),
);
const ADDRESS = "the address at which the identity provider starts the sign-in to AWS";

// Bounds of https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
export const schema = v.object({
	url: about(
		v.pipe(
			webAddress(ADDRESS),
			v.check((value) => {
				const url = URL.canParse(value) ? new URL(value) : undefined;
				return url === undefined || (url.username === "" && url.password === "");
			}, `expected ${ADDRESS}, without a user name and password`),
		),
		"Where the sign-in to AWS starts: what the tile for AWS in your identity provider's portal leads to",
	),
	region: about(region, "Region of STS, and that programs get; it says which partition the roles are of"),
	driver: about(driver, "As in Atmos. Whatever it says, a browser is used: that knows every second factor"),
	provider_type: about(driver, "Older spelling of `driver`"),
	browser_type: about(
		v.optional(v.picklist(BROWSER_TYPES, `expected one of ${BROWSER_TYPES.join(", ")}`)),
		"Which browser, of those that are installed; `firefox` and `webkit` cannot be used. Default: the first that is found",
	),
	browser_executable_path: about(
		v.optional(
			v.pipe(
				text("the path of a browser"),
				v.regex(/^(?:~?[/\\]|[A-Za-z]:[/\\])/, "expected the absolute path of a browser's program"),
				programMark(),
			),
		),
		"The browser's program, where it is not found by itself: of the Chromium family, outside the project",
	),
	download_browser_driver: about(v.optional(v.nullable(flag)), NO_EFFECT),
	username: about(v.optional(text("a user name")), NO_EFFECT),
	password: about(v.optional(password), "Has no effect: the identity provider's own page asks"),
	session: v.optional(
		v.object({
			duration: about(
				v.optional(
					durationBetween(
						900_000,
						43_200_000,
						"expected a duration between 15m and 12h: AWS issues no shorter or longer session of a role",
					),
				),
				"How long sessions of its roles last. Default: what the identity provider says (`SessionDuration`), else `1h`",
			),
		}),
	),
	console: v.optional(v.object({ session_duration: about(v.optional(duration), NO_EFFECT) })),
	spec: v.optional(
		v.object({
			...endpointSpec.entries,
			flow: flowKey(["browser", "paste"]),
			browser: browserKey,
			user: userKey,
		}),
	),
	default: about(v.optional(flag), NO_EFFECT),
	tags: about(v.optional(tags), NO_EFFECT),
});

export type Config = v.InferOutput<typeof schema>;
