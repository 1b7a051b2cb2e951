import { expect, test } from "vitest";
import { Child } from "../support/child.ts";
import { closeFrame, hex, textFrame } from "../support/frame-bytes.ts";
import type { RawClient } from "../support/raw-client.ts";

type Memory = { used: number; handles: number };

/** The ways a connection may end, in turn. */
const ends: ((client: RawClient) => Promise<void> | void)[] = [
  async (client) => {
    client.write(closeFrame(1000));
    await client.ended();
  },
  (client) => client.reset(),
  (client) => client.fin(),
  (client) => client.write(hex("ff 80 00000000")),
];

async function churn(child: Child, connections: number): Promise<void> {
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun < connections) {
      const end = ends[begun++ % ends.length]!;
      const client = await child.open();
      client.write(textFrame("hello"));
      await client.frame();
      await end(client);
      client.destroy();
    }
  };
  await Promise.all(Array.from({ length: 20 }, lane));
  while ((await child.ask<number>("count")) > 0);
}

test("10,000 connections that connect, echo and end in four ways leave nothing behind", async () => {
  const child = await Child.start("echo-server", {
    flags: ["--expose-gc"],
    options: { limits: { lingerTimeout: 500 } },
  });
  // Node 22 keeps the code it compiles for the first 5,000 or so (0.8 MB), and lets go of it after 20,000.
  await churn(child, 6000);
  const before = await child.ask<Memory>("memory");
  await churn(child, 10_000);
  const after = await child.ask<Memory>("memory");
  expect(after.used).toBeLessThan(before.used * 1.05);
  expect(after.handles).toBeLessThanOrEqual(before.handles);
  const tally = await child.ask<{ opened: number; closed: number; handled: number; errors: number }>("tally");
  expect(tally).toMatchObject({ opened: 16_000, closed: 16_000, handled: 16_000, errors: 0 });
}, 60_000);
