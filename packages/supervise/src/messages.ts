/** What the supervisor says to a worker; `lend` comes with a listening handle, unless it says why not. */
export type ToWorker =
  | { exws: "supervise"; say: "drain"; within: number }
  | { exws: "supervise"; say: "left" }
  | { exws: "supervise"; say: "ping" }
  | { exws: "supervise"; say: "lend"; request: number; refusal?: Refusal };

/** Why a worker gets no handle: an error of the system, or this system cannot share ports so. */
export type Refusal = { errno: number } | "unavailable";

/** An address as `server.address()` tells it. */
export type Address = { address: string; family: string; port: number };

/** What a worker says to its supervisor. */
export type FromWorker =
  | { exws: "supervise"; say: "listen"; request: number; key: PortKey }
  | { exws: "supervise"; say: "listening"; address: Address }
  | { exws: "supervise"; say: "unlisten"; key: PortKey }
  | { exws: "supervise"; say: "ready" | "pong" | "draining" | "leave" | "drained" };

/** What tells the ports apart that a worker listens on: `nth` counts those that it asked for in the same words. */
export type PortKey = { host: string | null; family: 4 | 6 | -1; port: number; nth: number };

/** The rest of a message between us: what it says. */
export type Said<Message> = Message extends unknown ? Omit<Message, "exws"> : never;

/** Whether a message is one of ours; the application's own go through the same channel. */
export function isOurs(message: unknown): boolean {
  return (
    typeof message === "object" && message !== null && (message as { exws?: unknown }).exws === "supervise"
  );
}
