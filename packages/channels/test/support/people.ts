import { expect } from "vitest";
import { Channels, type ChannelsOptions, type MemoryBus, MemoryHub } from "../../src/index.ts";
import type { FakeMember } from "./fake-member.ts";
import { settled, TestClock } from "./test-clock.ts";

type User = { user: string; mood?: string };
type Types = { [room: string]: { meta: User } };
export type Options = ChannelsOptions<Types, FakeMember>;

/** A process, and what its presence has told. */
export type Node = {
  readonly bus: MemoryBus;
  readonly channels: Channels<Types, FakeMember>;
  /** The diffs since the last time, as lines, in order. */
  readonly lines: () => string[];
  readonly errors: unknown[];
};

/** Processes on one hub that show users by name; `ghost` is hidden. */
export class Cluster {
  readonly hub: MemoryHub;
  readonly clock = new TestClock();
  readonly nodes: Node[] = [];

  constructor(maxPayload = 1_048_576) {
    this.hub = new MemoryHub({ maxPayload, patience: Number.POSITIVE_INFINITY });
  }

  async start(options: Options = {}): Promise<Node> {
    const bus = this.hub.bus();
    const diffs: string[] = [];
    const errors: unknown[] = [];
    const channels = new Channels<Types, FakeMember>({
      bus,
      cluster: { clock: this.clock },
      presence: {
        key: (_, { user }) => (user === "ghost" ? undefined : user),
        onChange(id, { joined, left, changed }) {
          for (const { key } of joined) diffs.push(`${id}+${key}`);
          for (const { key } of left) diffs.push(`${id}-${key}`);
          for (const { key, meta } of changed) diffs.push(`${id}~${key} ${meta.mood}`);
        },
      },
      onError: (error) => void errors.push(error),
      ...options,
    });
    await channels.ready;
    await settled();
    const node = { bus, channels, errors, lines: () => diffs.splice(0) };
    this.nodes.push(node);
    return node;
  }

  async several(count: number, options: Options = {}): Promise<Node[]> {
    const nodes: Node[] = [];
    for (let i = 0; i < count; i++) nodes.push(await this.start(options));
    return nodes;
  }

  async end(): Promise<void> {
    await Promise.all([...this.nodes.map(({ channels }) => channels.close()), this.clock.pass(1000)]);
    for (const { errors } of this.nodes) expect(errors).toEqual([]);
  }
}
