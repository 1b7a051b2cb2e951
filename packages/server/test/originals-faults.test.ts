/** One test for each fault of the originals that must not be here (design.md §1). */
import { describe, expect, test } from "vitest";
import { text } from "../src/index.ts";
import { closeFrame, frame, hex, textFrame } from "./support/frame-bytes.ts";
import { request } from "./support/http-bytes.ts";
import { turn } from "./support/raw-client.ts";
import { start, type TestConnection } from "./support/start.ts";

describe("what was wrong with the originals", () => {
  test("complete frames lost when a partial one follows in the same packet", async () => {
    const running = await start();
    const client = await running.open();
    const last = textFrame("c");
    for (let cut = 1; cut < last.length; cut++) {
      await client.writeParts([
        Buffer.concat([textFrame("a"), textFrame("b"), last.subarray(0, cut)]),
        last.subarray(cut),
      ]);
      for (const data of ["a", "b", "c"]) expect((await running.log.next("text")).value).toBe(data);
    }
  });

  test("messages reordered when a packet ends after one header byte", async () => {
    const running = await start();
    const client = await running.open();
    const last = textFrame("d");
    await client.writeParts([
      Buffer.concat([textFrame("a"), textFrame("b"), textFrame("c"), last.subarray(0, 1)]),
      last.subarray(1),
    ]);
    for (const data of ["a", "b", "c", "d"]) expect((await running.log.next("text")).value).toBe(data);
  });

  test("a crash when the header is split before a protocol error", async () => {
    const running = await start();
    const other = await running.open();
    const client = await running.open();
    await client.writeCut(hex("81 01 61"), 1);
    expect(await client.framesToEnd()).toEqual(["close 1002"]);
    other.write(textFrame("alive"));
    expect((await running.log.next("text")).value).toBe("alive");
  });

  test("a 123-byte close reason crashes", async () => {
    const running = await start();
    const client = await running.open();
    client.write(closeFrame(4000, "x".repeat(123)));
    expect(await client.framesToEnd()).toEqual(["close 4000"]);
    const second = await running.open();
    await running.log.next("open");
    const connection = (await running.log.next("open")).connection as TestConnection;
    connection.close(4000, "x".repeat(123));
    expect((await second.frame()).payload.length).toBe(125);
    second.write(closeFrame(4000));
    await second.ended();
  });

  test("only five headers reach the handshake callback", async () => {
    const running = await start();
    await running.open(request({ add: ["token: secret", "Cookie: a=b", "X-Any: 1"] }));
    const { headers } = (await running.log.next("handshake")).value as {
      headers: { get(name: string): string | undefined; size: number };
    };
    expect([headers.get("token"), headers.get("cookie"), headers.get("x-any")]).toEqual([
      "secret",
      "a=b",
      "1",
    ]);
  });

  test("version refused without Sec-WebSocket-Version: 13", async () => {
    const running = await start();
    const client = await running.connect();
    client.write(request({ replace: { "Sec-WebSocket-Version": "Sec-WebSocket-Version: 8" } }));
    const head = await client.head();
    expect([head.status, head.get("sec-websocket-version")]).toEqual([426, "13"]);
    await client.ended();
  });

  test.each([
    ["close code 1001 answered with 1000", 1001, "close 1001"],
    ["close code 1014 refused", 1014, "close 1014"],
    ["close code 5000 accepted", 5000, "close 1002"],
    ["close code 65535 accepted", 65_535, "close 1002"],
  ])("%s", async (_, code, answer) => {
    const running = await start();
    const client = await running.open();
    client.write(closeFrame(code));
    expect(await client.framesToEnd()).toEqual([answer]);
  });

  test("TCP closed without waiting for the peer's close", async () => {
    const running = await start();
    const client = await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    connection.close(4000);
    expect(await client.frames(1)).toEqual(["close 4000"]);
    for (let i = 0; i < 10; i++) await turn();
    expect(client.ending).toBeUndefined();
    client.write(closeFrame(4000));
    await client.ended();
    expect((await running.log.next("closed")).value).toMatchObject({ wasClean: true });
  });

  test("one slow peer holds up what is sent to the others", async () => {
    const running = await start({ onOverflow: "drop-newest" });
    const slow = await running.open();
    slow.pause();
    const quick = await running.open();
    const before = performance.now();
    const news = text("x".repeat(60_000));
    for (let round = 0; round < 200; round++) {
      for (const connection of running.server.connections) connection.write(news);
      expect((await quick.frame()).payload.length).toBe(60_000);
    }
    expect(performance.now() - before).toBeLessThan(5000);
    slow.destroy();
  });

  test("order of two messages to one peer not kept", async () => {
    const running = await start();
    const client = await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    for (let i = 0; i < 500; i++) {
      if (i % 50 === 0) await turn();
      connection.write(i % 2 === 0 ? `${i}` : text(`${i}`));
    }
    expect(await client.frames(500)).toEqual(Array.from({ length: 500 }, (_, i) => `text "${i}"`));
  });

  test("Nagle left on: pipelined echo stalls at 44 ms", async () => {
    const running = await start({ handler: { message: (connection, data) => void connection.write(data) } });
    const client = await running.open();
    const before = performance.now();
    for (let i = 0; i < 40; i++) {
      // Two replies in two turns: with Nagle the second waits for the delayed ACK of the first.
      await client.writeParts([textFrame("a"), textFrame("b")]);
      expect(await client.frames(2)).toEqual(['text "a"', 'text "b"']);
    }
    expect((performance.now() - before) / 40).toBeLessThan(30);
  });

  test("no limits at all: a 2^63 length is accumulated", async () => {
    const running = await start();
    const client = await running.open();
    client.write(frame({ opcode: 2, claimed: 2n ** 62n }));
    expect(await client.framesToEnd()).toEqual([expect.stringMatching(/^close 10(02|09)$/)]);
  });

  test("UTF-8 left to the application", async () => {
    const running = await start();
    const client = await running.open();
    client.write(hex("81 81 00000000 ff"));
    expect(await client.framesToEnd()).toEqual(["close 1007"]);
  });
});
