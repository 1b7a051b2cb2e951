import { describe, expect, test } from "vitest";
import { binary, close, ping, pong, text, write } from "../../src/index.ts";
import { closeFrame } from "../support/frame-bytes.ts";
import type { RawClient } from "../support/raw-client.ts";
import { start, type TestConnection, type TestHandler } from "../support/start.ts";

type Open = { client: RawClient; connection: TestConnection; closed: () => Promise<unknown> };

async function opened(handler: TestHandler = {}): Promise<Open> {
  const running = await start({ handler });
  const client = await running.open();
  const connection = (await running.log.next("open")).connection as TestConnection;
  return { client, connection, closed: () => running.log.next("closed") };
}

describe("connection.write", () => {
  test("a string is sent as text, bytes as binary, a prepared message as it is", async () => {
    const { client, connection } = await opened();
    expect(connection.write("gr\u00fc\u00dfe")).toBe("sent");
    expect(connection.write(Uint8Array.of(1, 2))).toBe("sent");
    expect(connection.write(text("prepared"))).toBe("sent");
    expect(connection.write(binary(Uint8Array.of(3)))).toBe("sent");
    expect(connection.write("")).toBe("sent");
    expect(await client.frames(5)).toEqual([
      'text "gr\u00fc\u00dfe"',
      "binary 0102",
      'text "prepared"',
      "binary 03",
      'text ""',
    ]);
  });

  test.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])(
    "a message of %i octets is framed with the shortest length",
    async (length) => {
      const { client, connection } = await opened();
      const payload = Buffer.alloc(length, 0x7a);
      connection.write(payload);
      connection.write(payload.toString());
      expect((await client.frame()).payload.equals(payload)).toBe(true);
      expect((await client.frame()).payload.equals(payload)).toBe(true);
    },
  );

  test("a view sends exactly its own bytes", async () => {
    const { client, connection } = await opened();
    const whole = Uint8Array.of(0, 1, 2, 3, 4, 5);
    connection.write(whole.subarray(2, 4));
    connection.write(Buffer.from(whole.buffer, 1, 2));
    expect(await client.frames(2)).toEqual(["binary 0203", "binary 0102"]);
  });

  test.each([
    ["a number", 5],
    ["undefined", undefined],
    ["null", null],
    ["an object with a length", { length: 10 }],
    ["an array", [1, 2]],
    ["an ArrayBuffer", new ArrayBuffer(4)],
    ["a DataView", new DataView(new ArrayBuffer(4))],
    ["a Float32Array", new Float32Array(4)],
    ["a Uint16Array", new Uint16Array(4)],
    ["a thing shaped like a prepared message", { bytes: "x", payload: "x", type: "text" }],
  ])("%s is a TypeError, and nothing is sent", async (_, value) => {
    const { client, connection } = await opened();
    expect(() => connection.write(value as never)).toThrow(TypeError);
    expect(() => connection.ping(value === undefined ? (null as never) : (value as never))).toThrow(
      TypeError,
    );
    connection.write("end");
    expect(await client.frames(1)).toEqual(['text "end"']);
  });

  test("a detached buffer sends nothing of anybody's memory", async () => {
    const { client, connection } = await opened();
    const bytes = new Uint8Array(16).fill(1);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    let empty = true;
    try {
      connection.write(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      empty = false;
    }
    connection.write("end");
    expect(await client.frames(empty ? 2 : 1)).toEqual([...(empty ? ["binary"] : []), 'text "end"']);
  });

  test("lone surrogates become U+FFFD: what is sent is always UTF-8", async () => {
    const { client, connection } = await opened();
    connection.write("a\ud800b");
    expect(await client.frames(1)).toEqual(['text "a\ufffdb"']);
  });

  test("messages of one turn arrive in the order of their writes, whatever their kind and size", async () => {
    const { client, connection } = await opened();
    const sent: string[] = [];
    for (let i = 0; i < 200; i++) {
      if (i % 3 === 0) {
        connection.write(`${i}`);
        sent.push(`text "${i}"`);
      } else if (i % 3 === 1) {
        connection.write(Buffer.alloc(i * 7, i));
        sent.push(i * 7 > 64 ? `binary of ${i * 7}` : `binary ${Buffer.alloc(i * 7, i).toString("hex")}`);
      } else {
        connection.write(text(`p${i}`));
        sent.push(`text "p${i}"`);
      }
    }
    expect(await client.frames(200)).toEqual(sent);
  });

  test("small bytes may be reused at once after write", async () => {
    const { client, connection } = await opened();
    const scratch = new Uint8Array(8);
    for (let i = 0; i < 5; i++) connection.write(scratch.fill(i));
    expect(await client.frames(5)).toEqual([0, 1, 2, 3, 4].map((i) => `binary ${`0${i}`.repeat(8)}`));
  });

  test("encode turns what the application writes into a message", async () => {
    const { client, connection } = await opened({
      encode: (data) => (typeof data === "string" ? data : JSON.stringify(data)),
    });
    connection.write({ hello: "world" } as never);
    connection.write("plain");
    expect(await client.frames(2)).toEqual([`text ${JSON.stringify('{"hello":"world"}')}`, 'text "plain"']);
  });
});

