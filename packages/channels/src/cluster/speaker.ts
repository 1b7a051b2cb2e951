import type { BusLink, Published } from "./bus-link.ts";
import type { Clock } from "./clock.ts";
import type { NodeCounts } from "./counts.ts";
import { encodeEnvelope, envelopeHeader, nowhere, type Place } from "./envelope.ts";
import { type Kind, kinds } from "./kind.ts";
import { Outgoing } from "./outgoing.ts";

/** Milliseconds that the numbers of a quiet topic are remembered. */
const remembered = 600_000;

/** What a speaker is made with. */
export type SpeakerContext = {
  /** The id of the node. */
  readonly node: string;
  readonly link: BusLink;
  readonly clock: Clock;
  readonly counts: NodeCounts;
};

/** What a node says: envelopes with numbers where their kind has them, and tails of what has gone quiet. Nothing here rejects. */
export class Speaker {
  readonly #context: SpeakerContext;
  readonly #outgoing = new Outgoing();

  constructor(context: SpeakerContext) {
    this.#context = context;
  }

  /** Bytes that the body of an envelope may have. */
  get maxBody(): number {
    return this.#context.link.maxPayload - envelopeHeader;
  }

  /** Says something on a topic, in the order of the calls. */
  say(topic: string, kind: Kind, body: Uint8Array): Promise<Published> {
    const { stream } = kinds[kind];
    // What can never be sent has no number. What the bus refuses has: others see by it that they have missed something.
    const isNumbered = stream !== undefined && body.length <= this.maxBody;
    return this.#publish(
      topic,
      kind,
      isNumbered ? this.#outgoing.next(topic, stream, this.#now()) : nowhere,
      body,
    );
  }

  /** Tells how far it went on topics that were quiet for so long. */
  tellTails(quiet: number): Promise<void>[] {
    return this.#outgoing.due(quiet, this.#now()).map(async ({ topic, place, body }) => {
      const { ok } = await this.#publish(topic, "tail", place, body);
      if (!ok) this.#outgoing.retell(topic);
    });
  }

  /** Somebody may have missed anything: all tails are due again. */
  retellTails(): void {
    this.#outgoing.retellAll();
  }

  /** Forgets topics that were quiet for long. */
  expire(): void {
    this.#outgoing.expire(remembered, this.#now());
  }

  async #publish(topic: string, kind: Kind, place: Place, body: Uint8Array): Promise<Published> {
    const { node, link, counts } = this.#context;
    const published = await link.publish(topic, encodeEnvelope({ kind, node, ...place, body }));
    if (kinds[kind].stream === "messages") counts[published.ok ? "published" : "unpublished"]++;
    return published;
  }

  #now(): number {
    return this.#context.clock.now();
  }
}
