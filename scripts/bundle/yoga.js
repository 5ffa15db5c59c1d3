/** Takes the place of `yoga-layout` in the bundle: its WebAssembly is a file beside the bundle, not a data: URL to be fetched. */
import { readFileSync } from "node:fs";
import loadYoga from "original:yoga-layout/binary";
import wrapAssembly from "original:yoga-layout/wrap";

const wasmBinary = readFileSync(new URL("./yoga.wasm", import.meta.url));
const Yoga = wrapAssembly(await loadYoga({ wasmBinary }));

export default Yoga;
export * from "original:yoga-layout/enums";
