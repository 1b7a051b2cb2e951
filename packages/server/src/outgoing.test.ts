import { text } from "@exws/frame";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeSocket, settle } from "../test/fake-kernel/fake-socket.ts";
import { frame } from "../test/support/frame-bytes.ts";
import { Outbox } from "./outbox.ts";
import { Outgoing } from "./outgoing.ts";
import { emptyStats } from "./stats.ts";
import { TurnWriter } from "./turn-writer.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setImmediate", "clearImmediate"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What an extension makes of a payload: it is turned round. */
const turned = (payload: Uint8Array): Uint8Array => Uint8Array.from(payload).reverse();

type How = "at once" | "later";

/** An extension for messages of 3 octets and more that encodes at once or when the test says so, and what goes out; `ends`: its failure is the end. */
function make(
  how: How,
  { softBuffer = 1_000, hardBuffer = 5_000, room = Number.POSITIVE_INFINITY, ends = false } = {},
) {
  const socket = new FakeSocket(room);
  const log: string[] = [];
  const pending: { finish: () => void; fail: (error: Error) => void; size: number }[] = [];
  const later = <Value>(size: number, value: Value): Value | Promise<Value> =>
    how === "at once"
      ? value
      : new Promise<Value>((resolve, reject) =>
          pending.push({ size, finish: () => resolve(value), fail: (error) => reject(error) }),
        );
  const outbox = new Outbox(
    socket,
    new TurnWriter(emptyStats()),
    { softBuffer, hardBuffer, pongs: 16, onOverflow: "close" },
    {
      onBlocked: () => {},
      onDrained: (asked) => log.push(asked ? "drained, asked for" : "drained"),
      onOverflow: () => log.push("overflow"),
      onDropped: () => log.push("dropped"),
      onEnded: () => log.push("ended"),
    },
  );
  const transform = {
    rsv: 4,
    threshold: 3,
    encode(payload: Uint8Array) {
      if (payload.includes(0x21)) throw new Error("at once");
      return later(payload.length, payload.includes(0x3f) ? undefined : turned(payload));
    },
    encodePrepared: (message: { payload: Uint8Array }) =>
      later(
        message.payload.length,
        frame({ opcode: 1, rsv: 4, payload: turned(message.payload), key: null }),
      ),
    decode: turned,
    close() {},
  };
  const outgoing: Outgoing = new Outgoing(transform, outbox, {
    onFailure(error) {
      log.push(`failed: ${(error as Error).message}`);
      if (ends) end();
    },
    onEncoded: () => log.push("encoded"),
  });
  /** Frames as `rsv opcode payload`, the way they stand on the wire. */
  const sent = (): string[] => {
    vi.runAllTimers();
    const lines: string[] = [];
    for (let { wire } = socket; wire.length > 0; ) {
      const length = wire[1]! < 126 ? wire[1]! : wire.readUInt16BE(2);
      const start = wire[1]! < 126 ? 2 : 4;
      lines.push(`${(wire[0]! >> 4) & 7} ${wire[0]! & 15} ${wire.subarray(start, start + length)}`);
      wire = wire.subarray(start + length);
    }
    return lines;
  };
  const close = frame({ opcode: 8, payload: "bye", key: null });
  /** What a connection does at its end. */
  const end = (): void =>
    outgoing.afterwards(() => {
      outbox.control(close);
      outbox.end();
    });
  return { outgoing, outbox, socket, log, pending, sent, end };
}

describe("an extension that encodes at once", () => {
  test("text, bytes and prepared messages are encoded, with its reserved bit", () => {
    const { outgoing, sent } = make("at once");
    expect([
      outgoing.send("text"),
      outgoing.send(Buffer.from("bytes")),
      outgoing.send(text("prepared")),
    ]).toEqual(Array(3).fill("sent"));
    expect(sent()).toEqual(["4 1 txet", "4 2 setyb", "4 1 deraperp"]);
    expect([outgoing.isPending, outgoing.waiting]).toEqual([false, 0]);
  });

  test("what is below its threshold, or better sent as it is, is sent as it is", () => {
    const { outgoing, sent } = make("at once");
    for (const message of ["ab", Buffer.from("ab"), text("ab"), "what?", Buffer.from("why?")])
      outgoing.send(message);
    expect(sent()).toEqual(["0 1 ab", "0 2 ab", "0 1 ab", "0 1 what?", "0 2 why?"]);
  });

  test("what comes afterwards comes at once", () => {
    const { outgoing, sent, end } = make("at once");
    outgoing.send("text");
    end();
    expect(sent()).toEqual(["4 1 txet", "0 8 bye"]);
  });
});