describe("ping and pong", () => {
  test("carry up to 125 octets", async () => {
    const { client, connection } = await opened();
    expect(connection.ping()).toBe("sent");
    expect(connection.ping("hi")).toBe("sent");
    expect(connection.pong(Uint8Array.of(1))).toBe("sent");
    expect(await client.frames(3)).toEqual(["ping", "ping 6869", "pong 01"]);
    expect(() => connection.ping("x".repeat(126))).toThrow(RangeError);
    expect(() => connection.pong(new Uint8Array(126))).toThrow(RangeError);
    expect(() => connection.ping("\u20ac".repeat(42))).toThrow(RangeError);
    connection.ping("x".repeat(125));
    expect((await client.frame()).payload.length).toBe(125);
  });
});

describe("the functions that take a socket", () => {
  test("write, ping, pong and close work on connection.socket from anywhere", async () => {
    const { client, connection, closed } = await opened();
    const { socket } = connection;
    expect(write(socket, "a")).toBe("sent");
    expect(write(socket, Uint8Array.of(1))).toBe("sent");
    expect(write(socket, text("b"))).toBe("sent");
    expect(ping(socket)).toBe("sent");
    expect(ping(socket, "p")).toBe("sent");
    expect(pong(socket, "q")).toBe("sent");
    close(socket, 4000, "bye");
    expect(await client.frames(7)).toEqual([
      'text "a"',
      "binary 01",
      'text "b"',
      "ping",
      "ping 70",
      "pong 71",
      "close 4000",
    ]);
    client.write(closeFrame(4000));
    await closed();
    expect(write(socket, "late")).toBe("closed");
    expect(ping(socket)).toBe("closed");
    expect(pong(socket)).toBe("closed");
    expect(close(socket)).toBe("closed");
  });

  test("socket.write(text(…).bytes) sends a whole frame, in order with connection.write", async () => {
    const { client, connection } = await opened();
    connection.write("before");
    connection.socket.write(text("leto atreides").bytes);
    connection.write("after");
    const lines = await client.frames(3);
    expect(lines).toContain('text "leto atreides"');
    expect(lines.filter((line) => !line.includes("leto"))).toEqual(['text "before"', 'text "after"']);
  });

  test("a socket that is none of ours is a TypeError or closed, never a write", async () => {
    const { connection } = await opened();
    const { Socket } = await import("node:net");
    const stranger = new Socket();
    for (const call of [
      () => write(stranger, "x"),
      () => ping(stranger),
      () => pong(stranger),
      () => close(stranger),
    ]) {
      try {
        expect(call()).toBe("closed");
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
    }
    expect(connection.write("x")).toBe("sent");
    stranger.destroy();
  });
});

describe("prepared messages", () => {
  test("are framed once and sent to many, also as constants", async () => {
    const hello = text("hello");
    expect(Buffer.from(hello.bytes).toString("hex")).toBe("810568656c6c6f");
    expect(Buffer.from(binary(Uint8Array.of(1)).bytes).toString("hex")).toBe("820101");
    const running = await start({ handler: { open: (connection) => void connection.write(hello) } });
    const clients = await Promise.all(Array.from({ length: 20 }, () => running.open()));
    for (const client of clients) expect(await client.frames(1)).toEqual(['text "hello"']);
    expect(Buffer.from(hello.bytes).toString("hex")).toBe("810568656c6c6f");
  });
});
