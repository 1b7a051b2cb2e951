import { busCases } from "@exws/channels/conformance";
import { type Engine, RedisServer } from "@exws/engines";
import { afterAll, beforeAll, describe, test } from "vitest";
import { redisBus } from "../src/index.ts";
import { libraries } from "./support/clients.ts";
import { quick } from "./support/scene.ts";

const modes = [
  ["sharded", true],
  ["plain", false],
] as const;

const combinations = libraries.flatMap((each) =>
  modes.map(([mode, sharded]) => ({ ...each, mode, sharded })),
);

describe.each(combinations)("over $library, $mode", ({ connect, sharded }) => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(busCases.map((each) => [each.name, each] as const))("%s", async (_, { run }) => {
    const engine: Engine = server;
    const made = connect(server);
    try {
      await run({
        create: (prefix) => redisBus(made.client, { prefix, sharded, heartbeat: quick }),
        stop: () => engine.stop(),
        start: () => engine.start(),
        freeze: () => engine.freeze(),
        thaw: () => engine.thaw(),
        cut: () => engine.cut(),
      });
    } finally {
      made.end();
    }
  });
});
