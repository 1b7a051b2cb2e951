import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { afterHead, FakeServer, turn } from "../test/fake-kernel/fake-server.ts";
import { FakeSocket, settle } from "../test/fake-kernel/fake-socket.ts";
import { describe as line } from "../test/support/frame-bytes.ts";
import { close, ping, pong, write } from "./socket-functions.ts";

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "setImmediate", "performance"],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const sent = (socket: FakeSocket): string[] => socket.frames(afterHead(socket.wire)).map(line);

describe("on the socket of a connection", () => {
  test("they do what the methods of the connection do, and leave at once: who holds the socket may write to it next", async () => {
    const { socket } = await new FakeServer().open();
    expect(write(socket, "a")).toBe("sent");
    expect(write(socket, Buffer.of(1))).toBe("sent");
    expect(ping(socket, "b")).toBe("sent");
    expect(pong(socket)).toBe("sent");
    expect(sent(socket)).toEqual(['text "a"', "binary 01", "ping 62", "pong"]);
    expect(close(socket, 4000, "bye")).toBe("sent");
    expect(sent(socket).at(-1)).toBe("close 4000");
    expect([write(socket, "x"), ping(socket), pong(socket), close(socket)]).toEqual(Array(4).fill("closed"));
  });

  test("they say queued for a peer that is behind", async () => {
    const { socket } = await new FakeServer({ limits: { softBuffer: 5 } }).open();
    socket.limit(0);
    expect(write(socket, "a")).toBe("sent");
    expect(write(socket, "b")).toBe("queued");
  });

  test("wrong arguments are the errors of the methods", async () => {
    const { socket } = await new FakeServer().open();
    expect(() => write(socket, 5 as never)).toThrow(TypeError);
    expect(() => ping(socket, "x".repeat(126))).toThrow(RangeError);
    expect(() => close(socket, 1005)).toThrow(RangeError);
  });
});

describe("on a connection", () => {
  test("they are its methods: what is written leaves when the turn ends", async () => {
    const { socket, connection } = await new FakeServer().open();
    expect([write(connection, "a"), ping(connection), pong(connection, "c")]).toEqual(Array(3).fill("sent"));
    expect(sent(socket)).toEqual([]);
    await turn();
    expect(sent(socket)).toEqual(['text "a"', "ping", "pong 63"]);
    expect(close(connection)).toBe("sent");
    await turn();
    expect(sent(socket).at(-1)).toBe("close");
  });
});

describe("on something else", () => {
  test("a socket in its opening handshake is not open: closed", async () => {
    const fake = new FakeServer({ handler: { handshake: () => new Promise<void>(() => {}) } });
    const socket = fake.upgrade();
    await settle();
    expect([write(socket, "x"), ping(socket), pong(socket), close(socket)]).toEqual(Array(4).fill("closed"));
    expect(socket.wire.length).toBe(0);
  });

  test("a socket that was refused is not open either", async () => {
    const fake = new FakeServer({ origin: () => false });
    const socket = fake.connect();
    socket.receive(Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    await settle();
    expect(write(socket, "x")).toBe("closed");
  });

  test.each([
    ["a socket of somebody else", new FakeSocket()],
    ["an object", {}],
    ["nothing", undefined],
    ["null", null],
    ["a number", 5],
    ["an object that has some of it", { write() {} }],
  ])("%s is a TypeError", (_, target) => {
    for (const call of [write, ping, pong, close]) {
      expect(() => call(target as never, "x" as never)).toThrow(TypeError);
    }
  });
});
