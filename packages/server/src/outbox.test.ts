import { Writable } from "node:stream";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeSocket, settle } from "../test/fake-kernel/fake-socket.ts";
import { describe as describeFrame, frame } from "../test/support/frame-bytes.ts";
import { Outbox, type OutboxOptions } from "./outbox.ts";
import { emptyStats } from "./stats.ts";
import { TurnWriter } from "./turn-writer.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setImmediate", "clearImmediate"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Ends the turn of the event loop. */
const endTurn = (): void => void vi.runAllTimers();

/** Frames that a server sends, by hand. */
const text = (data: string): Buffer => frame({ opcode: 1, payload: data, key: null });
const binary = (data: Uint8Array): Buffer => frame({ opcode: 2, payload: data, key: null });
const control = (opcode: number, payload = ""): Buffer => frame({ opcode, payload, key: null });
const ping = control(9, "p");
const pong = (payload: string): Buffer => control(10, payload);
const closeFrame = frame({ opcode: 8, payload: Buffer.of(3, 0xe8), key: null });

const bounds: OutboxOptions = { softBuffer: 65_536, hardBuffer: 1_048_576, pongs: 16, onOverflow: "close" };

/** An outbox on a fake socket; `log` is what its owner hears. */
function make({
  room = Number.POSITIVE_INFINITY,
  socket = new FakeSocket(room),
  stats = emptyStats(),
  writer = new TurnWriter(stats),
  ...options
}: Partial<OutboxOptions> & {
  room?: number;
  socket?: FakeSocket;
  stats?: ReturnType<typeof emptyStats>;
  writer?: TurnWriter;
} = {}) {
  const log: string[] = [];
  const outbox = new Outbox(
    socket,
    writer,
    { ...bounds, ...options },
    {
      onBlocked: () => log.push("blocked"),
      onDrained: (asked) => log.push(asked ? "drained, asked for" : "drained"),
      onOverflow: () => log.push("overflow"),
      onDropped: () => log.push("dropped"),
      onEnded: () => log.push("ended"),
    },
  );
  /** One line for each frame that the kernel took. */
  const sent = (): string[] => socket.frames().map(describeFrame);
  return { outbox, socket, writer, stats, log, sent };
}

/** Runs `work` as if it were the reaction to what was read. */
function inTurn(outbox: Outbox, work: () => void): void {
  outbox.claim();
  work();
  outbox.release();
}

describe("octets", () => {
  const lengths = [0, 1, 40, 41, 42, 125, 126, 127, 16_383, 16_384, 32_767, 32_768, 65_535, 65_536, 70_000];

  test.each(["a", "é", "☃", "🐟", "a☃"])(
    "text of %s of every length is framed as in RFC 6455 §5.2",
    (char) => {
      for (const inside of [true, false]) {
        const { outbox, socket } = make();
        const strings = lengths.map((length) => char.repeat(Math.ceil(length / char.length)));
        const send = (): void => {
          for (const string of strings) expect(outbox.text(string)).toBe("sent");
        };
        if (inside) inTurn(outbox, send);
        else send();
        endTurn();
        expect(socket.wire.equals(Buffer.concat(strings.map(text)))).toBe(true);
      }
    },
  );

  test("a surrogate without its other half is sent as U+FFFD, as TextEncoder has it", () => {
    const { outbox, socket } = make();
    inTurn(outbox, () => {
      outbox.text("\ud800");
      outbox.text(`${"x".repeat(50)}\udc00`);
    });
    endTurn();
    expect(socket.wire).toEqual(Buffer.concat([text("\ufffd"), text(`${"x".repeat(50)}\ufffd`)]));
  });

  test("bytes of every length are framed as in RFC 6455 §5.2", () => {
    for (const inside of [true, false]) {
      const { outbox, socket } = make();
      const all = [...lengths, 32, 33].map((length, i) => new Uint8Array(length).fill(i + 1));
      const send = (): void => {
        for (const bytes of all) expect(outbox.binary(bytes)).toBe("sent");
      };
      if (inside) inTurn(outbox, send);
      else send();
      endTurn();
      expect(socket.wire.equals(Buffer.concat(all.map(binary)))).toBe(true);
    }
  });

  test("small bytes may be changed once they are sent: they were copied", () => {
    const { outbox, socket } = make();
    const data = Buffer.from("hello");
    outbox.binary(data);
    data.fill(0);
    endTurn();
    expect(socket.wire).toEqual(binary(Buffer.from("hello")));
  });
});

