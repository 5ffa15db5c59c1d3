import { encode } from "uqr";
import { afterEach, describe, expect, test } from "vitest";
import { fittingQr, qrOf } from "../../src/components/qr.ts";
import { fakeLogin, MINUTE } from "./support/fake-login.ts";
import { closeScreens, NOW, sequence, show } from "./support/screen.tsx";
import { approving, choosing, LINK } from "./support/snapshots.ts";

afterEach(closeScreens);

/** What is said, without the QR code beside it. */
const words = (text: string): string => text.replace(/[█▀▄](?: *[█▀▄])*/g, "").replace(/\s+/g, " ");

const motion = { display: { motion: true } };

describe("the approval", () => {
	test.each([
		[80, 24],
		[120, 40],
		[50, 15],
		[60, 12],
	])("at %i×%i shows code, link, notice and time", (columns, rows) => {
		const screen = show(fakeLogin(approving(NOW)), { columns, rows, ...motion });
		const text = screen.text();
		expect(screen.lines()).toHaveLength(rows);
		expect(text).toContain("Sign in to company-sso");
		expect(text).toMatch(/W {1,2}D {1,2}D {1,2}D {1,2}- {1,2}H {1,2}R {1,2}Q {1,2}V/);
		expect(text.replaceAll("\n", "")).toContain(LINK);
		expect(text).toContain("device code");
		expect(text).toContain("expires in 9m 42s");
		expect(screen.lines().at(-1)).toMatch(/c copy code.*esc cancel/);
	});

	test("says where and when it was started", () => {
		const text = words(show(fakeLogin(approving(NOW)), { columns: 120, rows: 40 }).text());
		expect(text).toMatch(/only because you started this sign-in at \d\d:42:07 on build-host-3/);
		expect(text).toContain("for dev-admin · acme.awsapps.com");
	});

	test("is one hyperlink over the whole link, and nothing else is in it", () => {
		for (const columns of [80, 40]) {
			const raw = show(fakeLogin(approving(NOW)), { columns, rows: 24 }).raw();
			// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence that is looked for
			const links = [...raw.matchAll(/\u001b\]8;([^;]*);([^\u001b\u0007]+)(?:\u001b\\|\u0007)(.*?)\u001b\]8;;/gs)];
			expect(new Set(links.map(([, id, url]) => `${id} ${url}`))).toEqual(new Set([`id=atmos-auth ${LINK}`]));
			// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are taken away
			expect(links.map(([, , , text]) => text?.replace(/\u001b\[[0-9;]*m/g, "")).join("")).toBe(LINK);
		}
	});

	test("begins a link that is longer than the page at the very edge, so that selecting it adds nothing", () => {
		const screen = show(fakeLogin(approving(NOW)), { columns: 40, rows: 24 });
		const lines = screen.lines();
		const first = lines.findIndex((line) => line.startsWith("https://"));
		expect(lines[first]).toHaveLength(40);
		expect(`${lines[first]}${lines[first + 1]}`).toBe(LINK);
	});

	test("draws the link as a QR code where there is room, and only there", () => {
		const modules = encode(LINK, { ecc: "L", border: 1, boostEcc: false });
		const drawn = qrOf(LINK, 1);
		for (const [y, row] of modules.data.entries()) {
			for (const [x, dark] of row.entries()) {
				const block = drawn.rows[y >> 1]?.[x];
				const light = y % 2 === 0 ? block === "█" || block === "▀" : block === "█" || block === "▄";
				expect(light).toBe(!dark);
			}
		}
		const first = drawn.rows[2] as string;
		expect(show(fakeLogin(approving(NOW))).text()).toContain(first.trimEnd());
		expect(show(fakeLogin(approving(NOW)), { columns: 80, rows: 18 }).text()).not.toContain("█");
		expect(show(fakeLogin(approving(NOW)), { columns: 60, rows: 30 }).text()).not.toContain("█");
		expect(fittingQr(LINK, 34, 40)).toBeUndefined();
	});

	test("counts down in one colour after the other, in words too", async () => {
		const screen = show(fakeLogin(approving(NOW)), motion);
		await screen.tick(1_000);
		expect(screen.text()).toContain("9m 41s");
		await screen.tick(9 * MINUTE);
		expect(screen.text()).toContain("expires in 41s");
		expect(screen.raw()).toMatch(sequence("ESC\\[31mESC\\[1m41s"));
	});

	test("does what its keys say, and says what was done", async () => {
		const login = fakeLogin(approving(NOW));
		const screen = show(login);
		await screen.press("c");
		expect(screen.text()).toContain("code copied with pbcopy");
		await screen.press("l", "o", "u");
		expect(screen.actions).toEqual(["copy WDDD-HRQV", `copy ${LINK}`, `open ${LINK}`, `plain ${LINK}`]);
		await screen.tick(10_000);
		expect(screen.text()).not.toContain("opened in your browser");
	});

	test("is cancelled with Esc, or goes back to the list it came from", async () => {
		const alone = fakeLogin(approving(NOW));
		const action = (login: typeof alone) =>
			new Promise((resolve) => {
				login.onAction = resolve;
			});
		const cancelled = action(alone);
		await show(alone).press("esc");
		expect(await cancelled).toEqual({ type: "CANCEL" });

		const chosen = fakeLogin({ ...choosing(NOW), ...approving(NOW) });
		const back = action(chosen);
		const screen = show(chosen);
		expect(screen.lines().at(-1)).toContain("esc back");
		await screen.press("esc");
		expect(await back).toEqual({ type: "BACK" });
	});

	test("names the process that asked for the code", () => {
		const text = show(fakeLogin(approving(NOW, { waitingForPid: 4242 })), { columns: 120 }).text();
		expect(text).toContain("waiting for process 4242");
		expect(words(text)).toContain("in another terminal (process 4242)");
	});

	test("tells of trouble with the network while it waits", () => {
		const snapshot = approving(NOW);
		const chain = [{ ...(snapshot.chain?.[0] as object), text: "waiting (no connection; trying again)" }] as never;
		expect(words(show(fakeLogin({ ...snapshot, chain })).text())).toContain("no connection; trying again");
	});

	test("asks for the code to be entered where the link does not carry it", () => {
		const screen = show(fakeLogin(approving(NOW, { verificationUriComplete: undefined })));
		expect(screen.text()).toContain("enter this code");
		expect(screen.text()).toContain("https://device.sso.us-east-1.amazonaws.com/");
	});

	test("hands Ctrl-C and Ctrl-Z on", async () => {
		const screen = show(fakeLogin(approving(NOW)));
		await screen.press("ctrl-c", "ctrl-z");
		expect(screen.actions).toEqual(["interrupt", "suspend"]);
	});
});
