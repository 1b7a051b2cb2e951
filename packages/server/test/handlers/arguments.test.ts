import { describe, expect, test } from "vitest";
import { accept } from "../../src/index.ts";
import { binaryFrame, frame, textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { destroyClients, turn } from "../support/raw-client.ts";
import { start } from "../support/start.ts";

describe("what message and raw get", () => {
  test("text is a string, binary a Uint8Array of exactly its octets", async () => {
    const running = await start();
    const client = await running.open();
    client.write(Buffer.concat([textFrame("gr\u00fc\u00dfe \u{1f600}"), binaryFrame(Buffer.from([0, 255]))]));
    expect((await running.log.next("text")).value).toBe("gr\u00fc\u00dfe \u{1f600}");
    const { value } = await running.log.next("binary");
    expect(value).toBeInstanceOf(Uint8Array);
    expect([...(value as Uint8Array)]).toEqual([0, 255]);
  });

  test("the bytes are the handler's own: later traffic does not change them", async () => {
    const running = await start();
    const client = await running.open();
    const kept: [Uint8Array, number][] = [];
    for (let i = 0; i < 200; i++) {
      client.write(frame({ opcode: 2, payload: Buffer.alloc((i * 37) % 300, i), key: [i, 1, 2, 3] }));
      kept.push([(await running.log.next("binary")).value as Uint8Array, i]);
    }
    for (const [bytes, i] of kept) expect(bytes.every((octet) => octet === i)).toBe(true);
  });

  test("a handler may change the bytes it got without touching other messages", async () => {
    const running = await start({
      handler: { message: (_, data) => void (typeof data === "string" || data.fill(0)) },
    });
    const client = await running.open();
    client.write(
      Buffer.concat([binaryFrame(Buffer.from([1, 1])), binaryFrame(Buffer.from([2, 2])), textFrame("ok")]),
    );
    await running.log.next("text");
    expect(running.log.lines()).toEqual(["open", "binary 0101", "binary 0202", 'text "ok"']);
  });

  test("raw gets the bytes of both kinds, undecoded, with their type", async () => {
    const running = await start({ handler: { raw() {} } });
    const client = await running.open();
    client.write(
      Buffer.concat([
        textFrame("\u00e4"),
        binaryFrame(Buffer.from([1])),
        frame({ opcode: 1, fin: false, payload: "a" }),
        frame({ opcode: 0, payload: "b" }),
      ]),
    );
    for (let i = 0; i < 3; i++) await running.log.next("raw");
    expect(running.log.lines()).toEqual(["open", "raw text c3a4", "raw binary 01", "raw text 6162"]);
  });
});

describe("what handshake gets", () => {
  test("the connection has an address and a socket, and cannot send yet", async () => {
    const results: unknown[] = [];
    const running = await start({
      handler: {
        handshake(_, connection) {
          results.push(
            connection.remoteAddress,
            connection.readyState,
            connection.write("too early"),
            connection.ping(),
            typeof connection.socket,
          );
        },
      },
    });
    const client = await running.open();
    await running.log.next("open");
    expect(results).toEqual(["127.0.0.1", "connecting", "closed", "closed", "object"]);
    await turn();
    expect(client.unread.length).toBe(0);
  });

  test("accept({ headers }) adds fields to the 101, and may set cookies", async () => {
    const running = await start({
      handler: {
        handshake: () => accept({ headers: { "X-Served-By": "exws", "Set-Cookie": "a=b; HttpOnly" } }),
      },
    });
    const client = await running.connect();
    client.write(request());
    const head = await client.head();
    expect(head.status).toBe(101);
    expect(head.get("x-served-by")).toBe("exws");
    expect(head.get("set-cookie")).toBe("a=b; HttpOnly");
    destroyClients();
  });
});