describe("one write per turn", () => {
  test("the replies to one read are one write, when the reading is done and the turn ends", () => {
    const { outbox, socket, sent } = make();
    outbox.claim();
    outbox.text("a");
    outbox.binary(Buffer.of(1));
    outbox.prepared(text("b"));
    outbox.control(ping);
    outbox.pong(pong("q"));
    expect(socket.writes).toEqual([]);
    expect(outbox.backlog).toBe(15);
    outbox.release();
    expect(outbox.backlog).toBe(15);
    expect(socket.writes).toEqual([]);
    endTurn();
    expect(sent()).toEqual(['text "a"', "binary 01", 'text "b"', "ping 70", "pong 71"]);
    expect(socket.writes).toEqual([15]);
    expect(outbox.backlog).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("what is sent outside of a read is one write, when the turn ends", () => {
    const { outbox, socket, sent } = make();
    outbox.text("a");
    outbox.binary(Buffer.of(1));
    outbox.control(ping);
    expect(socket.writes).toEqual([]);
    expect(outbox.backlog).toBe(9);
    endTurn();
    expect(sent()).toEqual(['text "a"', "binary 01", "ping 70"]);
    expect(socket.writes).toEqual([9]);
  });

  test("one message alone is written from where it is", () => {
    const { outbox, socket } = make();
    outbox.prepared(text("a"));
    endTurn();
    expect(socket.writes).toEqual([3]);
  });

  test("what waits from before comes before the replies", () => {
    const { outbox, sent } = make();
    outbox.text("a");
    inTurn(outbox, () => outbox.text("b"));
    endTurn();
    expect(sent()).toEqual(['text "a"', 'text "b"']);
  });

  test("what is sent behind replies in the same turn leaves with them, in one write", () => {
    const { outbox, socket, sent, stats } = make();
    const corked = vi.spyOn(socket, "cork");
    inTurn(outbox, () => outbox.text("a"));
    outbox.text("b");
    outbox.binary(Buffer.of(1));
    expect(outbox.backlog).toBe(9);
    endTurn();
    expect(sent()).toEqual(['text "a"', 'text "b"', "binary 01"]);
    expect(stats.bytesSent).toBe(9);
    expect(corked).toHaveBeenCalledOnce();
  });

  test("replies to a second read in the same turn come behind those to the first", () => {
    const { outbox, sent } = make();
    for (const data of ["a", "b", "c"]) inTurn(outbox, () => outbox.text(data));
    endTurn();
    expect(sent()).toEqual(['text "a"', 'text "b"', 'text "c"']);
  });

  test("large messages, the end and whatever else leaves at once come behind replies that wait", () => {
    const large = Buffer.alloc(40_000);
    const last: [string, (outbox: Outbox) => void, string[]][] = [
      ["bytes", (outbox) => void outbox.binary(large), ["binary of 40000"]],
      ["text", (outbox) => void outbox.text("x".repeat(40_000)), ["text of 40000"]],
      ["the end", (outbox) => outbox.end(), []],
      ["a flush", (outbox) => outbox.flush(), []],
    ];
    for (const [name, act, rest] of last) {
      const { outbox, socket } = make();
      inTurn(outbox, () => outbox.text("a"));
      act(outbox);
      expect(socket.frames().map(describeFrame).slice(0, 1), name).toEqual(['text "a"']);
      expect(socket.frames(), name).toHaveLength(1 + rest.length);
      expect(outbox.backlog, name).toBe(0);
    }
  });

  test("many replies leave in writes of at most 32 KiB, large ones as they are", () => {
    const { outbox, socket } = make();
    const message = Buffer.alloc(1_000);
    inTurn(outbox, () => {
      for (let i = 0; i < 100; i++) outbox.binary(message);
    });
    expect(Math.max(...socket.writes)).toBeLessThanOrEqual(32_768);
    expect(socket.writes.length).toBe(4);
    expect(socket.wire.length).toBe(100 * 1_004);
  });

  test("a burst above what the shared buffer holds is still in order", () => {
    const { outbox, socket } = make({ softBuffer: 1_000_000 });
    const messages = Array.from({ length: 30 }, (_, i) => Buffer.alloc(5_000, i));
    for (const message of messages) outbox.binary(message);
    endTurn();
    expect(socket.wire.equals(Buffer.concat(messages.map(binary)))).toBe(true);
  });

  test("a large reply leaves with the small ones before and behind it, in order, when the reading is done", () => {
    const { outbox, socket, sent } = make();
    inTurn(outbox, () => {
      outbox.text("a");
      outbox.prepared(binary(Buffer.alloc(40_000)));
      outbox.text("b");
      outbox.control(ping);
    });
    expect(sent()).toEqual(['text "a"', "binary of 40000", 'text "b"', "ping 70"]);
    expect(socket.writableLength).toBe(0);
    expect(vi.getTimerCount()).toBeLessThan(2);
  });

  test("flush sends at once what the turn has gathered", () => {
    const { outbox, sent } = make();
    outbox.text("a");
    outbox.flush();
    expect(sent()).toEqual(['text "a"']);
    inTurn(outbox, () => {
      outbox.text("b");
      outbox.flush();
      expect(sent()).toEqual(['text "a"', 'text "b"']);
      outbox.text("c");
    });
    endTurn();
    expect(sent()).toEqual(['text "a"', 'text "b"', 'text "c"']);
  });

  test("every byte is counted once", () => {
    const { outbox, socket, stats } = make();
    const send = (): void => {
      outbox.text("a");
      outbox.text("é".repeat(100));
      outbox.binary(Buffer.alloc(100));
      outbox.binary(Buffer.alloc(20_000));
      outbox.text("x".repeat(20_000));
      outbox.control(ping);
      outbox.prepared(text("b"));
    };
    inTurn(outbox, send);
    send();
    endTurn();
    outbox.text("one");
    endTurn();
    for (let i = 0; i < 10; i++) outbox.binary(Buffer.alloc(9_000));
    endTurn();
    expect(stats.bytesSent).toBe(socket.wire.length);
  });
});

describe("several connections share one buffer", () => {
  test("what one sends while another works goes to its own socket", () => {
    const writer = new TurnWriter(emptyStats());
    const one = make({ writer });
    const other = make({ writer });
    inTurn(one.outbox, () => {
      one.outbox.text("to one");
      other.outbox.text("to other");
      other.outbox.binary(Buffer.alloc(20_000));
      one.outbox.text("to one again");
    });
    endTurn();
    expect(one.sent()).toEqual(['text "to one"', 'text "to one again"']);
    expect(other.sent()).toEqual(['text "to other"', "binary of 20000"]);
  });

  test("what several wait for is flushed while one works, each to its own socket", () => {
    const writer = new TurnWriter(emptyStats());
    const one = make({ writer });
    const other = make({ writer });
    inTurn(one.outbox, () => {
      one.outbox.text("a");
      other.outbox.text("b");
      other.outbox.text("c");
      other.outbox.flush();
    });
    endTurn();
    expect([one.sent(), other.sent()]).toEqual([['text "a"'], ['text "b"', 'text "c"']]);
  });

  test("one that is read while another works leaves what that has gathered alone", () => {
    const writer = new TurnWriter(emptyStats());
    const one = make({ writer });
    const other = make({ writer });
    inTurn(one.outbox, () => {
      one.outbox.text("to one");
      // An in-memory stream delivers within the write of its other end.
      inTurn(other.outbox, () => other.outbox.text("to other"));
      one.outbox.text("to one again");
    });
    endTurn();
    expect(other.sent()).toEqual(['text "to other"']);
    expect(one.sent()).toEqual(['text "to one"', 'text "to one again"']);
  });

  test("a discarded one takes nothing of the others along", () => {
    const writer = new TurnWriter(emptyStats());
    const one = make({ writer });
    const other = make({ writer });
    inTurn(one.outbox, () => {
      one.outbox.text("a");
      other.outbox.discard();
    });
    endTurn();
    expect(one.sent()).toEqual(['text "a"']);
  });

  test("replies that wait for each other leave when the turn ends, each to its own socket", () => {
    const writer = new TurnWriter(emptyStats());
    const all = Array.from({ length: 100 }, () => make({ writer }));
    for (let turn = 0; turn < 5; turn++) {
      for (const [i, { outbox }] of all.entries()) inTurn(outbox, () => outbox.text(`${turn} to ${i}`));
      endTurn();
    }
    for (const [i, { sent }] of all.entries()) {
      expect(sent()).toEqual([0, 1, 2, 3, 4].map((turn) => `text "${turn} to ${i}"`));
    }
  });

  test("what one gives up and what is flushed early takes nothing of the others' replies along", () => {
    const writer = new TurnWriter(emptyStats());
    const all = Array.from({ length: 6 }, () => make({ writer }));
    // The first batches are short.
    for (const { outbox } of all) inTurn(outbox, () => outbox.text("before"));
    endTurn();
    for (const [i, { outbox }] of all.entries()) inTurn(outbox, () => outbox.text(String(i)));
    all[5]!.outbox.discard();
    expect(all[5]!.outbox.backlog).toBe(0);
    all[4]!.outbox.text("at once".repeat(10_000));
    endTurn();
    expect(all[5]!.sent()).toEqual(['text "before"']);
    for (const i of [0, 1, 2, 3]) expect(all[i]!.sent()).toEqual(['text "before"', `text "${i}"`]);
    expect(all[4]!.sent().slice(0, 2)).toEqual(['text "before"', 'text "4"']);
  });

  test("a socket that does not take its reply keeps that memory, and the replies of the others with it", async () => {
    const writer = new TurnWriter(emptyStats());
    const all = Array.from({ length: 8 }, (_, i) => make({ writer, room: i === 2 ? 2 : 1_000_000 }));
    const slow = all[2]!;
    for (const { outbox } of all) inTurn(outbox, () => outbox.text("1st"));
    endTurn();
    expect(slow.log).toEqual(["blocked"]);
    for (let turn = 0; turn < 20; turn++) {
      for (const [i, { outbox }] of all.entries()) {
        if (i !== 2) inTurn(outbox, () => outbox.text("x".repeat(turn * 40)));
      }
      endTurn();
    }
    slow.socket.accept(1_000);
    await settle();
    expect(slow.sent()).toEqual(['text "1st"']);
    expect(all[7]!.socket.wire.length).toBe(all[0]!.socket.wire.length);
    expect(all[7]!.sent()).toEqual(all[0]!.sent());
  });

  test("a socket that falls behind while another works leaves what that has gathered alone", async () => {
    const writer = new TurnWriter(emptyStats());
    const [slow, other] = [make({ writer, room: 1 }), make({ writer })];
    inTurn(slow.outbox, () => slow.outbox.text("slow"));
    inTurn(other.outbox, () => {
      other.outbox.text("before");
      slow.outbox.flush();
      other.outbox.text("behind");
    });
    endTurn();
    slow.socket.accept(1_000);
    await settle();
    expect(slow.sent()).toEqual(['text "slow"']);
    expect(other.sent()).toEqual(['text "before"', 'text "behind"']);
  });

  test("replies of all lengths, in any order with everything else, arrive as they were sent", () => {
    const step = fc.record({
      who: fc.nat(4),
      // Around what waits, what the replies may take of the buffer, and what is written from where it is.
      length: fc.constantFrom(0, 5, 100, 1_900, 2_040, 2_048, 2_060, 9_000, 30_000, 33_000),
      how: fc.constantFrom("reply", "reply", "reply", "two replies", "send", "flush", "turn"),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: "max" }), (steps) => {
        const writer = new TurnWriter(emptyStats());
        const all = Array.from({ length: 5 }, () =>
          make({ writer, softBuffer: 1_000_000, hardBuffer: 8_000_000 }),
        );
        const expected: Buffer[][] = all.map(() => []);
        for (const [i, { who, length, how }] of steps.entries()) {
          const { outbox } = all[who]!;
          const send = (): void => {
            const bytes = Buffer.alloc(length, i);
            expected[who]!.push(binary(bytes));
            outbox.binary(bytes);
          };
          if (how === "flush") outbox.flush();
          else if (how === "turn") endTurn();
          else if (how === "send") send();
          else {
            inTurn(outbox, () => {
              send();
              if (how === "two replies") send();
            });
          }
        }
        endTurn();
        for (const [i, { socket }] of all.entries()) {
          expect(socket.wire.equals(Buffer.concat(expected[i]!))).toBe(true);
        }
      }),
    );
  });

  test("memory that a socket still sends from is not written to", async () => {
    const writer = new TurnWriter(emptyStats());
    const slow = make({ writer, room: 3 });
    const other = make({ writer });
    inTurn(slow.outbox, () => slow.outbox.text("slow and steady"));
    inTurn(other.outbox, () => other.outbox.text("x".repeat(500)));
    other.outbox.text("y");
    other.outbox.text("z");
    endTurn();
    slow.socket.accept(1_000);
    await settle();
    expect(slow.sent()).toEqual(['text "slow and steady"']);
  });

  test("memory that a large text is still sent from is not written to; what was taken at once is written over", async () => {
    const writer = new TurnWriter(emptyStats());
    const [slow, quick] = [make({ writer, room: 1_000 }), make({ writer })];
    const texts = ["a", "b", "č"].map((char) => char.repeat(100_000));
    slow.outbox.text(texts[0]!);
    const memory = writer.forText(1);
    for (const data of texts) expect(quick.outbox.text(data)).toBe("sent");
    expect(writer.forText(1)).toBe(memory);
    slow.socket.accept(Number.POSITIVE_INFINITY);
    await settle();
    expect(slow.socket.wire.equals(text(texts[0]!))).toBe(true);
    expect(quick.socket.wire.equals(Buffer.concat(texts.map(text)))).toBe(true);
  });

  test("text that is too large for that memory, in units or in octets, has memory of its own", () => {
    const { outbox, socket } = make();
    const texts = ["a".repeat(1_100_000), "☃".repeat(400_000), "a".repeat(1_048_576)];
    for (const data of texts) outbox.text(data);
    endTurn();
    expect(socket.wire.equals(Buffer.concat(texts.map(text)))).toBe(true);
  });

  test("TLS, which never takes at once, gets a copy: the buffer stays", () => {
    const socket = Object.assign(new FakeSocket(0), { encrypted: true });
    const { outbox, writer } = make({ socket });
    const { buffer } = writer;
    inTurn(outbox, () => outbox.text("secret"));
    expect(writer.buffer).toBe(buffer);
    buffer.fill(0);
    socket.accept(100);
    expect(socket.frames().map(describeFrame)).toEqual(['text "secret"']);
  });
});

