import { expect, test } from "vitest";
import { Child } from "../support/child.ts";
import { textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { RawClient, turn } from "../support/raw-client.ts";

test("out of file descriptors: who is connected goes on, who is refused is told or cut, and it recovers by itself", async () => {
  const child = await Child.start("echo-server", { before: "ulimit -n 64" });
  const target = { port: child.port };
  const early = await child.open();
  const crowd: RawClient[] = [];
  for (let i = 0; i < 200; i++) {
    const client = await RawClient.connect(target).catch(() => undefined);
    if (client === undefined) continue;
    client.write(request());
    crowd.push(client);
    await turn();
  }
  const answers = await Promise.all(
    crowd.map((client) =>
      client.head().then(
        ({ status }) => status,
        () => 0,
      ),
    ),
  );
  expect(answers.filter((status) => status === 101).length).toBeGreaterThan(5);
  expect(answers.filter((status) => status !== 101).length).toBeGreaterThan(100);
  expect(new Set(answers).size).toBeLessThanOrEqual(3);
  for (const status of answers) expect([101, 503, 0]).toContain(status);

  early.write(textFrame("still here"));
  expect(await early.frames(1)).toEqual(['text "still here"']);

  for (const client of crowd) client.destroy();
  while ((await child.ask<number>("count")) > 1);
  const late = await child.open();
  late.write(textFrame("recovered"));
  expect(await late.frames(1)).toEqual(['text "recovered"']);
  expect((await child.ask<{ errors: number }>("tally")).errors).toBeLessThan(10);
}, 60_000);

test("by default there are at most 0.9 connections for every file descriptor: then 503 with Retry-After, and counted", async () => {
  const child = await Child.start("echo-server", { before: "ulimit -n 300" });
  const crowd: RawClient[] = [];
  for (let i = 0; i < 275; i++) {
    const client = await child.connect();
    client.write(request());
    crowd.push(client);
  }
  const heads = await Promise.all(crowd.map((client) => client.head().catch(() => undefined)));
  const refused = heads.filter((head) => head?.status !== 101);
  expect(heads.length - refused.length).toBeLessThanOrEqual(270);
  expect(heads.length - refused.length).toBeGreaterThan(250);
  expect(refused.map((head) => [head?.status, head?.get("retry-after") !== undefined])).toEqual(
    refused.map(() => [503, true]),
  );
  expect((await child.ask<{ rejected: number }>("stats")).rejected).toBe(refused.length);
}, 60_000);
