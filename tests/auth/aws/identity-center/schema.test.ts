import { expect, test } from "vitest";
import { describeProblem } from "../../../../src/auth/config/problems.ts";
import { project } from "../../config/project.ts";

const withSpec = (spec: string): string => `auth:
  providers:
    company-sso:
      kind: aws/iam-identity-center
      start_url: https://acme.awsapps.com/start
      region: us-east-1
      spec:
${spec.replace(/^/gm, "        ")}
`;

async function problems(spec: string): Promise<string[]> {
	const { ctx, load } = project({ "atmos.yaml": withSpec(spec) });
	return (await (await load()).check()).map((problem) => describeProblem(problem, { from: ctx.cwd }));
}

test.each([
	["flow: by-mail", 8, "expected one of device-code, browser"],
	["flow: paste", 8, "expected one of device-code, browser"],
	["user: ''", 8, "expected a user's name, found nothing"],
	["browser:\n  name: lynx", 9, "expected one of chrome, chromium, edge, firefox, brave, safari"],
	["browser:\n  name: firefox\n  profile: --remote-debugging-port=1", 10, "expected the name of a browser's profile"],
	["browser:\n  private: maybe", 9, "expected true or false"],
])("%j is told by its line", async (spec, line, text) => {
	const found = await problems(spec);
	expect(found).toHaveLength(1);
	expect(found[0]).toContain(`atmos.yaml:${line}`);
	expect(found[0]).toContain(text);
});

test("how it is signed in to, by whom and in which browser", async () => {
	const spec = "flow: browser\nuser: ada@acme.example\nbrowser: {name: firefox, profile: Work, private: true}";
	expect(await problems(spec)).toEqual([]);
	const { load } = project({ "atmos.yaml": withSpec(spec) });
	expect((await (await load()).provider("company-sso")).config).toMatchObject({
		spec: { flow: "browser", user: "ada@acme.example", browser: { name: "firefox", profile: "Work", private: true } },
	});
});