test.each([
  ["short", "a", "b"],
  ["long", "a".repeat(1_000), "b".repeat(1_000)],
  ["large", "a".repeat(40_000), "b".repeat(40_000)],
])("a stream that accepts at once and keeps what it was given gets memory of its own: %s text", (_, a, b) => {
  const writer = new TurnWriter(emptyStats());
  const kept = [a, b].map((data) => {
    const chunks: Uint8Array[] = [];
    const stream = new Writable({
      write: (chunk: Uint8Array, _encoding, done) => {
        chunks.push(chunk);
        done();
      },
    });
    const { outbox } = make({ writer, socket: stream as unknown as FakeSocket });
    inTurn(outbox, () => outbox.text(data));
    endTurn();
    return chunks;
  });
  expect(kept.map((chunks) => Buffer.concat(chunks))).toEqual([text(a), text(b)]);
});

describe("a peer that is behind", () => {
  test("the owner hears once that the kernel takes no more, and once that it took all", async () => {
    const { outbox, socket, log } = make({ room: 1 });
    outbox.text("a");
    endTurn();
    expect(log).toEqual(["blocked"]);
    expect(outbox.isBlocked).toBe(true);
    outbox.text("b");
    endTurn();
    socket.accept(1);
    await settle();
    expect(log).toEqual(["blocked"]);
    socket.accept(100);
    await settle();
    expect(log).toEqual(["blocked", "drained"]);
    expect([outbox.isBlocked, outbox.backlog]).toEqual([false, 0]);
  });

  test("frames wait whole: nothing reaches the socket while the kernel is behind", async () => {
    const { outbox, socket, sent } = make({ room: 1 });
    outbox.text("a");
    endTurn();
    for (const data of ["b", "c", "d"]) outbox.text(data);
    outbox.control(ping);
    inTurn(outbox, () => {
      outbox.text("e");
      outbox.binary(Buffer.of(1));
      outbox.pong(pong("q"));
    });
    endTurn();
    expect(socket.writableLength).toBe(3);
    expect(outbox.backlog).toBe(3 + 9 + 3 + 9);
    socket.accept(1_000);
    await settle();
    expect(sent()).toEqual([
      'text "a"',
      'text "b"',
      'text "c"',
      'text "d"',
      "ping 70",
      'text "e"',
      "binary 01",
      "pong 71",
    ]);
  });

  test("write says queued from softBuffer on, and then drained is told once", async () => {
    const { outbox, socket, log } = make({ room: 1, softBuffer: 10 });
    outbox.text("a");
    endTurn();
    expect(outbox.text("b")).toBe("sent");
    expect(outbox.text("cc")).toBe("queued");
    expect(outbox.control(ping)).toBe("queued");
    expect(log).toEqual(["blocked"]);
    socket.accept(1_000);
    await settle();
    expect(log).toEqual(["blocked", "drained, asked for"]);
    socket.limit(0);
    outbox.text("d");
    endTurn();
    socket.accept(1_000);
    await settle();
    expect(log).toEqual(["blocked", "drained, asked for", "blocked", "drained"]);
  });

  test("drained is not told while what it waited for makes the kernel stop again", async () => {
    const { outbox, socket, log } = make({ room: 1, softBuffer: 10 });
    outbox.text("a");
    endTurn();
    outbox.text("b".repeat(20));
    socket.accept(5);
    await settle();
    expect(log).toEqual(["blocked", "blocked"]);
    socket.accept(1_000);
    await settle();
    expect(log).toEqual(["blocked", "blocked", "drained, asked for"]);
  });

  test("large bytes that are not taken at once say queued and are told of", async () => {
    const { outbox, socket, log } = make({ room: 100 });
    expect(outbox.binary(new Uint8Array(100_000))).toBe("queued");
    expect(log).toEqual(["blocked"]);
    socket.accept(200_000);
    await settle();
    expect(log).toEqual(["blocked", "drained, asked for"]);
  });

  test("a burst that fills the kernel within a read falls back to the queue, in order", async () => {
    const { outbox, socket } = make({ room: 1_000 });
    const strings = Array.from({ length: 60 }, (_, i) => String(i).padStart(1_000, "0"));
    inTurn(outbox, () => {
      for (const string of strings) outbox.text(string);
      outbox.text("short");
      outbox.binary(Buffer.of(1));
    });
    socket.accept(1_000_000);
    await settle();
    const expected = Buffer.concat([...strings.map(text), text("short"), binary(Buffer.of(1))]);
    expect(socket.wire.equals(expected)).toBe(true);
  });

  test("bytes that somebody else left with the socket count, and are waited for before drained is told", async () => {
    const { outbox, socket, log } = make({ room: 1 });
    outbox.text("a");
    endTurn();
    socket.write(Buffer.alloc(50) as never);
    expect(outbox.backlog).toBe(53);
    socket.accept(2);
    await settle();
    expect(log).not.toContain("drained");
    socket.accept(100);
    await settle();
    expect(log.at(-1)).toBe("drained");
    expect(outbox.backlog).toBe(0);
  });
});