describe("an extension that encodes elsewhere", () => {
  test("bytes that wait behind another message are the caller's again at once", async () => {
    const { outgoing, sent, pending } = make("later");
    const bytes = Buffer.from("bytes");
    outgoing.send("first");
    outgoing.send(bytes);
    bytes.fill("x");
    for (let i = 0; i < 2; i++) {
      pending.shift()!.finish();
      await settle();
    }
    expect(sent()).toEqual(["4 1 tsrif", "4 2 setyb"]);
  });

  test("messages leave in the order in which they were sent, the small ones too", async () => {
    const { outgoing, sent, pending, log } = make("later");
    for (const message of ["first", "ab", Buffer.from("second"), text("third"), "x?y"]) {
      expect(outgoing.send(message)).toBe("sent");
    }
    expect([outgoing.isPending, outgoing.waiting]).toEqual([true, 5 + 2 + 6 + 5 + 3]);
    for (let i = 0; i < 4; i++) {
      expect(pending, "one at a time").toHaveLength(1);
      pending.shift()!.finish();
      await settle();
    }
    expect(sent()).toEqual(["4 1 tsrif", "0 1 ab", "4 2 dnoces", "4 1 driht", "0 1 x?y"]);
    expect([outgoing.isPending, outgoing.waiting]).toEqual([false, 0]);
    expect(log).toEqual(["encoded"]);
  });

  test("what comes afterwards comes behind everything that was sent before", async () => {
    const { outgoing, sent, pending, end, socket } = make("later");
    outgoing.send("first");
    outgoing.send("second");
    end();
    expect(sent()).toEqual([]);
    pending.shift()!.finish();
    await settle();
    pending.shift()!.finish();
    await settle();
    expect(sent()).toEqual(["4 1 tsrif", "4 1 dnoces", "0 8 bye"]);
    expect(socket.writableEnded).toBe(true);
    expect(socket.faults).toEqual([]);
  });

  test("what waits to be encoded counts against the bounds", () => {
    const { outgoing, log } = make("later", { softBuffer: 10, hardBuffer: 20 });
    expect(outgoing.send("12345")).toBe("sent");
    expect(outgoing.send("67890")).toBe("queued");
    expect(outgoing.send("1234567890")).toBe("queued");
    expect(outgoing.send("1")).toBe("closed");
    expect(log).toEqual(["overflow"]);
  });

  test("one message above the bound goes when nothing waits", async () => {
    const { outgoing, log, pending, sent } = make("later", { softBuffer: 10, hardBuffer: 20 });
    expect(outgoing.send("x".repeat(50))).toBe("queued");
    expect(log).toEqual([]);
    pending.shift()!.finish();
    await settle();
    expect(sent()).toEqual([`4 1 ${"x".repeat(50)}`]);
  });

  test("a lost socket: what waits is forgotten, and what is being encoded goes nowhere", async () => {
    const { outgoing, sent, pending, log, end } = make("later");
    outgoing.send("first");
    outgoing.send("second");
    end();
    outgoing.discard();
    expect(outgoing.waiting).toBe(0);
    pending.shift()!.finish();
    await settle();
    expect(pending).toEqual([]);
    expect(sent()).toEqual([]);
    expect(log).toEqual([]);
  });
});

describe("failures", () => {
  test("a message that cannot be encoded is told", async () => {
    const { outgoing, pending, log, sent } = make("later");
    outgoing.send("first");
    pending.shift()!.fail(new Error("no memory"));
    await settle();
    expect(log).toEqual(["failed: no memory", "encoded"]);
    expect(sent()).toEqual([]);
  });

  test("nothing comes behind the Close frame that answers one", async () => {
    const { outgoing, pending, sent, socket } = make("later", { ends: true });
    outgoing.send("first");
    outgoing.send("ab");
    outgoing.send("third");
    pending.shift()!.fail(new Error("no memory"));
    await settle();
    for (const { finish } of pending) finish();
    await settle();
    expect(sent()).toEqual(["0 8 bye"]);
    expect(socket.faults).toEqual([]);
  });

  test("a Close frame that waited is sent all the same, though what stood before it is not", async () => {
    const { outgoing, outbox, pending, sent, socket } = make("later", { ends: true });
    outgoing.send("first");
    outgoing.send("second");
    outgoing.afterwards(() => void outbox.control(frame({ opcode: 8, payload: "mine", key: null })));
    pending.shift()!.fail(new Error("no memory"));
    await settle();
    expect(sent()[0]).toBe("0 8 mine");
    expect(socket.writableEnded).toBe(true);
    expect(pending).toEqual([]);
    expect(outgoing.waiting).toBe(0);
  });

  test("one that fails at once is an error of the call when nothing waits, and told when it waited", async () => {
    const { outgoing, pending, log, sent } = make("later");
    expect(() => outgoing.send("oh!")).toThrow("at once");
    outgoing.send("first");
    outgoing.send("oh!");
    outgoing.send("third");
    pending.shift()!.finish();
    await settle();
    expect(log).toEqual(["failed: at once"]);
    pending.shift()!.finish();
    await settle();
    expect(sent()).toEqual(["4 1 tsrif", "4 1 driht"]);
  });
});
