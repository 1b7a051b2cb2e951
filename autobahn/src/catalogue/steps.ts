import { Opcode } from "@exws/frame";
import type { CaseEvent, CloseExpectation, Delivery, Step } from "./case.ts";
import { empty, octets, type Payload, utf8 } from "./payload.ts";

/** What may differ from a plain, final frame. */
export type FrameOptions = Delivery & { readonly fin?: false; readonly rsv?: number };

/** A frame of any opcode. */
export function frame(opcode: number, payload: Payload | string = empty, options: FrameOptions = {}): Step {
  return { do: "frame", opcode, fin: true, rsv: 0, ...options, payload: toPayload(payload) };
}

/** A text frame. */
export const text = (payload?: Payload | string, options?: FrameOptions): Step =>
  frame(Opcode.Text, payload, options);

/** A binary frame. */
export const binary = (payload?: Payload | string, options?: FrameOptions): Step =>
  frame(Opcode.Binary, payload, options);

/** A continuation frame. */
export const continuation = (payload?: Payload | string, options?: FrameOptions): Step =>
  frame(Opcode.Continuation, payload, options);

/** A Ping. */
export const ping = (payload?: Payload | string, options?: FrameOptions): Step =>
  frame(Opcode.Ping, payload, options);

/** A Pong. */
export const pong = (payload?: Payload | string, options?: FrameOptions): Step =>
  frame(Opcode.Pong, payload, options);

/** The tester's own Close with this payload. */
export function closeWith(payload: Payload): Step {
  return { do: "frame", opcode: Opcode.Close, fin: true, rsv: 0, payload, startsClosing: true };
}

/** The tester's own Close with a code and a reason. */
export function close(code: number, reason: Payload = empty): Step {
  return closeWith(
    octets(Uint8Array.of(code >> 8, code & 0xff, ...reason.pattern.subarray(0, reason.length))),
  );
}

/** A pause in seconds; with a tag its end is an event. */
export function wait(seconds: number, tag?: string): Step {
  return { do: "wait", seconds, ...(tag !== undefined && { tag }) };
}

/** See `Step`. */
export const killAfter = (seconds: number): Step => ({ do: "kill-after", seconds });

/** See `Step`. */
export const closeAfter = (seconds: number): Step => ({ do: "close-after", seconds });

/** The event of a message. */
export function message(type: "text" | "binary", payload: Payload | string): CaseEvent {
  return { event: "message", type, payload: toPayload(payload) };
}

/** The event of a Pong. */
export function pongOf(payload: Payload | string): CaseEvent {
  return { event: "pong", payload: toPayload(payload) };
}

/** The tester closes, with 1000, and the peer answers in kind. */
export const closedByTester: CloseExpectation = { closedByMe: true, codes: [1000], requireClean: true };

/** The peer has to end the connection, with this code or none. */
export function failedByPeer(code: number): CloseExpectation {
  return { closedByMe: false, codes: [code], requireClean: false };
}

function toPayload(payload: Payload | string): Payload {
  return typeof payload === "string" ? utf8(payload) : payload;
}