describe("a peer that reads is not behind, whatever one turn sends", () => {
  const policies = ["close", "drop-newest", "drop-oldest"] as const;

  test.each(policies)("many messages, far above the bound (%s)", (onOverflow) => {
    const { outbox, sent, log } = make({ onOverflow, softBuffer: 100, hardBuffer: 200 });
    for (let i = 0; i < 500; i++) expect(outbox.text("0123456789")).toBe("sent");
    endTurn();
    expect(sent()).toHaveLength(500);
    expect(log).toEqual([]);
  });

  test.each(policies)("a bound below the soft one (%s)", (onOverflow) => {
    const { outbox, sent, log } = make({ onOverflow, softBuffer: 65_536, hardBuffer: 200 });
    for (let i = 0; i < 500; i++) expect(outbox.text("0123456789")).toBe("sent");
    endTurn();
    expect(sent()).toHaveLength(500);
    expect(log).toEqual([]);
  });

  test.each(policies)("a small message and a large one behind it (%s)", (onOverflow) => {
    const { outbox, socket, log } = make({ onOverflow, softBuffer: 65_536, hardBuffer: 100_000 });
    const large = new Uint8Array(99_998);
    expect(outbox.text("small")).toBe("sent");
    expect(outbox.binary(large)).toBe("sent");
    expect(outbox.text("small")).toBe("sent");
    expect(outbox.text("x".repeat(99_998))).toBe("sent");
    expect(outbox.text("small")).toBe("sent");
    expect(outbox.prepared(binary(large))).toBe("sent");
    endTurn();
    expect(socket.frames()).toHaveLength(6);
    expect(log).toEqual([]);
  });
});

