import type { Numbered } from "./ledger.ts";

/** How a server process reaches the others. */
export type BusConfig = {
  readonly kind: "ioredis" | "node-redis" | "nats";
  readonly port: number;
};

/** What a server process is started with. */
export type NodeConfig = {
  readonly name: string;
  readonly bus: BusConfig;
  readonly heartbeat: number;
  readonly ttl: number;
  /** The channel has a history. */
  readonly history?: boolean;
};

/** What the test tells a server process to do. Each is answered with what it returns. */
export type Commands = {
  /** By what name the other nodes know this one. */
  id(): string;
  /** Publishes a number every `every` milliseconds in the channel `room`, until `stopPublishing`. */
  startPublishing(every: number): void;
  /** Returns the number published last. */
  stopPublishing(): Numbered;
  /** Publishes one more number. */
  publishOne(): Numbered;
  /** What this node counts; `lost` and `unpublished` are messages, by the name of their publisher. */
  counts(): Counts;
  /** Who is in the channel, in the eyes of this node. */
  presence(): readonly string[];
  /** Asks all nodes how many members the channel has. */
  sizeOfAll(): Promise<{ readonly size: number; readonly silent: number }>;
  /** Holds up the event loop. */
  block(milliseconds: number): void;
};

export type Counts = {
  readonly bus: string;
  /** Other nodes that are known to be there. */
  readonly nodes: number;
  readonly lost: Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly foreign: number;
  readonly unpublished: number;
  readonly received: number;
};

/** What a server process says unasked. */
export type Event =
  | { readonly event: "ready"; readonly url: string }
  | { readonly event: "bus"; readonly state: string; readonly error?: string }
  | { readonly event: "failure"; readonly error: string };
