/** The types of events, derived from what `schema/events.schema.json` is written from. Types alone: nothing is loaded. */
import type { GenericSchema, InferOutput } from "valibot";
import type { commandEvents, loginEvents, shared } from "./event-schema.ts";

/** Events are not changed once they are made. */
type Frozen<Value> = Value extends object ? { readonly [Key in keyof Value]: Frozen<Value[Key]> } : Value;

type Of<Schema extends GenericSchema> = Frozen<InferOutput<Schema>>;

/** A failure in an event. */
export type EventError = Of<typeof shared.error>;

export type Account = Of<typeof shared.account>;

/** What ended a run before its time: a signal, or the person who left the screen. */
export type CancelReason = Of<typeof shared.reason>;

export type Counts = Of<typeof shared.counts>;

export type LoginEvent = Of<(typeof loginEvents)[number]>;

/** The last event of a command that is not `login`. */
export type CommandEvent = Of<(typeof commandEvents)[number]>;