describe("what is too much", () => {
  /** An outbox that holds 3 bytes in the kernel and has a bound of 100. */
  function full(onOverflow: OutboxOptions["onOverflow"]) {
    const made = make({ onOverflow, softBuffer: 50, hardBuffer: 100, room: 0 });
    made.outbox.text("a");
    endTurn();
    made.log.length = 0;
    return made;
  }

  test("close: the owner is told, nothing is sent", async () => {
    const { outbox, socket, log, sent } = full("close");
    expect(outbox.binary(Buffer.alloc(95))).toBe("queued");
    expect(outbox.text("x")).toBe("closed");
    expect(log).toEqual(["overflow"]);
    socket.accept(1_000);
    await settle();
    expect(sent()).toEqual(['text "a"', "binary of 95"]);
  });

  test("a message that fills the bound exactly is not too much", () => {
    const { outbox, log } = full("close");
    expect(outbox.binary(Buffer.alloc(95))).toBe("queued");
    expect(outbox.backlog).toBe(100);
    expect(log).toEqual([]);
  });

  test("drop-newest: it is given up, what waits stays; drained is told", async () => {
    const { outbox, socket, log, sent } = full("drop-newest");
    outbox.binary(Buffer.alloc(90));
    expect(outbox.text("too much")).toBe("dropped");
    expect(outbox.text("fits")).toBe("dropped");
    expect(outbox.text("f")).toBe("queued");
    expect(log).toEqual(["dropped", "dropped"]);
    socket.accept(1_000);
    await settle();
    expect(sent()).toEqual(['text "a"', "binary of 90", 'text "f"']);
    expect(log).toEqual(["dropped", "dropped", "drained, asked for"]);
  });

  test("drop-newest: drained is told to who was never told queued", async () => {
    const { outbox, socket, log } = full("drop-newest");
    expect(outbox.binary(Buffer.alloc(200))).toBe("dropped");
    socket.accept(1_000);
    await settle();
    expect(log).toEqual(["dropped", "drained, asked for"]);
  });

  test("drop-oldest: as many of the oldest as needed are given up, no control frame", async () => {
    const { outbox, socket, log, sent } = full("drop-oldest");
    outbox.text("1".repeat(20));
    outbox.control(ping);
    outbox.text("2".repeat(20));
    outbox.text("3".repeat(20));
    outbox.pong(pong("q"));
    expect(outbox.text("4".repeat(40))).toBe("queued");
    expect(log).toEqual(["dropped"]);
    expect(outbox.backlog).toBeLessThanOrEqual(100);
    socket.accept(1_000);
    await settle();
    expect(sent()).toEqual([
      'text "a"',
      "ping 70",
      `text "${"2".repeat(20)}"`,
      `text "${"3".repeat(20)}"`,
      "pong 71",
      `text "${"4".repeat(40)}"`,
    ]);
  });

  test("drop-oldest: nothing is given up for a message that would not fit even so", async () => {
    const { outbox, socket, log, sent } = full("drop-oldest");
    outbox.text("1".repeat(20));
    outbox.text("2".repeat(20));
    expect(outbox.binary(Buffer.alloc(120))).toBe("dropped");
    expect(log).toEqual(["dropped"]);
    socket.accept(1_000);
    await settle();
    expect(sent()).toEqual(['text "a"', `text "${"1".repeat(20)}"`, `text "${"2".repeat(20)}"`]);
  });

  test("a message larger than the bound goes when nothing waits", async () => {
    for (const onOverflow of ["close", "drop-newest", "drop-oldest"] as const) {
      const { outbox, socket, log } = make({ onOverflow, softBuffer: 50, hardBuffer: 100, room: 0 });
      expect(outbox.text("x".repeat(500))).toBe("queued");
      expect(log).toEqual(["blocked"]);
      socket.accept(1_000);
      await settle();
      expect(socket.frames()).toHaveLength(1);
    }
  });

  test("what waits elsewhere counts against the bound too", () => {
    const { outbox, log } = full("close");
    expect(outbox.admit(10, 30)).toBe("sent");
    expect(outbox.admit(10, 40)).toBe("queued");
    expect(outbox.admit(10, 88)).toBe("closed");
    expect(log).toEqual(["overflow"]);
    expect(full("drop-newest").outbox.admit(10, 90)).toBe("dropped");
    expect(full("drop-oldest").outbox.admit(10, 90)).toBe("dropped");
  });

  test("a control frame is never given up", () => {
    for (const onOverflow of ["close", "drop-newest", "drop-oldest"] as const) {
      const { outbox, log } = full(onOverflow);
      outbox.binary(Buffer.alloc(95));
      expect(outbox.control(closeFrame)).toBe("queued");
      expect(log).toEqual([]);
    }
  });
});

