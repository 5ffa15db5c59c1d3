/** The help texts, a constant a command. Imports nothing, so that showing them loads nothing else. */

const COMMON = `Common flags
      --profile NAMES      configuration profiles, comma-separated (ATMOS_PROFILE)
      --config FILES       configuration files instead of the search (ATMOS_CONFIG)
      --config-path DIRS   folders with an atmos.yaml instead of the search (ATMOS_CONFIG_PATH)
      --base-path DIR      base folder of the project (ATMOS_BASE_PATH)
  -C, --chdir DIR          work in DIR (ATMOS_CHDIR)
      --no-color           no colors (NO_COLOR)
      --log-level LEVEL    trace, debug, info, warning, error or off (ATMOS_LOGS_LEVEL)
  -h, --help               this text
      --version            the version
`;

const TOPICS: Readonly<Record<string, string>> = {
	"": `Sign in to the cloud from the terminal: pick an identity, approve a code, get back to work.

Usage
  atmos-auth <command> [flags]        also as: atmos-auth auth <command>

Commands
  login [IDENTITY]                    sign in, on a full-screen dashboard, as plain lines or as JSON events
  validate                            check the auth section of atmos.yaml
  trust                               agree to what this project's configuration may run, contact and write
  aws ecr login [INTEGRATION]         log Docker in to ECR again
  aws eks update-kubeconfig           write a cluster's kubeconfig entry again
  aws eks token                       print a token for kubectl (its exec plugin calls this)

${COMMON}
Exit codes
  0 signed in · 1 authentication failed · 2 usage or configuration · 3 --strict and an integration failed
  130 interrupted · 143 terminated
`,
	login: `Sign in with an identity from atmos.yaml.

Usage
  atmos-auth login [IDENTITY] [flags]

Flags
  -i, --identity [NAME]    the identity; without a name: choose from all (ATMOS_IDENTITY, IDENTITY)
  -p, --provider NAME      sign in to a provider only (ATMOS_PROVIDER)
      --tags A,B           choose among the identities with any of these tags (ATMOS_TAGS)
      --force              renew what is still valid
      --strict             exit with 3 when an integration fails
      --plain              one line per event instead of the dashboard
      --json               one JSON object per event on standard output
      --device-code        allow the device code flow in CI
      --no-browser         never open a browser
      --interactive=false  never ask anything (ATMOS_INTERACTIVE=false)

${COMMON}
Examples
  atmos-auth login                    the default identity, or choose one
  atmos-auth login -i                 choose, even if there is a default
  atmos-auth login dev-admin
  atmos-auth login -p company-sso --plain
`,
	validate: `Check the auth section of atmos.yaml: every provider, identity and integration, all problems at once.

Usage
  atmos-auth validate [flags]

${COMMON}`,
	trust: `Agree to what this project's configuration may do beyond signing in: run commands (!exec), use addresses other than the
vendor's own, and write files outside your home folder. You are asked once for each of them, and again when it changes.

Usage
  atmos-auth trust [flags]

Flags
      --yes     agree without being asked
      --list    show what there is to agree to, and what you have agreed to
      --remove  forget what you have agreed to in this project

Environment
  ATMOS_AUTH_TRUST   1: agree to everything in this run, as CI does; 0: agree to nothing, not even in CI

${COMMON}
Exit codes
  0 agreed · 2 not agreed, or nobody to ask
`,
	"aws ecr login": `Log Docker in to ECR with a configured integration.

Usage
  atmos-auth aws ecr login [INTEGRATION] [flags]

Flags
  -i, --identity NAME      all ECR integrations of this identity (ATMOS_IDENTITY, IDENTITY)
      --json               one JSON object per event on standard output

${COMMON}`,
	"aws eks update-kubeconfig": `Write the kubeconfig entry of an EKS cluster and make it the current context.

Usage
  atmos-auth aws eks update-kubeconfig --integration NAME [flags]
  atmos-auth aws eks update-kubeconfig --name CLUSTER --region REGION --identity NAME [flags]

Flags
      --integration NAME   an integration of kind aws/eks
      --name CLUSTER       a cluster that no integration describes
      --region REGION      its region
      --alias NAME         the context's name (default: the cluster's ARN)
      --kubeconfig FILE    the file (default: Atmos's own kubeconfig)
  -i, --identity NAME      the identity to use (ATMOS_IDENTITY, IDENTITY)
      --json               one JSON object per event on standard output

${COMMON}`,
	"aws eks token": `Print an ExecCredential for kubectl. Never opens a browser and never asks: when the session has expired, it says so.

Usage
  atmos-auth aws eks token --cluster-name NAME --region REGION [--identity NAME] [flags]

${COMMON}`,
};

/** @returns the help of a command, the commands of a group such as `aws eks`, or the overview for an unknown topic. */
export function helpFor(topic: string): string {
	const overview = TOPICS[""] as string;
	const commands = overview.split("\n").filter((line) => topic !== "" && line.startsWith(`  ${topic} `));
	if (TOPICS[topic] !== undefined || commands.length === 0) return TOPICS[topic] ?? overview;
	return `Usage\n  atmos-auth ${topic} <command> [flags]\n\nCommands\n${commands.join("\n")}\n\n${COMMON}`;
}
