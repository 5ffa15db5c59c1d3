import { expect, test } from "vitest";
import { backgroundDone, inBackground } from "../../../src/auth/system/background.ts";

test("work in the background is begun later, and can be waited for, with what it begins in turn", async () => {
	const done: string[] = [];
	inBackground(async () => {
		await Promise.resolve();
		inBackground(async () => void done.push("second"));
		done.push("first");
	});
	expect(done).toEqual([]);
	await backgroundDone();
	expect(done).toEqual(["first", "second"]);
	await backgroundDone();
});
