import { describe, expect, test } from "vitest";
import { reject } from "../../src/index.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

const get = Buffer.from("GET / HTTP/1.1\r\nHost: exws.test\r\n\r\n");

describe("more than one request on a connection", () => {
  test.each([
    ["H113 another handshake in the same segment", true, request()],
    ["H116 a plain request in the same segment", true, get],
    ["H113 another handshake after the 101", false, request()],
    ["H116 a plain request after the 101", false, get],
  ])("%s is a malformed frame: 1002, never HTTP again", async (_, together, second) => {
    const running = await start();
    const client = await running.connect();
    client.write(together ? Buffer.concat([request(), second]) : request());
    expect((await client.head()).status).toBe(101);
    if (!together) client.write(second);
    expect(await client.framesToEnd()).toEqual(["close 1002"]);
    expect((await running.log.next("closed")).line).toBe("closed 1002 protocol");
  });

  test.each([
    ["a plain GET", get],
    ["a good handshake", request()],
  ])("H114 %s behind a refused handshake is discarded: one answer, then the end", async (_, second) => {
    const running = await start({ handler: { handshake: () => reject("invalid_token") } });
    const client = await running.connect();
    client.write(Buffer.concat([request(), second]));
    const head = await client.head();
    expect(head.status).toBe(400);
    expect(head.get("error")).toBe("invalid_token");
    expect(head.get("connection")?.toLowerCase()).toBe("close");
    await client.ended();
    expect(client.unread.toString()).toHaveLength(Number(head.get("content-length") ?? 0));
    expect(running.log.count("handshake")).toBe(1);
    expect(running.log.count("open")).toBe(0);
  });

  test("H114 a GET behind a malformed handshake is discarded", async () => {
    const running = await start();
    const client = await running.connect();
    client.write(Buffer.concat([request({ without: ["Host"] }), get]));
    const head = await client.head();
    expect(head.status).toBe(400);
    await client.ended();
    expect(client.unread.toString()).not.toContain("HTTP/1.1");
  });

  test("H115 a handshake behind a plain GET is answered in order, or the connection is closed", async () => {
    const running = await start({ request: () => ({ status: 200, body: "page" }) });
    const client = await running.connect();
    client.write(Buffer.concat([get, request()]));
    const head = await client.head();
    expect(head.status).toBe(200);
    expect((await client.bytes(Number(head.get("content-length")))).toString()).toBe("page");
    if (head.get("connection")?.toLowerCase() === "close") {
      await client.ended();
      expect(client.unread.length).toBe(0);
      expect(running.log.entries).toEqual([]);
    } else {
      expect((await client.head()).status).toBe(101);
    }
  });
});
