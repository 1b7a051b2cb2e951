import type { Bus } from "../bus.ts";
import { BusError } from "../bus-error.ts";
import type { Clock } from "./clock.ts";
import type { Place } from "./envelope.ts";
import {
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  envelopeHeader,
  newNodeId,
  nowhere,
} from "./envelope.ts";
import { type Kind, kinds, type Stream } from "./kind.ts";
import type { ResolvedCluster } from "./options.ts";
import { Outgoing } from "./outgoing.ts";
import type { NodePart } from "./part.ts";
import { Peers } from "./peers.ts";
import { type Subscription, Subscriptions } from "./subscriptions.ts";
import { decodeTail } from "./tail.ts";
import { inboxOf, nodesTopic, topicOf } from "./topic.ts";

/** Whether a message was handed to the engine. That somebody got it is not said. */
export type Published = { readonly ok: true } | { readonly ok: false; readonly error: BusError };

/** How the bus is. `none`: there is none. `closed`: by `close`, or because the first connection failed. */
export type BusState = "none" | "connecting" | "up" | "down" | "closed";

/** Who owns a node. */
export interface NodeOwner {
  /** The bus is up, or down. */
  changed(state: "up" | "down", error?: BusError): void;
  /** Something failed that nobody waits for. */
  failed(error: unknown): void;
}

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
  /** Envelopes that came again, and were ignored. */
  duplicates: number;
  /** Payloads that were ignored because they are no envelope, of another version, or cannot be read. */
  foreign: number;
};

/** Nothing has happened yet. */
export function noCounts(): NodeCounts {
  return { published: 0, unpublished: 0, received: 0, lost: 0, duplicates: 0, foreign: 0 };
}

/** Milliseconds that a topic is remembered by who speaks on it, when it is quiet, and by who hears it. */
const remembered = { outgoing: 600_000, incoming: 1_800_000 };

/** Milliseconds that goodbyes may take. */
const farewell = 1000;

/** Marks a heartbeat of somebody who may have missed everything: it asks for heartbeats, and for tails. */
const asksBack = 1;

/**
 * One process among others on a bus: speaks and hears envelopes, keeps their numbers, knows who else is there. What is said is up
 * to its parts.
 */
export class BusNode {
  /** Made anew for every process. */
  readonly id: string = newNodeId();
  readonly clock: Clock;
  readonly options: ResolvedCluster;
  readonly peers: Peers = new Peers();
  readonly subscriptions: Subscriptions;
  readonly counts: NodeCounts = {
    published: 0,
    unpublished: 0,
    received: 0,
    lost: 0,
    duplicates: 0,
    foreign: 0,
  };
  readonly #bus: Bus;
  readonly #owner: NodeOwner;
  readonly #isSilent: boolean;
  readonly #outgoing = new Outgoing();
  readonly #parts: NodePart[] = [];
  readonly #partOf = new Map<Kind, NodePart>();
  readonly #opened: Promise<BusError | undefined>;
  #state: BusState = "connecting";
  #error: BusError | undefined;
  #isWatched = false;
  #stopTicking: () => void = () => {};
  #ticks = 0;
  #lastTick: number;

  /** Opens the bus. A silent node (a publisher) sends no heartbeats: others do not count with it. */
  constructor(bus: Bus, options: ResolvedCluster, owner: NodeOwner, isSilent = false) {
    this.#bus = bus;
    this.options = options;
    this.clock = options.clock;
    this.#owner = owner;
    this.#isSilent = isSilent;
    this.subscriptions = new Subscriptions({
      now: () => this.clock.now(),
      subscribe: (topics) => this.#bus.subscribe(topics),
      unsubscribe: (topics) => this.#bus.unsubscribe(topics),
      subscribed: (id) => this.#each((part) => part.subscribed?.(id)),
      unsubscribed: (id) => this.#each((part) => part.unsubscribed?.(id)),
      refused: (_id, error) => this.#owner.failed(error),
    });
    this.#lastTick = this.clock.now();
    this.#opened = this.#open();
  }

  /** How the bus is, and if it is down or closed by a failure, why. */
  get state(): BusState {
    return this.#state;
  }

  /** Why the bus is down. */
  get error(): BusError | undefined {
    return this.#error;
  }

