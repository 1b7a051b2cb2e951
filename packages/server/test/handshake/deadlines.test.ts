import { describe, expect, test } from "vitest";
import { gate } from "../support/gate.ts";
import { request } from "../support/http-bytes.ts";
import type { RawClient } from "../support/raw-client.ts";
import { start } from "../support/start.ts";

/** Instead of the 10 s of the catalogue; one second of tolerance, as there. */
const handshakeTimeout = 400;
const tolerance = 1000;

const limits = { handshakeTimeout };

/** Waits for the end and checks that it came at the limit, with 408 or without an answer. */
async function expectTimeout(client: RawClient, since: number): Promise<void> {
  await client.ended();
  const elapsed = performance.now() - since;
  expect(elapsed).toBeGreaterThan(handshakeTimeout - 50);
  expect(elapsed).toBeLessThan(handshakeTimeout + tolerance);
  if (client.unread.length > 0) expect((await client.head()).status).toBe(408);
}

describe("the deadline of the opening handshake", () => {
  test("a peer that sends nothing is closed", async () => {
    const running = await start({ limits });
    const since = performance.now();
    await expectTimeout(await running.connect(), since);
    expect(running.log.entries).toEqual([]);
  });

  test("a peer that sends one byte at a time does not extend it", async () => {
    const running = await start({ limits });
    const since = performance.now();
    const client = await running.connect();
    const bytes = request();
    let sent = 0;
    const drip = setInterval(() => client.write(bytes.subarray(sent, ++sent)), 10);
    await expectTimeout(client, since);
    clearInterval(drip);
    expect(sent).toBeLessThan(bytes.length);
    expect(running.log.entries).toEqual([]);
  });

  test("a peer that stops after the last header but one is closed", async () => {
    const running = await start({ limits });
    const since = performance.now();
    const client = await running.connect();
    client.write(request().subarray(0, -2));
    await expectTimeout(client, since);
    expect(running.log.entries).toEqual([]);
  });

  test("a handshake() that never settles is answered with 503, and its connection is never opened", async () => {
    const running = await start({ limits, handler: { handshake: () => new Promise<undefined>(() => {}) } });
    const since = performance.now();
    const client = await running.connect();
    client.write(request());
    expect((await client.head()).status).toBe(503);
    await client.ended();
    expect(performance.now() - since).toBeLessThan(handshakeTimeout + tolerance);
    expect(running.log.lines()).toEqual([]);
    running.takeErrors();
  });

  test("a handshake() that settles after its deadline changes nothing", async () => {
    const busy = gate();
    const running = await start({ limits, handler: { handshake: () => busy.promise } });
    const client = await running.connect();
    client.write(request());
    expect((await client.head()).status).toBe(503);
    busy.resolve();
    await client.ended();
    expect(client.unread.toString("latin1")).not.toContain("101");
    expect(running.log.lines()).toEqual([]);
    running.takeErrors();
  });

  test("once open, the connection has no such deadline", async () => {
    const running = await start({
      limits: { handshakeTimeout: 50 },
      handler: { message: (connection, data) => void connection.write(data) },
    });
    const client = await running.open();
    // Another connection that runs into the deadline shows that it has passed.
    await (await running.connect()).ended();
    client.write(Buffer.from("818100000000" + "31", "hex"));
    expect(await client.frames(1)).toEqual(['text "1"']);
  });
});
