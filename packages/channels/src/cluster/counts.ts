/** What has happened, counted from the beginning. */
export type NodeCounts = {
  /** Messages that were handed to the engine. */
  published: number;
  /** Messages that could not be: other nodes do not get them. */
  unpublished: number;
  /** Messages that came from other nodes. */
  received: number;
  /** Messages of other nodes that did not come. */
  lost: number;
  /** Messages that came, and were given up because too much waited in their channel here. */
  dropped: number;
  /** Envelopes that came again, and were ignored. */
  duplicates: number;
  /** Payloads that were ignored because they are no envelope, of another version, or cannot be read. */
  foreign: number;
};

/** Nothing has happened yet. */
export function noCounts(): NodeCounts {
  return { published: 0, unpublished: 0, received: 0, lost: 0, dropped: 0, duplicates: 0, foreign: 0 };
}
