import type { Bus } from "../bus.ts";
import type { BusError } from "../bus-error.ts";
import { BusLink, type BusState, type Published } from "./bus-link.ts";
import type { Clock } from "./clock.ts";
import { type NodeCounts, noCounts } from "./counts.ts";
import { decodeEnvelope, type Envelope, newNodeId } from "./envelope.ts";
import { type Kind, kinds, type Stream } from "./kind.ts";
import type { ResolvedCluster } from "./options.ts";
import { OwnTopics } from "./own-topics.ts";
import type { NodePart } from "./part.ts";
import { Peers } from "./peers.ts";
import { Speaker } from "./speaker.ts";
import { type Subscription, Subscriptions } from "./subscriptions.ts";
import { decodeTail } from "./tail.ts";
import { inboxOf, nodesTopic, topicOf } from "./topic.ts";

/** Who owns a node. */
export interface NodeOwner {
  /** The bus is up, or down. */
  changed(state: "up" | "down", error?: BusError): void;
  /** Something failed that nobody waits for. */
  failed(error: unknown): void;
}

/** Milliseconds that silent nodes are followed on a topic: longer than they themselves remember where they were. */
const followed = 1_800_000;

/** Milliseconds that goodbyes may take. */
const farewell = 1000;

/** The body of a heartbeat: who has just connected asks who is there; who was connected before has missed something, and asks for tails. */
const flags = { none: 0, asksWho: 1, asksTails: 2 } as const;

