import { describe, expect, test } from "vitest";
import { pingFrame, pongFrame, textFrame } from "../support/frame-bytes.ts";
import { start, type TestConnection } from "../support/start.ts";

const repeat = (bytes: Buffer, count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => bytes));

describe("control frames", () => {
  test("100 Pings in one segment are no attack: Pongs come back, the last Ping's among them, and the connection lives", async () => {
    const running = await start({ handler: { message: (connection, data) => void connection.write(data) } });
    const client = await running.open();
    client.write(
      Buffer.concat([...Array.from({ length: 100 }, (_, i) => pingFrame(`${i}`)), textFrame("alive")]),
    );
    const lines: string[] = [];
    while (lines.at(-1) !== 'text "alive"') lines.push(...(await client.frames(1)));
    const pongs = lines.slice(0, -1);
    const digits = (i: number): string => `pong ${Buffer.from(`${i}`).toString("hex")}`;
    expect(pongs.length).toBeGreaterThan(0);
    expect(pongs.length).toBeLessThanOrEqual(100);
    expect(pongs.at(-1)).toBe(digits(99));
    const order = pongs.map((line) => Number(Buffer.from(line.slice(5), "hex").toString()));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(running.log.count("ping")).toBe(100);
  });

  test.each([
    ["Pings", pingFrame("x")],
    ["Pongs", pongFrame("x")],
  ])("more than the burst of 200 %s at once are 1008", async (_, frame) => {
    const running = await start();
    const client = await running.open();
    client.write(repeat(frame, 2000));
    const lines = await client.framesToEnd();
    expect(lines.filter((line) => !line.startsWith("pong"))).toEqual(["close 1008"]);
    expect((await running.log.next("closed")).line).toBe("closed 1008 protocol");
  });

  test("the rate is an option", async () => {
    const running = await start({ limits: { controlFrames: { perSecond: 10_000, burst: 10_000 } } });
    const client = await running.open();
    client.write(repeat(pingFrame("x"), 2000));
    for (let i = 0; i < 2000; i++) await running.log.next("ping");
  });

  test("10^5 Pings from a peer that never reads: what waits to be sent stays below 64 KiB", async () => {
    let most = 0;
    const watch = (connection: TestConnection): void => {
      most = Math.max(most, connection.bufferedAmount);
    };
    const running = await start({
      limits: { controlFrames: { perSecond: 1_000_000, burst: 1_000_000 } },
      handler: { ping: watch, message: watch },
    });
    const client = await running.open();
    client.pause();
    const batch = repeat(pingFrame(Buffer.alloc(125)), 1000);
    for (let i = 0; i < 100; i++) {
      if (!client.socket.write(batch)) await new Promise((resolve) => client.socket.once("drain", resolve));
    }
    client.write(textFrame("done"));
    await running.log.next("text");
    expect(running.log.count("ping")).toBe(100_000);
    expect(most).toBeLessThanOrEqual(65_536);
    client.resume();
  });
});
