import {
  Channels,
  type ChannelsOptions,
  type MemoryBus,
  MemoryHub,
  type MemoryHubOptions,
} from "../../src/index.ts";
import type { FakeMember } from "./fake-member.ts";
import { TestClock } from "./test-clock.ts";

type Options = Omit<ChannelsOptions<unknown, FakeMember>, "bus">;

/** A process of a {@link TestCluster}, and what its hooks have told. */
export type TestNode = {
  readonly bus: MemoryBus;
  readonly channels: Channels<unknown, FakeMember>;
  readonly states: string[];
  /** As `channel lost`. */
  readonly gaps: string[];
  readonly errors: unknown[];
};

/** Some processes on one hub, on one clock. */
export class TestCluster {
  readonly hub: MemoryHub;
  readonly clock = new TestClock();
  readonly nodes: TestNode[] = [];

  constructor(options?: MemoryHubOptions) {
    this.hub = new MemoryHub(options);
  }

  /** A process that has started, and not yet connected. */
  start({ cluster, ...options }: Options = {}): TestNode {
    const bus = this.hub.bus();
    const states: string[] = [];
    const gaps: string[] = [];
    const errors: unknown[] = [];
    const channels = new Channels<unknown, FakeMember>({
      bus,
      cluster: { clock: this.clock, ...cluster },
      onBus: (state) => states.push(state),
      onGap: ({ id, lost }) => gaps.push(`${id} ${lost}`),
      onError: (error) => errors.push(error),
      ...options,
    });
    const node = { bus, channels, states, gaps, errors };
    this.nodes.push(node);
    return node;
  }

  /** So many processes that know each other. */
  async connected(count: number, options?: Options): Promise<TestNode[]> {
    const nodes = Array.from({ length: count }, () => this.start(options));
    await Promise.all(nodes.map(({ channels }) => channels.ready));
    await this.clock.pass(100);
    return nodes;
  }

  /** Closes all. */
  async end(): Promise<void> {
    await Promise.all([...this.nodes.map(({ channels }) => channels.close()), this.clock.pass(1000)]);
  }
}
