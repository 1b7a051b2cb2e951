import { describe, expect, test } from "vitest";
import { frame, pongFrame, textFrame } from "../support/frame-bytes.ts";
import { start } from "../support/start.ts";

const limits = { pingInterval: 200, pingTimeout: 200 };

describe("the heartbeat", () => {
  test("a Ping is sent after silence, and an answered one keeps the connection", async () => {
    const running = await start({ limits });
    const since = performance.now();
    const client = await running.open();
    for (let i = 0; i < 3; i++) {
      const ping = await client.frame();
      expect(ping.opcode).toBe(9);
      client.write(pongFrame(ping.payload));
    }
    const elapsed = performance.now() - since;
    expect(elapsed).toBeGreaterThan(3 * 150);
    expect(elapsed).toBeLessThan(3 * 200 + 2500);
    expect(running.log.count("closed")).toBe(0);
  });

  test("a peer that answers nothing is dead after pingTimeout: 1006 by timeout, TCP gone", async () => {
    const running = await start({ limits });
    const client = await running.open();
    const since = performance.now();
    expect(await client.frames(1)).toEqual([expect.stringMatching(/^ping/)]);
    const { value } = await running.log.next("closed");
    const elapsed = performance.now() - since;
    expect(value).toMatchObject({ code: 1006, wasClean: false, by: "timeout" });
    expect(elapsed).toBeGreaterThan(300);
    expect(elapsed).toBeLessThan(2500);
    await client.ended();
  });

  test.each([
    ["data", textFrame("x")],
    ["half a frame", frame({ opcode: 1, claimed: 100_000n })],
    ["a Pong with another payload", pongFrame("other")],
  ])("%s is a sign of life as well as a Pong", async (_, bytes) => {
    const running = await start({ limits });
    const client = await running.open();
    expect((await client.frame()).opcode).toBe(9);
    client.write(bytes);
    expect((await client.frame()).opcode, "it is asked again instead of being dropped").toBe(9);
    expect(running.log.count("closed")).toBe(0);
  });

  test("a peer that keeps sending is never asked", async () => {
    const running = await start({
      limits,
      handler: { message: (connection, data) => void connection.write(data) },
    });
    const busy = await running.open();
    const quiet = await running.open();
    const chatter = setInterval(() => busy.write(textFrame("x")), 20);
    await quiet.ended();
    clearInterval(chatter);
    await busy.frames(1);
    expect(busy.unread.includes(0x89)).toBe(false);
  });

  test("a peer that takes what we send but says nothing is dead all the same", async () => {
    const running = await start({ limits });
    const client = await running.open();
    const { connection } = await running.log.next("open");
    const feed = setInterval(() => (connection as { write(data: string): string }).write("news"), 20);
    expect((await running.log.next("closed")).line).toBe("closed 1006 timeout");
    clearInterval(feed);
    await client.ended();
  });

  test("idleTimeout closes a connection that answers Pings but carries no data", async () => {
    const running = await start({ limits: { pingInterval: 100, pingTimeout: 1000, idleTimeout: 500 } });
    const client = await running.open();
    const lines: string[] = [];
    while (!lines.at(-1)?.startsWith("close")) {
      const sent = await client.frame();
      lines.push(sent.opcode === 8 ? "close" : "ping");
      if (sent.opcode === 9) client.write(pongFrame(sent.payload));
      else client.write(frame({ opcode: 8, payload: sent.payload }));
    }
    expect(lines[0]).toBe("ping");
    expect((await running.log.next("closed")).value).toMatchObject({ by: "timeout" });
  });

  test("lifetime closes a connection however busy it is", async () => {
    const running = await start({ limits: { lifetime: 300 } });
    const client = await running.open();
    const since = performance.now();
    const chatter = setInterval(() => client.write(textFrame("x")), 20);
    const sent = await client.frame();
    clearInterval(chatter);
    expect(sent.opcode).toBe(8);
    expect(performance.now() - since).toBeGreaterThan(250);
    client.write(frame({ opcode: 8, payload: sent.payload }));
    expect((await running.log.next("closed")).value).toMatchObject({ wasClean: true, by: "timeout" });
  });
});