/** Every so many ticks what is too old is looked for. */
const sweepTicks = 24;

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
  readonly counts: NodeCounts = noCounts();
  readonly #owner: NodeOwner;
  readonly #isSilent: boolean;
  readonly #parts: NodePart[] = [];
  readonly #partOf = new Map<Kind, NodePart>();
  readonly #link: BusLink;
  readonly #speaker: Speaker;
  readonly #ownTopics: OwnTopics;
  #stopTicking: () => void = () => {};
  #hasEnded = false;
  #closed: Promise<void> | undefined;
  #wasUp = false;
  #ticks = 0;
  #lastTick: number;

  /** Opens the bus. A silent node (a publisher) sends no heartbeats: others do not count with it. */
  constructor(bus: Bus, options: ResolvedCluster, owner: NodeOwner, isSilent = false) {
    this.options = options;
    this.clock = options.clock;
    this.#owner = owner;
    this.#isSilent = isSilent;
    this.#lastTick = this.clock.now();
    this.subscriptions = new Subscriptions({
      now: () => this.clock.now(),
      subscribe: (topics) => this.#link.subscribe(topics),
      unsubscribe: (topics) => this.#link.unsubscribe(topics),
      subscribed: (id) => this.#each((part) => part.subscribed?.(id)),
      unsubscribed: (id) => this.#each((part) => part.unsubscribed?.(id)),
      refused: (_id, error) => owner.failed(error),
    });
    this.#ownTopics = new OwnTopics(isSilent ? [nodesTopic] : [nodesTopic, inboxOf(this.id)], {
      subscribe: (topics) => this.#link.subscribe(topics),
      refused: (error) => owner.failed(error),
    });
    this.#link = new BusLink(bus, options.startLocally, {
      message: (topic, payload) => this.#message(topic, payload),
      opened: () => this.#begin(),
      up: () => this.#up(),
      down: (error) => this.#down(error),
      ended: () => this.#end(),
      failed: (error) => owner.failed(error),
    });
    this.#speaker = new Speaker({ node: this.id, link: this.#link, clock: this.clock, counts: this.counts });
  }

  /** How the bus is. */
  get state(): BusState {
    return this.#link.state;
  }

  /** Why the bus is down or was given up. */
  get error(): BusError | undefined {
    return this.#link.error;
  }

  /** Resolves when the bus is connected, or the first attempt has failed and that is allowed; rejects when it is not. */
  get ready(): Promise<void> {
    return this.#link.ready;
  }

  /** Bytes that the body of an envelope may have. */
  get maxBody(): number {
    return this.#speaker.maxBody;
  }

  /** Takes in a part. It hears its kinds from now on. */
  add(part: NodePart): void {
    this.#parts.push(part);
    for (const kind of part.kinds) this.#partOf.set(kind, part);
  }

  /** Says something on the topic of a channel, in the order of the calls. Never rejects. */
  say(id: string, kind: Kind, body: Uint8Array): Promise<Published> {
    const topic = this.subscriptions.of(id)?.topic ?? topicOf(id);
    return this.#speaker.say(topic, kind, body);
  }

  /** Says something to all nodes, or to one. Never rejects. */
  tell(node: string | undefined, kind: Kind, body: Uint8Array): Promise<Published> {
    return this.#speaker.say(node === undefined ? nodesTopic : inboxOf(node), kind, body);
  }

  /** Says goodbye and closes the bus. Never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#endParts();
    if (this.state === "up") {
      const last: Promise<unknown>[] = this.#speaker.tellTails(0);
      if (!this.#isSilent) last.push(this.tell(undefined, "bye", new Uint8Array(0)));
      await this.#atMost(farewell, Promise.all(last));
    }
    await this.#link.close();
  }

  /** Everything that should be heard is asked for, whether the bus is up or not yet. */
  #begin(): void {
    const half = this.options.heartbeat / 2;
    this.#stopTicking = this.clock.every(half, () => this.#tick(half));
    void this.#ownTopics.listen();
    this.subscriptions.open();
  }

  #up(): void {
    this.peers.refresh(this.clock.now());
    this.#speaker.retellTails();
    const listening = this.#ownTopics.listen();
    this.subscriptions.again();
    this.#owner.changed("up");
    this.#each((part) => part.up?.());
    // Answers are asked for when they can be heard.
    const asked = this.#wasUp ? flags.asksWho | flags.asksTails : flags.asksWho;
    this.#wasUp = true;
    void listening.then(() => this.#beat(asked));
  }

  #down(error: BusError): void {
    this.#owner.changed("down", error);
    this.#each((part) => part.down?.());
  }

  #endParts(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stopTicking();
    this.#each((part) => part.close?.());
  }

  #end(): void {
    this.#endParts();
    this.peers.clear();
    this.subscriptions.close();
  }

  #tick(half: number): void {
    const now = this.clock.now();
    // Who was stopped itself has heard nobody: what waits is heard before anybody is judged.
    const wasStopped = now - this.#lastTick > this.options.ttl / 2;
    this.#lastTick = now;
    this.#ticks++;
    if (this.state !== "up") return;
    if (this.#ticks % 2 === 0) this.#beat(flags.none);
    this.#speaker.tellTails(half);
    if (wasStopped) this.peers.refresh(now);
    for (const node of this.peers.expire(this.options.ttl - half, now)) {
      this.#each((part) => part.gone?.(node));
    }
    if (this.#ticks % sweepTicks !== 0) return;
    this.#speaker.expire();
    for (const { incoming } of this.subscriptions.all) incoming.expire(followed, now);
  }

  #beat(asked: number): void {
    if (!this.#isSilent) void this.tell(undefined, "heartbeat", Uint8Array.of(asked));
  }

  #message(topic: string, payload: Uint8Array): void {
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
    const asked = body[0];
    if (body.length !== 1 || asked === undefined) {
      this.counts.foreign++;
      return;
    }
    if ((asked & flags.asksTails) !== 0) this.#speaker.retellTails();
    if ((asked & flags.asksWho) !== 0 && !this.#isSilent) {
      void this.tell(node, "heartbeat", Uint8Array.of(flags.none));
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
    else this.#hearNumbered(envelope, subscription, stream);
  }

  #hearNumbered(envelope: Envelope, { id, incoming }: Subscription, stream: Stream): void {
    const missing = incoming.note(envelope, stream, this.clock.now());
    if (missing < 0) {
      this.counts.duplicates++;
      return;
    }
    this.#miss(id, envelope.node, stream, missing);
    if (this.#hand(envelope, id) && stream === "messages") this.counts.received++;
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
    const part = this.#partOf.get(envelope.kind);
    // Others may have presence or history where we have not, and ask questions that a publisher has no answer to.
    if (part === undefined) return false;
    const isRead = part.hear(envelope, id);
    if (!isRead) this.counts.foreign++;
    return isRead;
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
