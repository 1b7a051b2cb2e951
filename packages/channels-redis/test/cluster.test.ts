import { busCases } from "@exws/channels/conformance";
import { RedisCluster } from "@exws/engines";
import { afterAll, beforeAll, describe, test } from "vitest";
import { redisBus } from "../src/index.ts";
import { libraries } from "./support/clients.ts";
import { quick } from "./support/scene.ts";

const modes = [
  ["sharded", true],
  ["plain", false],
] as const;

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await RedisCluster.start();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const combinations = libraries.flatMap((each) =>
  modes.map(([mode, sharded]) => ({ ...each, mode, sharded })),
);

describe.each(combinations)("over a cluster by $library, $mode", ({ cluster: connect, sharded }) => {
  // A cluster needs 2 s before it serves again after a start: what needs that is done once for each library.
  const cases = busCases.filter(({ needs }) => sharded || needs.length === 0);
  test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, { run }) => {
    const made = connect(cluster);
    try {
      await run({
        create: (prefix) => redisBus(made.client, { prefix, sharded, heartbeat: quick }),
        stop: () => cluster.stop(),
        start: () => cluster.start(),
        freeze: () => cluster.freeze(),
        thaw: () => cluster.thaw(),
        cut: () => cluster.cut(),
      });
    } finally {
      made.end();
    }
  });
});
