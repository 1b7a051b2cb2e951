import { describe, expect, test } from "vitest";
import { textFrame } from "../support/frame-bytes.ts";
import { gate } from "../support/gate.ts";
import { request } from "../support/http-bytes.ts";
import { turn } from "../support/raw-client.ts";
import { start } from "../support/start.ts";

describe("limits on how many", () => {
  test("one handshake more than limits.handshakes is answered with 503 and closed; the others go on", async () => {
    const running = await start({ limits: { handshakes: 2 } });
    const waiting = [await running.connect(), await running.connect()];
    for (const client of waiting) client.write(request().subarray(0, 10));
    await turn();
    const third = await running.connect();
    third.write(request());
    expect((await third.head()).status).toBe(503);
    await third.ended();
    for (const client of waiting) {
      client.write(request().subarray(10));
      expect((await client.head()).status).toBe(101);
    }
    await running.open();
  });

  test("a handshake() that waits counts as a handshake", async () => {
    const busy = gate();
    const running = await start({ limits: { handshakes: 1 }, handler: { handshake: () => busy.promise } });
    const first = await running.connect();
    first.write(request());
    await running.log.next("handshake");
    const second = await running.connect();
    second.write(request());
    expect((await second.head()).status).toBe(503);
    await second.ended();
    busy.resolve();
    expect((await first.head()).status).toBe(101);
  });

  test("one connection more than limits.connections is answered with 503 and Retry-After", async () => {
    const running = await start({
      limits: { connections: 2 },
      handler: { message: (connection, data) => void connection.write(data) },
    });
    const first = await running.open();
    const second = await running.open();
    const third = await running.connect();
    third.write(request());
    const head = await third.head();
    expect(head.status).toBe(503);
    expect(head.get("retry-after")).toMatch(/^\d+$/);
    await third.ended();
    expect(running.log.count("open")).toBe(2);
    for (const client of [first, second]) {
      client.write(textFrame("still here"));
      expect(await client.frames(1)).toEqual(['text "still here"']);
    }
  });

  test("a place that becomes free is taken by the next", async () => {
    const running = await start({ limits: { connections: 1 } });
    for (let i = 0; i < 5; i++) {
      const client = await running.open();
      client.destroy();
      await running.log.next("closed");
      await running.empty();
    }
    expect(running.log.count("open")).toBe(5);
  });

  test("aborted handshakes give their places back", async () => {
    const running = await start({ limits: { handshakes: 2, connections: 2 } });
    for (let i = 0; i < 10; i++) {
      const client = await running.connect();
      client.write(request().subarray(0, 20));
      await turn();
      if (i % 2 === 0) client.reset();
      else client.destroy();
      await turn();
    }
    await running.empty();
    await running.open();
    await running.open();
  });
});
