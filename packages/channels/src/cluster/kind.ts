/** A series of envelopes that a node numbers on the topic of a channel, so that a hole shows what was lost. */
export type Stream = "messages" | "presence";

/** What is the same for all envelopes of a kind. */
export type KindRule = {
  readonly code: number;
  /** Where it is said: on the topic of a channel, or on those of nodes (to all, or to an inbox). */
  readonly place: "channel" | "node";
  readonly stream?: Stream;
};

/**
 * What nodes say to each other.
 *
 * - `text`, `binary`: a message for the members of a channel. `tail`: how far the streams of a topic that has gone quiet went.
 * - `heartbeat`: I am here. `bye`: I am going.
 * - `ask`, `answer`: a question to all nodes, and what one of them says to it.
 * - `presence`: who has come, gone or changed. `presence-request`: tell me who is with you. `presence-state`: the answer.
 * - `entry`: a message that is in the log of its channel.
 */
export type Kind =
  | "text"
  | "binary"
  | "tail"
  | "heartbeat"
  | "bye"
  | "ask"
  | "answer"
  | "presence"
  | "presence-request"
  | "presence-state"
  | "entry";

/** The rule of each kind. Codes are never given to another kind. */
export const kinds: Readonly<Record<Kind, KindRule>> = {
  text: { code: 1, place: "channel", stream: "messages" },
  binary: { code: 2, place: "channel", stream: "messages" },
  tail: { code: 3, place: "channel" },
  heartbeat: { code: 4, place: "node" },
  bye: { code: 5, place: "node" },
  ask: { code: 6, place: "node" },
  answer: { code: 7, place: "node" },
  presence: { code: 8, place: "channel", stream: "presence" },
  "presence-request": { code: 9, place: "channel" },
  "presence-state": { code: 10, place: "node" },
  entry: { code: 11, place: "channel" },
};

const byCode = new Map<number, Kind>();
for (const [kind, { code }] of Object.entries(kinds)) byCode.set(code, kind as Kind);

/** The kind that has a code; `undefined` for one of a later version. */
export function kindOf(code: number): Kind | undefined {
  return byCode.get(code);
}
