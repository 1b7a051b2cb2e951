import { TcpProxy } from "@exws/engines";
import { expect, onTestFinished, test } from "vitest";
import { redisBus } from "../src/index.ts";
import { libraries } from "./support/clients.ts";
import { serverFor } from "./support/scene.ts";
import { StormNode } from "./support/storm-node.ts";

/** Numbers from 0 to `most` - 1 that a seed decides on (xorshift). */
function dice(seed: number): (most: number) => number {
  let state = seed | 1;
  return (most) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % most;
  };
}

/** The length of a fault, or of the time between two: not a wait for anything. */
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const heartbeat = { interval: 100, timeout: 400 };
const topics = Array.from({ length: 20 }, (_, i) => `t${i}`);

test.each(libraries)(
  "over $library, whatever breaks and whenever: order, no duplicates, and the right subscriptions in the end",
  async (library) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const roll = dice(seed);
    const server = await serverFor();
    const proxy = await TcpProxy.start(server.port);
    const refused = new Set<string>();
    const nodes = await Promise.all(
      Array.from({ length: 3 }, async (_, i) => {
        const made = library.connect(server, { port: proxy.port });
        const bus = redisBus(made.client, {
          heartbeat,
          pending: { count: 200 },
        });
        const node = new StormNode(bus, String(i), refused);
        await bus.open(node);
        onTestFinished(() => made.end());
        return node;
      }),
    );
    onTestFinished(async () => {
      await Promise.all(nodes.map(({ bus }) => bus.close()));
      await proxy[Symbol.asyncDispose]();
    });

    let isOver = false;
    const traffic = async (): Promise<void> => {
      while (!isOver) {
        for (const node of nodes) {
          for (let i = 0; i < 10; i++) node.say(topics[roll(20)]!);
          const some = [topics[roll(20)]!, topics[roll(20)]!];
          if (roll(2) === 0) node.subscribe(some);
          else node.unsubscribe(some);
        }
        await pause(roll(8));
      }
    };
    const busy = traffic();
    /** Breaks something for a while. */
    const during = (most: number, begin: () => unknown, end: () => unknown) => async (): Promise<void> => {
      await begin();
      await pause(roll(most));
      await end();
    };
    const faults = [
      during(
        300,
        () => server.stop(),
        () => server.start(),
      ),
      during(
        800,
        () => server.freeze(),
        () => server.thaw(),
      ),
      during(
        60,
        () => server.cut("normal"),
        () => server.cut("pubsub"),
      ),
      during(
        800,
        () => proxy.stick(),
        () => proxy.release(),
      ),
      during(
        800,
        () => proxy.hold("up"),
        () => proxy.release(),
      ),
      during(
        800,
        () => proxy.hold("down"),
        () => proxy.release(),
      ),
      during(
        300,
        () => proxy.refuse(),
        () => proxy.heal(),
      ),
      () => server.cut("pubsub"),
      () => server.cut(),
    ];
    for (const fault of faults.sort(() => roll(3) - 1)) {
      await fault();
      await pause(roll(400));
    }
    isOver = true;
    await busy;

    await Promise.all(nodes.flatMap(({ subscribed }) => subscribed));
    const expected = nodes.map(({ wanted }) =>
      [...wanted].flatMap((topic) => nodes.map((_, i) => `${topic} ${i}`)).sort(),
    );
    // Said again until all have heard it: what is half dead loses it, until that is noticed.
    const heardBy = async (): Promise<readonly string[][]> => {
      await Promise.allSettled(nodes.flatMap((node) => topics.map((topic) => node.sayEnd(topic))));
      return nodes.map(({ ends }) => [...ends].sort());
    };
    await expect.poll(heardBy, { message: `seed ${seed}`, timeout: 20_000 }).toEqual(expected);
    expect(
      nodes.flatMap((node) => node.faults),
      `seed ${seed}`,
    ).toEqual([]);
    for (const { heard, outages } of nodes) {
      expect(heard).toBeGreaterThan(100);
      expect(outages).toBeGreaterThan(1);
    }
  },
);
