/** Everything that brings Ink along, in one part of the bundle. */
export { createTicker } from "./clock.ts";
export { mount } from "./mount.tsx";
export { createNotes } from "./notes.ts";
