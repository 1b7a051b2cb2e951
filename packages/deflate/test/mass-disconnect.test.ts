import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { permessageDeflate } from "../src/index.ts";
import { connect } from "./support/connection.ts";
import { json, noise } from "./support/messages.ts";

test("2,000 connections are lost with jobs in flight: all settle at once, and the next one is served", async () => {
  const extension = permessageDeflate({ serverContextTakeover: true, clientContextTakeover: true });
  const connections = Array.from({ length: 2_000 }, () => connect(extension));
  const message = json(100_000);
  const pending = connections.flatMap((connection) => [
    connection.encode(message),
    connection.decode(noise(40_000)),
  ]);
  expect(pending.every((result) => result instanceof Promise)).toBe(true);
  for (const connection of connections) connection.close();
  const outcomes = Promise.all(pending);
  // No job has ended yet: nothing but this turn's promises is needed.
  const first = await Promise.race([outcomes, setImmediate("late")]);
  expect(first).not.toBe("late");
  for (const [index, outcome] of (await outcomes).entries()) {
    expect(outcome).toEqual(index % 2 === 0 ? undefined : new Uint8Array(0));
  }
  expect(await connect(extension).encode(message)).toBeInstanceOf(Uint8Array);
});
