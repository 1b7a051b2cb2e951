import type { CorpusName } from "../corpus/corpus.ts";
import type { OfferName } from "../wire/deflate-offer.ts";
import type { Payload } from "./payload.ts";

/** How a frame is handed to TCP: `chop` octets at a time, or (`sync`) as one write of its own. */
export type Delivery = { readonly chop?: number; readonly sync?: true };

/** One thing that the tester does, in order, once the connection is open. */
export type Step =
  /** One frame. `startsClosing`: it is the tester's own Close, and the clock for the answer starts. */
  | ({
      readonly do: "frame";
      readonly opcode: number;
      readonly fin: boolean;
      readonly rsv: number;
      readonly payload: Payload;
      readonly startsClosing?: true;
    } & Delivery)
  /** One message cut into frames of `fragment` octets; an empty last one follows when nothing is left over. */
  | { readonly do: "message"; readonly opcode: number; readonly payload: Payload; readonly fragment: number }
  /** The header of a frame without FIN that announces `length` octets, which later steps bring. */
  | { readonly do: "frame-head"; readonly opcode: number; readonly length: number }
  | { readonly do: "frame-octets"; readonly payload: Payload }
  /** A pause. With a tag its end is an event, and the rest happens only while the connection is still open. */
  | { readonly do: "wait"; readonly seconds: number; readonly tag?: string }
  /** From here on the clock runs: then Close 1001, or TCP is dropped when the closing has begun. */
  | { readonly do: "kill-after"; readonly seconds: number }
  /** From here on the clock runs: then a Close without payload. */
  | { readonly do: "close-after"; readonly seconds: number }
  /** Send, wait for the echo, check its type and length; `count` times. */
  | { readonly do: "echo-loop"; readonly opcode: 1 | 2; readonly payload: Payload; readonly count: number }
  /**
   * The same with compressed messages: windows of `length` octets (characters, where the corpus is text) that
   * follow each other in a corpus. `fragment` cuts what is on the wire, the compressed octets; 0 leaves it whole.
   */
  | {
      readonly do: "corpus-loop";
      readonly opcode: 1 | 2;
      readonly corpus: CorpusName;
      readonly length: number;
      readonly fragment: number;
      readonly count: number;
    };

/** What the peer may do that counts. */
export type CaseEvent =
  | { readonly event: "message"; readonly type: "text" | "binary"; readonly payload: Payload }
  | { readonly event: "pong"; readonly payload: Payload }
  /** The end of a tagged pause. */
  | { readonly event: "timeout"; readonly tag: string };

/** How the connection has to end. */
export type CloseExpectation = {
  /** Which side sends the first Close. */
  readonly closedByMe: boolean;
  /** Codes that the peer may close with; no code is always right. The tester closes with the first. */
  readonly codes: readonly number[];
  /** Whether the closing handshake has to be complete, TCP included. */
  readonly requireClean: boolean;
  /** The case fails when the wrong side closed. */
  readonly wrongEndpointFails?: true;
  /** The case fails when the code is wrong. */
  readonly wrongCodeFails?: true;
};

/** What the verdict rests on. */
export type Judgement =
  /** The events, compared with each list of `expect`. */
  | "events"
  /** Nothing: the case only shows what the peer does. */
  | "informational"
  /** Type and length of the first message. */
  | "first-message"
  /** Each echo of an `echo-loop`. */
  | "round-trips"
  /** Each echo of a `corpus-loop`. */
  | "corpus";

/** One case of the suite. */
export type Case = {
  /** The genuine id, as "6.4.2". */
  readonly id: string;
  /** 1 to 517, in the suite's order. */
  readonly index: number;
  /** What the tester does, in one phrase. */
  readonly summary: string;
  /** What a good peer does then. */
  readonly expectation: string;
  /** Where that is written, as "RFC 6455 §5.5.2". */
  readonly section: string;
  readonly steps: readonly Step[];
  /** Lists of events by the verdict that they give. */
  readonly expect: { readonly OK: readonly CaseEvent[]; readonly "NON-STRICT"?: readonly CaseEvent[] };
  readonly close: CloseExpectation;
  readonly judgement: Judgement;
  /** What the tester offers of permessage-deflate; absent: nothing. */
  readonly offer?: OfferName;
};

/** A case as a section's file writes it: the index comes from its place among all. */
export type CaseDraft = Omit<Case, "index">;