  /** Resolves when the bus is connected, or the first attempt has failed and that is allowed; rejects when it is not. */
  get ready(): Promise<void> {
    this.#isWatched = true;
    return this.#opened.then((error) => {
      if (error !== undefined) throw error;
    });
  }

  /** Bytes that the body of an envelope may have. */
  get maxBody(): number {
    return this.#bus.maxPayload - envelopeHeader;
  }

  /** Takes in a part. It hears its kinds from now on. */
  add(part: NodePart): void {
    this.#parts.push(part);
    for (const kind of part.kinds) this.#partOf.set(kind, part);
  }

  /** Says something on the topic of a channel, in the order of the calls. Never rejects. */
  say(id: string, kind: Kind, body: Uint8Array): Promise<Published> {
    if (body.length > this.maxBody) return Promise.resolve(this.#tooLarge(kind));
    const topic = this.subscriptions.of(id)?.topic ?? topicOf(id);
    const { stream } = kinds[kind];
    // The number is used up even if the bus refuses: others see by it that they have missed something.
    const place = stream === undefined ? nowhere : this.#outgoing.next(topic, stream, this.clock.now());
    return this.#publish(topic, kind, place, body);
  }

  /** Says something to all nodes, or to one. Never rejects. */
  tell(node: string | undefined, kind: Kind, body: Uint8Array): Promise<Published> {
    if (body.length > this.maxBody) return Promise.resolve(this.#tooLarge(kind));
    return this.#publish(node === undefined ? nodesTopic : inboxOf(node), kind, nowhere, body);
  }

  /** Says goodbye and closes the bus. Never rejects. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#stopTicking();
    if (this.#state === "up") {
      this.#each((part) => part.close?.());
      const last = this.#tellTails(0);
      if (!this.#isSilent) last.push(this.tell(undefined, "bye", new Uint8Array(0)));
      await this.#atMost(farewell, Promise.all(last));
    }
    await this.#end();
  }

  async #open(): Promise<BusError | undefined> {
    const error = await this.#connect();
    if (this.#state === "closed") return error;
    if (error !== undefined && !this.options.startLocally) {
      this.#error = error;
      if (!this.#isWatched) this.#owner.failed(error);
      await this.#end();
      return error;
    }
    const half = this.options.heartbeat / 2;
    this.#stopTicking = this.clock.every(half, () => this.#tick(half));
    // Everything that should be heard is asked for, whether the bus is up or not yet.
    this.subscriptions.open();
    const own = this.#isSilent ? [nodesTopic] : [nodesTopic, inboxOf(this.id)];
    const listening = this.#bus.subscribe(own).catch((refusal: BusError) => {
      if (refusal.code !== "closed") this.#owner.failed(refusal);
    });
    // The bus may have told more since.
    if (this.#state !== "connecting") return undefined;
    if (error === undefined) this.#up(listening);
    else this.#down(error);
    return undefined;
  }

  /** Resolves with the error, if there is one. */
  async #connect(): Promise<BusError | undefined> {
    try {
      await this.#bus.open({
        message: (topic, payload) => this.#message(topic, payload),
        up: () => this.#up(Promise.resolve()),
        down: (error) => this.#down(error),
      });
      return undefined;
    } catch (error) {
      return asBusError(error);
    }
  }

  #up(listening: Promise<void>): void {
    if (this.#state === "closed" || this.#state === "up") return;
    this.#state = "up";
    this.#error = undefined;
    const now = this.clock.now();
    this.peers.refresh(now);
    this.#outgoing.retellAll();
    this.#owner.changed("up");
    this.#each((part) => part.up?.());
    // Answers are asked for when they can be heard.
    void listening.then(() => this.#beat(asksBack));
  }

  #down(error: BusError): void {
    if (this.#state === "closed" || this.#state === "down") return;
    this.#state = "down";
    this.#error = error;
    this.#owner.changed("down", error);
    this.#each((part) => part.down?.());
  }

  async #end(): Promise<void> {
    this.#state = "closed";
    this.subscriptions.close();
    try {
      await this.#bus.close();
    } catch (error) {
      this.#owner.failed(error);
    }
  }

  #tick(half: number): void {
    const now = this.clock.now();
    // Who was stopped itself has heard nobody: what waits is heard before anybody is judged.
    const wasStopped = now - this.#lastTick > this.options.ttl / 2;
    this.#lastTick = now;
    this.#ticks++;
    if (this.#state !== "up") return;
    if (this.#ticks % 2 === 0) this.#beat(0);
    this.#tellTails(half);
    if (wasStopped) this.peers.refresh(now);
    for (const node of this.peers.expire(this.options.ttl - half, now)) {
      this.#each((part) => part.gone?.(node));
    }
    this.#outgoing.expire(remembered.outgoing, now);
    for (const { incoming } of this.subscriptions.all) incoming.expire(remembered.incoming, now);
  }

  #beat(flags: number): void {
    if (!this.#isSilent) void this.tell(undefined, "heartbeat", Uint8Array.of(flags));
  }

  #tellTails(quiet: number): Promise<unknown>[] {
    return this.#outgoing.due(quiet, this.clock.now()).map(async ({ topic, place, body }) => {
      const { ok } = await this.#publish(topic, "tail", place, body);
      if (!ok) this.#outgoing.retell(topic);
    });
  }

  async #publish(topic: string, kind: Kind, place: Place, body: Uint8Array): Promise<Published> {
    const isMessage = kinds[kind].stream === "messages";
    try {
      if (this.#state === "closed") throw new BusError("closed", "Channels are closed");
      if (this.#state === "connecting") throw new BusError("unavailable", "The bus is not connected yet");
      await this.#bus.publish(topic, encodeEnvelope({ kind, node: this.id, ...place, body }));
      if (isMessage) this.counts.published++;
      return { ok: true };
    } catch (error) {
      if (isMessage) this.counts.unpublished++;
      return { ok: false, error: asBusError(error) };
    }
  }

  #tooLarge(kind: Kind): Published {
    if (kinds[kind].stream === "messages") this.counts.unpublished++;
    const error = new BusError("too-large", `A message for other nodes has at most ${this.maxBody} bytes`);
    return { ok: false, error };
  }

  #message(topic: string, payload: Uint8Array): void {
    if (this.#state === "closed") return;
    const envelope = decodeEnvelope(payload);
    if (envelope === undefined) {
      this.counts.foreign++;
      return;
    }
    if (envelope.node === this.id) return;
    this.peers.touch(envelope.node, this.clock.now());
    if (topic.startsWith(nodesTopic)) this.#hearNode(envelope);
    else this.#hearChannel(envelope, this.subscriptions.on(topic));
  }

  #hearNode(envelope: Envelope): void {
    const { kind, node } = envelope;
    if (kinds[kind].place !== "node") this.counts.foreign++;
    else if (kind === "heartbeat") this.#hearHeartbeat(envelope);
    else if (kind === "bye") {
      if (this.peers.remove(node)) this.#each((part) => part.gone?.(node));
    } else this.#hand(envelope, undefined);
  }

  #hearHeartbeat({ node, body }: Envelope): void {
    const flags = body[0];
    if (body.length !== 1 || flags === undefined) {
      this.counts.foreign++;
      return;
    }
    if ((flags & asksBack) !== 0) {
      this.#outgoing.retellAll();
      if (!this.#isSilent) void this.tell(node, "heartbeat", Uint8Array.of(0));
    }
    if (this.peers.add(node, this.clock.now())) this.#each((part) => part.found?.(node));
  }

  #hearChannel(envelope: Envelope, subscription: Subscription | undefined): void {
    // What was on its way when the channel was left is nobody's any more.
    if (subscription === undefined) return;
    const { kind } = envelope;
    const { place, stream } = kinds[kind];
    if (place !== "channel") this.counts.foreign++;
    else if (kind === "tail") this.#hearTail(envelope, subscription);
    else if (stream === undefined) this.#hand(envelope, subscription.id);
    else {
      const missing = subscription.incoming.note(envelope, stream, this.clock.now());
      if (missing < 0) {
        this.counts.duplicates++;
        return;
      }
      this.#miss(subscription.id, envelope.node, stream, missing);
      if (this.#hand(envelope, subscription.id) && stream === "messages") this.counts.received++;
    }
  }

  #hearTail(envelope: Envelope, { id, incoming }: Subscription): void {
    const tail = decodeTail(envelope.body);
    if (tail === undefined) {
      this.counts.foreign++;
      return;
    }
    const missing = incoming.noteTail(envelope, tail, this.clock.now());
    this.#miss(id, envelope.node, "messages", missing.messages);
    this.#miss(id, envelope.node, "presence", missing.presence);
  }

  #miss(id: string, node: string, stream: Stream, lost: number): void {
    if (lost === 0) return;
    if (stream === "messages") this.counts.lost += lost;
    this.#each((part) => part.missed?.(id, node, stream, lost));
  }

  #hand(envelope: Envelope, id: string | undefined): boolean {
    if (this.#partOf.get(envelope.kind)?.hear(envelope, id) === true) return true;
    this.counts.foreign++;
    return false;
  }

  #each(tell: (part: NodePart) => void): void {
    for (const part of this.#parts) tell(part);
  }

  async #atMost(milliseconds: number, promise: Promise<unknown>): Promise<void> {
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.clock.after(milliseconds, resolve);
    });
    await Promise.race([promise, late]);
    cancel();
  }
}

/** What a bus has rejected with; anything but a BusError is a fault of the bus. */
function asBusError(error: unknown): BusError {
  // Another copy of this package may have made it.
  if (error instanceof Error && error.name === "BusError") return error as BusError;
  return new BusError("unavailable", "The bus failed", { cause: error });
}
