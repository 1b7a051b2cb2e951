import type { Envelope } from "./envelope.ts";
import type { Stream } from "./kind.ts";
import type { Tail } from "./tail.ts";

type Track = {
  round: number;
  /** The last number of each stream; `undefined` before the first, where it cannot be known what came before it. */
  messages: number | undefined;
  presence: number | undefined;
  heard: number;
};

/** Nodes that are followed on one topic; over it the one followed longest is forgotten. */
const limit = 1024;

/** Milliseconds that an envelope may take: a round that seems to have begun this soon after the subscription may be older. */
const transit = 100;

/** What has come on one topic from each node: tells what is new, what came twice, and how many are missing. */
export class Incoming {
  /** Everything that was said on the topic from then on should have come. */
  #since: number | undefined;
  readonly #tracks = new Map<string, Track>();

  /** The subscription is confirmed. */
  begin(now: number): void {
    this.#since ??= now;
  }

  /** Takes note of an envelope of a stream: how many before it are missing, or -1 for one that came before. */
  note(envelope: Envelope, stream: Stream, now: number): number {
    const track = this.#track(envelope, now);
    if (track === undefined) return -1;
    const missing = envelope.sequence - (track[stream] ?? envelope.sequence - 1) - 1;
    if (missing < 0) return -1;
    track[stream] = envelope.sequence;
    return missing;
  }

  /** Takes note of how far a node went: how many of each stream are missing. */
  noteTail(envelope: Envelope, tail: Tail, now: number): Tail {
    const track = this.#track(envelope, now);
    if (track === undefined) return { messages: 0, presence: 0 };
    const { messages = tail.messages, presence = tail.presence } = track;
    track.messages = Math.max(tail.messages, messages);
    track.presence = Math.max(tail.presence, presence);
    return { messages: track.messages - messages, presence: track.presence - presence };
  }

  /** Forgets nodes that were not heard for so long. */
  expire(silent: number, now: number): void {
    for (const [node, { heard }] of this.#tracks) {
      if (now - heard >= silent) this.#forget(node, now);
    }
  }

  /** The track of a node's current round; `undefined` for an envelope of an earlier one. */
  #track({ node, round, age }: Envelope, now: number): Track | undefined {
    const known = this.#tracks.get(node);
    if (known !== undefined) {
      known.heard = now;
      if (known.round === round) return known;
      if (known.round > round) return undefined;
      // The next round has begun behind what we have heard: we should have all of it.
      known.round = round;
      known.messages = known.presence = 0;
      return known;
    }
    const isWhole = this.#since !== undefined && now - age >= this.#since + transit;
    const start = isWhole ? 0 : undefined;
    const track = { round, messages: start, presence: start, heard: now };
    this.#tracks.set(node, track);
    if (this.#tracks.size > limit) this.#forget(this.#tracks.keys().next().value!, now);
    return track;
  }

  /** What a node that was forgotten has said before must not be taken for lost. */
  #forget(node: string, now: number): void {
    this.#tracks.delete(node);
    if (this.#since !== undefined) this.#since = now;
  }
}
