/** Races and faults that a real network shows once in a while, and a fake one every time (reliability.md §2.5, §2.6). */
import { describe, expect, test } from "vitest";
import type { CloseInfo, Handler } from "../../src/index.ts";
import { closeFrame, frame, describe as line, pingFrame, textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import {
  afterHead,
  FakeServer,
  type Named,
  pass,
  turn,
  upgradeRequest,
  withFakeTime,
} from "./fake-server.ts";
import { FakeSocket, settle } from "./fake-socket.ts";

/** Runs a test with fake time. */
const fake =
  (work: () => Promise<void>): (() => Promise<void>) =>
  () =>
    withFakeTime(work);

/** A server that notes messages and ends; `handler` does the rest. */
function make(
  handler: Partial<Handler<Named>> = {},
  options: Omit<ConstructorParameters<typeof FakeServer>[0] & object, "handler"> = {},
) {
  const messages: string[] = [];
  const ends: CloseInfo[] = [];
  const it = new FakeServer({
    ...options,
    handler: {
      ...handler,
      message(connection, data) {
        messages.push(String(data));
        return handler.message?.(connection, data);
      },
      closed(connection, info) {
        ends.push(info);
        return handler.closed?.(connection, info);
      },
    },
  });
  /** What the kernel took of one connection, frame by frame. */
  const sent = (socket: FakeSocket): string[] => socket.frames(afterHead(socket.wire)).map(line);
  return { it, messages, ends, sent };
}

const reset = { code: 1006, reason: "", wasClean: false, by: "socket" };

describe("a socket that is lost before it is handed over", () => {
  test.each(["handleUpgrade", "handleSocket"] as const)(
    "closed: %s makes no connection of it, and the server forgets it",
    (how) =>
      withFakeTime(async () => {
        const { it, ends } = make();
        const socket = new FakeSocket();
        socket.on("error", () => {});
        socket.reset();
        await settle();
        if (how === "handleUpgrade") it.server.handleUpgrade(upgradeRequest("/ws"), socket, Buffer.alloc(0));
        else it.server.handleSocket(socket as never);
        await turn();
        expect(it.server.stats()).toMatchObject({ connections: 0, handshakes: 0, accepted: 0 });
        expect([it.connections, ends, it.errors]).toEqual([[], [], []]);
        expect(await it.server.close()).toEqual({ closed: 0, terminated: 0 });
      }),
  );

  test(
    "broken but not yet closed: whatever becomes of it, it is closed as often as it is opened",
    fake(async () => {
      const opens: unknown[] = [];
      const { it, ends } = make({ open: (connection) => void opens.push(connection) });
      const socket = new FakeSocket();
      socket.reset();
      it.server.handleUpgrade(upgradeRequest("/ws"), socket, textFrame("x"));
      await turn();
      expect(ends).toHaveLength(opens.length);
      expect(it.server.stats()).toMatchObject({ connections: 0, handshakes: 0 });
    }),
  );
});

describe("pause and resume", () => {
  test.each(["open", "message", "ping"] as const)(
    "both in one %s(): what the peer says next is heard",
    (callback) =>
      withFakeTime(async () => {
        const { it, messages } = make({
          [callback]: (connection: { pause(): void; resume(): void }) => {
            connection.pause();
            connection.resume();
          },
        });
        const { socket } = await it.open();
        socket.receive(Buffer.concat([textFrame("a"), pingFrame(), textFrame("b")]));
        await settle();
        socket.receive(textFrame("c"));
        await settle();
        expect(messages).toEqual(["a", "b", "c"]);
      }),
  );

  test(
    "while paused nothing is delivered, whatever has been read; after it everything, in order",
    fake(async () => {
      const { it, messages } = make();
      const { socket, connection } = await it.open();
      connection.pause();
      socket.receive(Buffer.concat([textFrame("a"), textFrame("b")]));
      await pass(100_000);
      expect(messages).toEqual([]);
      connection.resume();
      await settle();
      expect(messages).toEqual(["a", "b"]);
    }),
  );
});

describe("a handler that is busy", () => {
  test(
    "holds as many messages as it may, the rest stays with the peer; none is lost",
    fake(async () => {
      const resolves: (() => void)[] = [];
      const { it, messages } = make(
        { message: () => new Promise<void>((resolve) => resolves.push(resolve)) },
        { limits: { inboxMessages: 3 } },
      );
      const { socket } = await it.open();
      for (let i = 0; i < 10; i++) {
        socket.receive(textFrame(String(i)));
        await settle();
      }
      expect(messages).toEqual(["0"]);
      expect(socket.isPaused()).toBe(true);
      expect(socket.readableLength).toBe(6 * textFrame("0").length);
      for (let i = 0; i < 10; i++) {
        resolves.shift()!();
        await settle();
      }
      expect(messages).toEqual(Array.from({ length: 10 }, (_, i) => String(i)));
    }),
  );

  test(
    "holds no more of one read than it may, and gets all of it in order, also when the peer has ended meanwhile",
    fake(async () => {
      for (const end of ["close", "FIN", "reset", "close, reset", "nothing"] as const) {
        const resolves: (() => void)[] = [];
        const { it, messages, ends } = make(
          { message: () => new Promise<void>((resolve) => resolves.push(resolve)) },
          { limits: { inboxMessages: 3 } },
        );
        const { socket, connection } = await it.open();
        const frames = Array.from({ length: 50 }, (_, i) => textFrame(String(i)));
        if (end.startsWith("close")) frames.push(closeFrame(1000));
        socket.receive(Buffer.concat(frames));
        await settle();
        expect(it.server.stats().messagesReceived).toBe(4);
        expect(connection.readyState).toBe("open");
        if (end === "FIN") socket.receiveEnd();
        if (end.endsWith("reset")) socket.reset();
        await settle();
        while (resolves.length > 0) {
          resolves.shift()!();
          await settle();
        }
        expect(messages).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
        if (end === "close") socket.receiveEnd();
        await settle();
        const clean = {
          close: [[1000, true]],
          FIN: [[1006, false]],
          reset: [[1006, false]],
          // The peer's Close was heard, and ours never left.
          "close, reset": [[1000, false]],
          nothing: [],
        };
        expect(ends.map(({ code, wasClean }) => [code, wasClean])).toEqual(clean[end]);
      }
    }),
  );

  test(
    "hears nothing more once it has closed, or is paused, though messages wait",
    fake(async () => {
      for (const end of ["close", "terminate", "pause"] as const) {
        let finish = (): void => {};
        const { it, messages } = make({
          message: () =>
            new Promise<void>((resolve) => {
              finish = resolve;
            }),
        });
        const { socket, connection } = await it.open();
        socket.receive(Buffer.concat([textFrame("a"), textFrame("b")]));
        await settle();
        connection[end]();
        finish();
        await turn();
        expect(messages, end).toEqual(["a"]);
        connection.resume();
        await turn();
        expect(messages, end).toEqual(end === "pause" ? ["a", "b"] : ["a"]);
      }
    }),
  );

  test(
    "hears what the peer said before it closed, and before it broke the protocol or TCP ended",
    fake(async () => {
      for (const end of [closeFrame(1000), frame({ opcode: 3 }), "FIN", "RST"] as const) {
        let finish = (): void => {};
        const { it, messages, ends } = make({
          message: () =>
            new Promise<void>((resolve) => {
              finish = resolve;
            }),
        });
        const { socket } = await it.open();
        socket.receive(
          Buffer.concat([textFrame("a"), textFrame("b"), typeof end === "string" ? Buffer.of() : end]),
        );
        if (end === "FIN") socket.receiveEnd();
        if (end === "RST") socket.reset();
        await turn();
        expect([messages, ends]).toEqual([["a"], []]);
        finish();
        await turn();
        expect(messages).toEqual(["a", "b"]);
        finish();
        await pass(3_000);
        expect(ends).toHaveLength(1);
      }
    }),
  );

  test(
    "holds as many bytes as it may",
    fake(async () => {
      const { it } = make({ message: () => new Promise(() => {}) }, { limits: { inboxBytes: 100 } });
      const { socket } = await it.open();
      for (const size of [50, 60, 39]) socket.receive(textFrame("x".repeat(size)));
      await settle();
      expect(socket.isPaused()).toBe(false);
      socket.receive(textFrame("x"));
      await settle();
      expect(socket.isPaused()).toBe(true);
    }),
  );
});

describe("the end of a connection", () => {
  test(
    "a RST: closed once, 1006, and what is written then goes nowhere",
    fake(async () => {
      const { it, ends } = make();
      const { socket, connection } = await it.open();
      socket.reset();
      expect(connection.write("x")).toBeOneOf(["sent", "closed"]);
      await turn();
      expect(ends).toEqual([reset]);
      expect([connection.readyState, connection.bufferedAmount]).toEqual(["closed", 0]);
    }),
  );

  test(
    "a FIN without a Close: our FIN answers, closed once, 1006",
    fake(async () => {
      const { it, ends, sent } = make();
      const { socket } = await it.open();
      socket.receiveEnd();
      await turn();
      expect([socket.isEnded, socket.destroyed, sent(socket)]).toEqual([true, true, []]);
      expect(ends).toEqual([reset]);
    }),
  );

  test(
    "both sides close in the same moment: one Close each, clean",
    fake(async () => {
      const { it, ends, sent } = make();
      const { socket, connection } = await it.open();
      connection.close(4000, "mine");
      socket.receive(closeFrame(4001));
      await turn();
      expect(sent(socket)).toEqual(["close 4000"]);
      expect(socket.isEnded).toBe(true);
      socket.receiveEnd();
      await turn();
      expect(ends).toEqual([{ code: 4000, reason: "mine", wasClean: true, by: "server" }]);
    }),
  );

  test(
    "our Close that the kernel never took is not clean",
    fake(async () => {
      const { it, ends } = make();
      const { socket } = await it.open();
      socket.limit(0);
      socket.receive(closeFrame(4001));
      await pass(11_000);
      expect(socket.destroyed).toBe(true);
      expect(ends).toEqual([{ code: 4001, reason: "", wasClean: false, by: "peer" }]);
    }),
  );

  test(
    "a reset before the kernel took our reply to the peer's Close is no clean end, even if nothing waits in the end",
    fake(async () => {
      const { it, ends } = make();
      const { socket } = await it.open();
      socket.limit(0);
      socket.receive(closeFrame(4001));
      await settle();
      socket.reset();
      await settle();
      expect(ends).toEqual([{ code: 4001, reason: "", wasClean: false, by: "peer" }]);
    }),
  );

  test(
    "Pings that are not answered yet when we close: no answer comes behind the Close",
    fake(async () => {
      const { it, sent } = make();
      const { socket, connection } = await it.open();
      socket.limit(0);
      connection.write("x");
      await turn();
      for (let i = 0; i < 40; i++) socket.receive(pingFrame(String(i)));
      await turn();
      connection.close(4000);
      socket.accept(10_000);
      await turn();
      expect(sent(socket).at(-1)).toBe("close 4000");
      expect(sent(socket).filter((frame) => frame.startsWith("pong"))).toHaveLength(17);
    }),
  );

  test(
    "close in open, and again: one Close; messages that came with the handshake are not delivered after it",
    fake(async () => {
      const results: string[] = [];
      const { it, messages, sent } = make({
        open(connection) {
          results.push(
            connection.close(4000),
            connection.close(4001),
            connection.write("x"),
            connection.ping(),
          );
        },
      });
      const socket = it.upgrade("/ws", new FakeSocket(), textFrame("early"));
      await turn();
      expect(results).toEqual(["sent", "closed", "closed", "closed"]);
      expect([sent(socket), messages]).toEqual([["close 4000"], []]);
    }),
  );

  test(
    "terminate in the middle of a burst: nothing more of it is delivered",
    fake(async () => {
      const { it, messages, ends } = make({ message: (connection) => connection.terminate() });
      const { socket } = await it.open();
      socket.receive(Buffer.concat([textFrame("a"), textFrame("b"), closeFrame(1000)]));
      await turn();
      expect(messages).toEqual(["a"]);
      expect(ends).toEqual([{ ...reset, by: "server" }]);
    }),
  );

  test(
    "one connection that ends another in its callback: that one hears nothing more",
    fake(async () => {
      const { it, messages } = make({
        message(connection) {
          for (const other of it.connections) if (other !== connection) other.terminate();
        },
      });
      const [one, other] = [await it.open(), await it.open()];
      other.socket.receive(textFrame("first").subarray(0, 8));
      await settle();
      one.socket.receive(textFrame("go"));
      other.socket.receive(textFrame("second"));
      await turn();
      expect(messages).toEqual(["go"]);
    }),
  );
});

describe("deadlines", () => {
  test(
    "a Close that is never answered: dropped after closeTimeout, not before",
    fake(async () => {
      const { it, ends } = make();
      const { socket, connection } = await it.open();
      connection.close(4000);
      await pass(9_500);
      expect(socket.destroyed).toBe(false);
      await pass(1_000);
      expect(socket.destroyed).toBe(true);
      expect(ends).toEqual([{ code: 4000, reason: "", wasClean: false, by: "server" }]);
    }),
  );

  test(
    "a closing handshake whose peer keeps TCP open: dropped after lingerTimeout, not before",
    fake(async () => {
      const { it, ends } = make();
      const { socket } = await it.open();
      socket.receive(closeFrame(1000));
      await pass(1_500);
      expect([socket.isEnded, socket.destroyed]).toEqual([true, false]);
      await pass(1_000);
      expect(socket.destroyed).toBe(true);
      expect(ends).toEqual([{ code: 1000, reason: "", wasClean: true, by: "peer" }]);
    }),
  );

  test(
    "a silent peer: a Ping after 25 s, dropped 20 s later, 1006 once",
    fake(async () => {
      const { it, ends, sent } = make();
      const { socket } = await it.open();
      await pass(24_000);
      expect(sent(socket)).toEqual([]);
      await pass(2_000);
      expect(sent(socket)).toEqual(["ping"]);
      await pass(18_000);
      expect(socket.destroyed).toBe(false);
      await pass(2_000);
      expect(ends).toEqual([{ ...reset, by: "timeout" }]);
    }),
  );

  test(
    "a peer that answers is kept for ever",
    fake(async () => {
      const { it, ends, sent } = make();
      const { socket } = await it.open();
      for (let i = 1; i < 20; i++) {
        await pass(26_000);
        expect(sent(socket)).toHaveLength(i);
        await pass(15_000);
        socket.receive(frame({ opcode: 10 }));
      }
      expect(ends).toEqual([]);
    }),
  );

  test(
    "a message in drips: 1008 after 60 s, though every drip is a sign of life",
    fake(async () => {
      const { it, ends, sent } = make();
      const { socket } = await it.open();
      for (const octet of frame({ opcode: 1, payload: "x".repeat(70) }).subarray(0, 60)) {
        socket.receive(Buffer.of(octet));
        await pass(1_000);
      }
      await pass(1_000);
      expect(sent(socket)).toEqual(["close 1008"]);
      await pass(10_000);
      expect(ends).toMatchObject([{ code: 1008, by: "timeout", wasClean: false }]);
    }),
  );

  test(
    "a kernel that takes nothing: dropped 30 s later; one that takes a byte now and then is not",
    fake(async () => {
      const { it } = make({}, { limits: { pingInterval: Number.POSITIVE_INFINITY } });
      const [dead, slow] = [await it.open(), await it.open()];
      for (const { socket, connection } of [dead, slow]) {
        socket.limit(0);
        connection.write("x".repeat(1_000));
      }
      await pass(29_000);
      expect(dead.socket.destroyed).toBe(false);
      slow.socket.accept(1);
      await pass(2_000);
      expect([dead.socket.destroyed, slow.socket.destroyed]).toEqual([true, false]);
      for (let i = 0; i < 5; i++) {
        slow.socket.accept(1);
        await pass(20_000);
      }
      expect(slow.socket.destroyed).toBe(false);
    }),
  );

  test(
    "closed behind a callback that never settles, and that throws: told once, and time goes on",
    fake(async () => {
      const oh = new Error("oh");
      const { it, ends } = make({
        message: () => new Promise(() => {}),
        closed() {
          throw oh;
        },
      });
      const { socket } = await it.open();
      const other = await it.open();
      socket.receive(textFrame("x"));
      await settle();
      socket.reset();
      await pass(11_000);
      expect([ends, it.errors]).toEqual([[reset], [oh]]);
      await pass(16_000);
      expect(other.socket.frames(afterHead(other.socket.wire)).map(line)).toEqual(["ping"]);
    }),
  );
});

describe("replies and who gets them", () => {
  test(
    "a connection that is read within a callback of another: each has its own",
    fake(async () => {
      const { it, sent } = make({
        message(connection, data) {
          connection.write(`to ${connection.state.name}`);
          // A proxy over streams in memory: what one writes the other has read before `write` returns.
          if (data === "go") it.sockets[1]!.receive(textFrame("nested"));
          connection.write(`again to ${connection.state.name}`);
        },
      });
      const one = it.upgrade("/one");
      const other = it.upgrade("/other");
      await settle();
      one.receive(textFrame("go"));
      await turn();
      expect(sent(one)).toEqual(['text "to /one"', 'text "again to /one"']);
      expect(sent(other)).toEqual(['text "to /other"', 'text "again to /other"']);
    }),
  );

  test(
    "whole frames written to the socket come behind what was written to the connection",
    fake(async () => {
      const { it, sent } = make();
      const { socket, connection } = await it.open();
      connection.write("first");
      connection.socket.write(frame({ opcode: 1, payload: "second", key: null }));
      connection.write("third");
      await turn();
      expect(sent(socket)).toEqual(['text "first"', 'text "second"', 'text "third"']);
    }),
  );

  test(
    "drained() is told when the kernel took all, and when the connection is lost",
    fake(async () => {
      const { it } = make();
      const [one, other] = [await it.open(), await it.open()];
      const told: string[] = [];
      for (const [name, { socket, connection }] of [
        ["taken", one],
        ["lost", other],
      ] as const) {
        socket.limit(0);
        connection.write("x");
        void connection.drained().then(() => told.push(name));
      }
      await turn();
      expect(told).toEqual([]);
      one.socket.accept(100);
      await settle();
      expect(told).toEqual(["taken"]);
      other.socket.reset();
      await settle();
      expect(told).toEqual(["taken", "lost"]);
    }),
  );
});

describe("opening handshakes", () => {
  test(
    "frames behind the request wait for an answer that comes later, and none is lost",
    fake(async () => {
      let decide = (): void => {};
      const { it, messages } = make({
        handshake: () =>
          new Promise<void>((resolve) => {
            decide = resolve;
          }),
      });
      const socket = it.connect();
      socket.receive(Buffer.concat([request(), textFrame("a")]));
      socket.receive(textFrame("b"));
      await settle();
      socket.receive(textFrame("c"));
      await settle();
      expect(messages).toEqual([]);
      decide();
      await settle();
      expect(messages).toEqual(["a", "b", "c"]);
    }),
  );

  test(
    "a peer that ends its side meanwhile is noticed once the answer is given",
    fake(async () => {
      let decide = (): void => {};
      const { it, ends } = make({
        handshake: () =>
          new Promise<void>((resolve) => {
            decide = resolve;
          }),
      });
      const socket = it.upgrade();
      socket.receiveEnd();
      await settle();
      decide();
      await turn();
      expect(ends).toEqual([reset]);
    }),
  );

  test(
    "a peer that is gone before the answer: no connection, no callback",
    fake(async () => {
      let decide = (): void => {};
      const { it, ends } = make({
        handshake: () =>
          new Promise<void>((resolve) => {
            decide = resolve;
          }),
      });
      const socket = it.upgrade();
      await settle();
      expect(it.server.stats().handshakes).toBe(1);
      socket.reset();
      await settle();
      decide();
      await turn();
      expect([ends, it.errors]).toEqual([[], []]);
      expect(it.connections[0]!.readyState).toBe("closed");
      expect(it.server.stats()).toMatchObject({ accepted: 0, handshakes: 0, connections: 0 });
    }),
  );

  test(
    "an answer that takes longer than handshakeTimeout: 503, and it changes nothing when it comes",
    fake(async () => {
      let decide = (): void => {};
      const { it, ends } = make({
        handshake: () =>
          new Promise<void>((resolve) => {
            decide = resolve;
          }),
      });
      const socket = it.upgrade();
      await pass(10_500);
      expect(socket.wire.toString()).toMatch(/^HTTP\/1\.1 503 /);
      decide();
      await pass(3_000);
      expect(socket.destroyed).toBe(true);
      expect(socket.wire.toString().match(/HTTP\/1\.1/g)).toHaveLength(1);
      expect([ends, it.errors]).toEqual([[], []]);
    }),
  );

  test(
    "a request in drips: 408 after handshakeTimeout, dropped when the peer does not end",
    fake(async () => {
      const { it } = make();
      const socket = it.connect();
      for (const octet of request().subarray(0, 11)) {
        socket.receive(Buffer.of(octet));
        await pass(1_000);
      }
      expect(socket.wire.toString()).toMatch(/^HTTP\/1\.1 408 /);
      await pass(2_500);
      expect(socket.destroyed).toBe(true);
    }),
  );
});

describe("server.close()", () => {
  test(
    "waits for closing handshakes, drops what is left, says how many",
    fake(async () => {
      const { it, ends, sent } = make();
      const [polite, rude] = [await it.open(), await it.open()];
      const result = it.server.close({ within: 5_000 });
      await turn();
      for (const { socket } of [polite, rude]) expect(sent(socket)).toEqual(["close 1001"]);
      polite.socket.receive(closeFrame(1001));
      polite.socket.receiveEnd();
      await pass(4_000);
      expect(ends).toMatchObject([{ code: 1001, by: "shutdown", wasClean: true }]);
      await pass(2_000);
      expect(await result).toEqual({ closed: 1, terminated: 1 });
      expect(ends).toHaveLength(2);
    }),
  );

  test(
    "keeps to its time though a callback of a connection that is gone never settles",
    fake(async () => {
      const { it, ends } = make({ message: () => new Promise(() => {}) });
      const { socket } = await it.open();
      socket.receive(textFrame("x"));
      await settle();
      socket.reset();
      await settle();
      const result = it.server.close({ within: 1_000 });
      await pass(1_500);
      expect(await Promise.race([result, "not yet"])).toEqual({ closed: 0, terminated: 1 });
      expect(ends).toEqual([reset]);
      await pass(20_000);
      expect(ends).toHaveLength(1);
    }),
  );

  test(
    "waits for the callback that is pending: its reply comes before the Close",
    fake(async () => {
      let finish = (): void => {};
      const { it, messages, sent } = make({
        async message(connection) {
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          connection.write("reply");
        },
      });
      const { socket } = await it.open();
      socket.receive(Buffer.concat([textFrame("a"), textFrame("b")]));
      await settle();
      void it.server.close();
      await turn();
      expect(sent(socket)).toEqual([]);
      finish();
      await turn();
      expect(sent(socket)).toEqual(['text "reply"', "close 1001"]);
      expect(messages).toEqual(["a"]);
    }),
  );
});