describe("answers to Pings (RFC 6455 §5.5.3)", () => {
  test("all of them while the kernel takes them", () => {
    const { outbox, sent, log } = make({ pongs: 2 });
    inTurn(outbox, () => {
      for (let i = 0; i < 61; i++) outbox.pong(pong(String(i)));
    });
    endTurn();
    expect(sent()).toHaveLength(61);
    expect(log).toEqual([]);
  });

  test("behind a peer that does not read: as many as may wait, and the latest", async () => {
    const { outbox, socket, sent } = make({ pongs: 2, room: 0 });
    outbox.text("a");
    endTurn();
    for (let i = 1; i <= 9; i++) outbox.pong(pong(String(i)));
    expect(outbox.backlog).toBe(3 + 2 * 3);
    socket.accept(1_000);
    await settle();
    expect(sent()).toEqual(['text "a"', "pong 31", "pong 32", "pong 39"]);
    socket.limit(0);
    outbox.text("b");
    endTurn();
    outbox.pong(pong("x"));
    outbox.pong(pong("y"));
    socket.accept(1_000);
    await settle();
    expect(sent().slice(4)).toEqual(['text "b"', "pong 78", "pong 79"]);
  });

  test("none comes behind our Close frame", async () => {
    const { outbox, socket, sent } = make({ pongs: 1, room: 0 });
    outbox.text("a");
    endTurn();
    for (let i = 1; i <= 9; i++) outbox.pong(pong(String(i)));
    outbox.control(closeFrame);
    socket.accept(1_000);
    await settle();
    expect(sent().at(-1)).toBe("close 1000");
  });
});

