import { describe, expect, test } from "vitest";
import { closeFrame, textFrame } from "../support/frame-bytes.ts";
import { gate } from "../support/gate.ts";
import { request } from "../support/http-bytes.ts";
import { RawClient, turn } from "../support/raw-client.ts";
import { start } from "../support/start.ts";

describe("server.close()", () => {
  test("sends 1001 to everybody, waits for the closing handshakes, and counts them", async () => {
    const running = await start();
    const clients = await Promise.all(Array.from({ length: 10 }, () => running.open()));
    const done = running.server.close({ within: 5000 });
    for (const client of clients) {
      expect(await client.frames(1)).toEqual(["close 1001"]);
      client.write(closeFrame(1001));
    }
    expect(await done).toEqual({ closed: 10, terminated: 0 });
    for (const { value } of running.log.entries.filter(({ kind }) => kind === "closed"))
      expect(value).toMatchObject({ code: 1001, wasClean: true, by: "shutdown" });
    expect(running.log.count("closed")).toBe(10);
  });

  test("takes a code and a reason", async () => {
    const running = await start();
    const client = await running.open();
    const done = running.server.close({ code: 1012, reason: "restart", within: 5000 });
    const { payload } = await client.frame();
    expect(payload.readUInt16BE(0)).toBe(1012);
    expect(payload.subarray(2).toString()).toBe("restart");
    client.write(closeFrame(1012));
    await done;
  });

  test("terminates who does not answer in time", async () => {
    const running = await start();
    const silent = await running.open(undefined, { keepHalf: true });
    const polite = await running.open();
    const since = performance.now();
    const done = running.server.close({ within: 300 });
    await polite.frames(1);
    polite.write(closeFrame(1001));
    expect(await done).toEqual({ closed: 1, terminated: 1 });
    expect(performance.now() - since).toBeLessThan(2500);
    await silent.ended();
    expect(running.log.count("closed")).toBe(2);
  });

  test("keeps to its time though a handler never settles", async () => {
    const running = await start({ handler: { message: () => new Promise(() => {}) } });
    const client = await running.open();
    client.write(textFrame("x"));
    await running.log.next("text");
    const since = performance.now();
    expect(await running.server.close({ within: 300 })).toEqual({ closed: 0, terminated: 1 });
    expect(performance.now() - since).toBeLessThan(2000);
    await client.ended();
    expect(running.log.count("closed")).toBe(1);
  });

  test("waits for the callback that is pending, and resume() delivers nothing behind it", async () => {
    const busy = gate();
    const running = await start({
      handler: {
        async message(connection, data) {
          await busy.promise;
          connection.resume();
          connection.write(`done ${data}`);
        },
      },
    });
    const client = await running.open();
    client.write(textFrame("first"));
    client.write(textFrame("second"));
    await running.log.next("text");
    const done = running.server.close({ within: 5000 });
    for (const connection of running.server.connections) connection.resume();
    busy.resolve();
    expect(await client.frames(2)).toEqual(['text "done first"', "close 1001"]);
    client.write(closeFrame(1001));
    expect(await done).toEqual({ closed: 1, terminated: 0 });
    expect(running.log.count("text")).toBe(1);
  });

  test("within: 0 ends everything at once", async () => {
    const running = await start();
    const client = await running.open(undefined, { keepHalf: true });
    const since = performance.now();
    expect((await running.server.close({ within: 0 })).terminated).toBe(1);
    expect(performance.now() - since).toBeLessThan(1000);
    await client.ended();
  });

  test("accepts nobody any more, from the moment it is called", async () => {
    const running = await start();
    const target = running.target;
    const client = await running.open();
    const done = running.server.close({ within: 5000 });
    await turn();
    await expect(RawClient.connect(target)).rejects.toThrow(/ECONNREFUSED/);
    await client.frames(1);
    client.write(closeFrame(1001));
    await done;
  });

  test("answers handshakes under way with 503 or closes them", async () => {
    const running = await start({ handler: { handshake: () => new Promise<undefined>(() => {}) } });
    const half = await running.connect();
    half.write(request().subarray(0, 20));
    const waiting = await running.connect();
    waiting.write(request());
    await running.log.next("handshake");
    await running.server.close({ within: 500 });
    for (const client of [half, waiting]) {
      await client.ended();
      if (client.unread.length > 0) expect((await client.head()).status).toBe(503);
    }
    running.takeErrors();
  });

  test("lets a busy handler finish and its reply out", async () => {
    const busy = gate();
    const running = await start({
      handler: {
        async message(connection, data) {
          await busy.promise;
          connection.write(data);
        },
      },
    });
    const client = await running.open();
    client.write(textFrame("asked before"));
    await running.log.next("text");
    const done = running.server.close({ within: 5000 });
    await turn();
    busy.resolve();
    const lines = await client.frames(1);
    if (lines[0] === 'text "asked before"') expect(await client.frames(1)).toEqual(["close 1001"]);
    else expect(lines).toEqual(["close 1001"]);
    expect(lines).toEqual(['text "asked before"']);
    client.write(closeFrame(1001));
    await done;
  });

  test("calling it twice, or with nobody connected, is fine", async () => {
    const running = await start();
    const [first, second] = await Promise.all([running.server.close(), running.server.close()]);
    expect(first).toEqual({ closed: 0, terminated: 0 });
    expect(second.terminated).toBe(0);
    await running.server.close();
  });

  test("spread closes in batches over that time", async () => {
    const running = await start();
    const clients = await Promise.all(Array.from({ length: 20 }, () => running.open()));
    const arrivals: number[] = [];
    const done = running.server.close({ within: 5000, spread: 300 });
    await Promise.all(
      clients.map(async (client) => {
        await client.frames(1);
        arrivals.push(performance.now());
        client.write(closeFrame(1001));
      }),
    );
    expect(await done).toEqual({ closed: 20, terminated: 0 });
    expect(Math.max(...arrivals) - Math.min(...arrivals)).toBeGreaterThan(50);
  });

  test("await using closes the server", async () => {
    const running = await start();
    const client = await running.open();
    const disposed = running.server[Symbol.asyncDispose]();
    expect(await client.frames(1)).toEqual(["close 1001"]);
    client.write(closeFrame(1001));
    await disposed;
  });

  test("wrong options name themselves", async () => {
    const running = await start();
    const close = (options: object): Promise<unknown> => running.server.close(options);
    await expect(async () => close({ code: 1005 })).rejects.toThrow(RangeError);
    await expect(async () => close({ code: 1005 })).rejects.toThrow(/code/);
    await expect(async () => close({ within: -1 })).rejects.toThrow(/within/);
    await expect(async () => close({ reason: "x".repeat(124) })).rejects.toThrow(/reason/);
    await running.open();
  });
});
