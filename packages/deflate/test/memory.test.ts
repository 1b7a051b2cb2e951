import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { permessageDeflate } from "../src/index.ts";
import { connect } from "./support/connection.ts";
import { json } from "./support/messages.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Octets of buffers and of the heap that are in use. Buffers are freed some time after they are collected. */
async function used(): Promise<{ buffers: number; heap: number }> {
  for (let i = 0; i < 5; i += 1) {
    collect();
    await setImmediate();
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return { buffers: arrayBuffers, heap: heapUsed };
}

const count = 10_000;

test("a connection without context holds less than 200 octets, and no buffers", async () => {
  const extension = permessageDeflate();
  connect(extension).encode(json(2_000));
  const connections = new Array(count);
  const before = await used();
  for (let i = 0; i < count; i += 1) connections[i] = connect(extension);
  const after = await used();
  expect((after.heap - before.heap) / count).toBeLessThan(200);
  expect((after.buffers - before.buffers) / count).toBeLessThan(1);
  expect(connections).toHaveLength(count);
});

test("context takes its window for each connection, and is freed when the connection closes", async () => {
  const extension = permessageDeflate({ serverContextTakeover: true, serverMaxWindowBits: 12 });
  const message = json(5_000);
  connect(extension).encode(message);
  const before = await used();
  const connections = Array.from({ length: count }, () => connect(extension));
  for (const connection of connections) connection.encode(message);
  const held = ((await used()).buffers - before.buffers) / count;
  expect(held).toBeGreaterThan(4_000);
  expect(held).toBeLessThan(4_200);
  for (const connection of connections) connection.close();
  expect(((await used()).buffers - before.buffers) / count).toBeLessThan(100);
  expect(connections).toHaveLength(count);
});
