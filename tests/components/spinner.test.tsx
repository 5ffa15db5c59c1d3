import { Text } from "ink";
import { cleanup, render } from "ink-testing-library";
import { afterEach, expect, test } from "vitest";
import { createTicker, TickerContext } from "../../src/components/clock.ts";
import { Spinner } from "../../src/components/spinner.tsx";
import { ASCII, createPaint, type Symbols, UNICODE } from "../../src/components/theme.ts";
import { type UiContext, UiReactContext } from "../../src/components/ui-context.ts";

afterEach(cleanup);

/** What the spinner shows at a time, and a way to let time pass. */
function spinner(options: {
	readonly motion: boolean;
	readonly symbols: Symbols;
	readonly since?: number;
	readonly now: number;
}) {
	let now = options.now;
	const ticker = createTicker({ now: () => now });
	const ui = {
		symbols: options.symbols,
		motion: options.motion,
		colour: false,
		paint: createPaint({ colour: false, attributes: false }),
	} as UiContext;
	const { lastFrame } = render(
		<TickerContext value={ticker}>
			<UiReactContext value={ui}>
				<Text>
					<Spinner since={options.since} />
				</Text>
			</UiReactContext>
		</TickerContext>,
	);
	return {
		lastFrame,
		async pass(ms: number): Promise<void> {
			now += ms;
			ticker.tick();
			await new Promise((resolve) => setImmediate(resolve));
		},
	};
}

test("those whom motion disturbs see something that stands still", async () => {
	const { lastFrame, pass } = spinner({ motion: false, symbols: UNICODE, now: 0 });
	expect(lastFrame()).toBe("…");
	await pass(5_000);
	expect(lastFrame()).toBe("…");
});

test("a long wait steps with the clock, once a second", async () => {
	const { lastFrame, pass } = spinner({ motion: true, symbols: UNICODE, since: 0, now: 20_000 });
	const before = lastFrame();
	await pass(100);
	expect(lastFrame()).toBe(before);
	await pass(1_000);
	expect(lastFrame()).not.toBe(before);
});

test("without UTF-8 it is made of ASCII", () => {
	const { lastFrame } = spinner({ motion: true, symbols: ASCII, since: 0, now: 20_000 });
	expect(lastFrame()).toMatch(/^[-\\|/]$/);
});