describe("the end", () => {
  test("comes after everything, at once when nothing waits", () => {
    const { outbox, socket, log, sent } = make();
    outbox.text("a");
    outbox.control(closeFrame);
    outbox.end();
    expect(sent()).toEqual(['text "a"', "close 1000"]);
    expect(socket.writableEnded).toBe(true);
    expect(log).toEqual(["ended"]);
    endTurn();
    expect(log).toEqual(["ended"]);
    expect(socket.faults).toEqual([]);
  });

  test("comes within a read, behind the replies to it", () => {
    const { outbox, socket, log, sent } = make();
    inTurn(outbox, () => {
      outbox.text("a");
      outbox.binary(Buffer.alloc(20_000));
      outbox.text("b");
      outbox.control(closeFrame);
      outbox.end();
    });
    expect(sent()).toEqual(['text "a"', "binary of 20000", 'text "b"', "close 1000"]);
    expect(log).toEqual(["ended"]);
    expect(socket.faults).toEqual([]);
  });

  test("waits for a peer that is behind, and comes once", async () => {
    const { outbox, socket, log, sent } = make({ room: 1 });
    outbox.text("a");
    endTurn();
    outbox.text("b");
    outbox.control(closeFrame);
    outbox.end();
    outbox.end();
    expect(socket.writableEnded).toBe(false);
    socket.accept(4);
    await settle();
    expect(socket.writableEnded).toBe(false);
    socket.accept(1_000);
    await settle();
    expect(sent()).toEqual(['text "a"', 'text "b"', "close 1000"]);
    expect(socket.isEnded).toBe(true);
    expect(log.filter((line) => line === "ended")).toHaveLength(1);
    expect(socket.faults).toEqual([]);
  });

  test("a lost socket: what waits is forgotten, and nothing more is told", async () => {
    const { outbox, socket, log } = make({ room: 1, softBuffer: 5 });
    outbox.text("a");
    endTurn();
    for (let i = 0; i < 20; i++) outbox.pong(pong(String(i)));
    outbox.text("b");
    outbox.discard();
    socket.destroy();
    await settle();
    endTurn();
    expect(outbox.backlog).toBeLessThanOrEqual(socket.writableLength);
    expect(log).toEqual(["blocked"]);
    expect(socket.wire.length).toBe(1);
  });

  test("a lost socket within a read: the replies are forgotten", () => {
    const { outbox, socket } = make();
    inTurn(outbox, () => {
      outbox.text("a");
      outbox.discard();
    });
    endTurn();
    expect(socket.writes).toEqual([]);
  });

  test("tellDrained says nothing while the kernel is behind", async () => {
    const { outbox, log } = make({ room: 1 });
    outbox.text("a");
    endTurn();
    outbox.tellDrained();
    expect(log).toEqual(["blocked"]);
  });
});

type Sending = { readonly type: "text" | "prepared" | "binary"; readonly size: number };
type Deed =
  | Sending
  | { readonly type: "control" }
  | { readonly type: "take"; readonly size: number }
  | { readonly type: "claim" }
  | { readonly type: "release" }
  | { readonly type: "end turn" }
  | { readonly type: "settle" };

const size = fc.oneof(
  fc.nat(50),
  fc.integer({ min: 100, max: 200 }),
  fc.integer({ min: 16_000, max: 70_000 }),
);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ type: fc.constantFrom("text" as const, "prepared" as const, "binary" as const), size }),
  fc.record({ type: fc.constant("control" as const) }),
  fc.record({ type: fc.constant("take" as const), size: fc.oneof(fc.nat(100), fc.nat(100_000)) }),
  fc.record({
    type: fc.constantFrom("claim" as const, "release" as const, "end turn" as const, "settle" as const),
  }),
);

test("whatever the kernel takes and when: frames leave whole and in order, within the bound, and all that is told is true", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { maxLength: 40 }),
      fc.constantFrom("close" as const, "drop-newest" as const, "drop-oldest" as const),
      fc.integer({ min: 0, max: 100_000 }),
      async (deeds, onOverflow, room) => {
        const hardBuffer = 50_000;
        const { outbox, socket, log, stats } = make({ room, onOverflow, hardBuffer, softBuffer: 20_000 });
        const accepted: Buffer[] = [];
        let largest = 0;
        let controls = 0;
        let claimed = false;
        const send = (sending: Sending, id: number): void => {
          const data = Buffer.alloc(sending.size, 0x61 + (id % 26));
          const bytes = sending.type === "binary" ? binary(data) : text(data.toString());
          const result =
            sending.type === "binary"
              ? outbox.binary(data)
              : sending.type === "text"
                ? outbox.text(data.toString())
                : outbox.prepared(bytes);
          largest = Math.max(largest, bytes.length);
          if (result === "sent" || result === "queued") accepted.push(bytes);
          if (result === "sent") expect(outbox.backlog).toBeLessThan(20_000 + 32_768);
        };
        for (const [id, action] of deeds.entries()) {
          if (action.type === "take") socket.accept(action.size);
          else if (action.type === "control") {
            outbox.control(ping);
            accepted.push(ping);
            controls++;
          } else if (action.type === "claim") {
            if (!claimed) outbox.claim();
            claimed = true;
          } else if (action.type === "release") {
            if (claimed) outbox.release();
            claimed = false;
          } else if (action.type === "end turn") endTurn();
          else if (action.type === "settle") await settle();
          else send(action, id);
          // P4: what is held is bounded whatever the peer does; the shared buffer is the server's.
          const bound = Math.max(hardBuffer, largest) + controls * ping.length + 32_768 + largest;
          expect(outbox.backlog).toBeLessThanOrEqual(bound);
        }
        if (claimed) outbox.release();
        endTurn();
        socket.accept(Number.POSITIVE_INFINITY);
        await settle();
        endTurn();
        await settle();
        expect(outbox.backlog).toBe(0);
        expect(outbox.isBlocked).toBe(false);
        expect(stats.bytesSent).toBe(socket.wire.length);
        const tells = log.filter((line) => line === "blocked" || line.startsWith("drained"));
        expect(tells.at(-1) ?? "drained").toMatch(/^drained/);
        if (onOverflow !== "drop-oldest") {
          expect(socket.wire.equals(Buffer.concat(accepted))).toBe(true);
          return;
        }
        // What is left of what was accepted is in order, whole, and all there but for what was told.
        const left = socket.frames();
        const dropped = log.filter((line) => line === "dropped").length;
        let at = 0;
        for (const one of left) {
          const bytes = frame({ opcode: one.opcode, payload: one.payload, key: null });
          while (at < accepted.length && !accepted[at]!.equals(bytes)) at++;
          expect(at).toBeLessThan(accepted.length);
          at++;
        }
        expect(left.length).toBeGreaterThanOrEqual(accepted.length - dropped);
        expect(left.filter(({ opcode }) => opcode === 9)).toHaveLength(controls);
      },
    ),
    { numRuns: 200 },
  );
});
