/** An extension that encodes and decodes elsewhere, and what may happen meanwhile. */
import type { MessageTransform } from "@exws/frame";
import { expect, test } from "vitest";
import { accept, type CloseInfo, type Extension, type Handler } from "../../src/index.ts";
import { closeFrame, frame, pingFrame, textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { afterHead, FakeServer, type Named, pass, turn, withFakeTime } from "./fake-server.ts";
import { FakeSocket, settle } from "./fake-socket.ts";

/** Marks messages and leaves them as they are, when the test says so. */
function make(limits = {}, handshake?: Handler<Named>["handshake"]) {
  const pending: { type: "encode" | "decode"; finish: () => void; fail: (error: Error) => void }[] = [];
  const closed: string[] = [];
  const work = (type: "encode" | "decode", payload: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      const copy = Uint8Array.from(payload);
      pending.push({ type, finish: () => resolve(copy), fail: reject });
    });
  const extension: Extension = {
    name: "x-later",
    negotiate: () => ({ name: "x-later", params: [] }),
    start: () => {
      started++;
      return transform;
    },
  };
  let started = 0;
  const transform: MessageTransform = {
    rsv: 4,
    threshold: 2,
    encode: (payload) => work("encode", payload),
    encodePrepared: () => undefined,
    decode: (payload) => work("decode", payload),
    close: () => void closed.push("closed"),
  };
  const messages: unknown[] = [];
  const ends: CloseInfo[] = [];
  const drained: string[] = [];
  const it = new FakeServer({
    extensions: [extension],
    limits,
    handler: {
      ...(handshake !== undefined && { handshake }),
      message: (_, data) => void messages.push(data),
      drained: () => void drained.push("drained"),
      closed: (_, info) => void ends.push(info),
    },
  });
  const open = async (socket = new FakeSocket()) => {
    it.connect(socket);
    socket.receive(request({ add: ["Sec-WebSocket-Extensions: x-later"] }));
    await settle();
    expect(socket.wire.toString()).toContain("Sec-WebSocket-Extensions: x-later\r\n");
    return { socket, connection: it.connections.at(-1)! };
  };
  /** First octet and payload of each frame; all payloads here are short. */
  const sent = (socket: FakeSocket): string[] => {
    const lines: string[] = [];
    let wire = socket.wire.subarray(afterHead(socket.wire));
    for (; wire.length > 0; wire = wire.subarray(2 + wire[1]!)) {
      const payload = wire.subarray(2, 2 + wire[1]!);
      lines.push(`${wire[0]!.toString(16)} ${payload.toString(wire[0] === 0x88 ? "hex" : "latin1")}`);
    }
    return lines;
  };
  return { it, started: () => started, open, pending, closed, messages, ends, drained, sent };
}

const marked = (payload: string): Buffer => frame({ opcode: 1, rsv: 4, payload });

test("a message that is whole is not an unfinished one, however long the peer is silent after it", () =>
  withFakeTime(async () => {
    const { open, pending, messages, ends } = make({ pingInterval: Number.POSITIVE_INFINITY });
    const { socket } = await open();
    socket.receive(marked("hello"));
    await settle();
    pending.shift()!.finish();
    await settle();
    expect(messages).toEqual(["hello"]);
    await pass(120_000);
    expect(ends).toEqual([]);
    // And the next has its own time.
    socket.receive(marked("again").subarray(0, 4));
    await pass(59_000);
    socket.receive(marked("again").subarray(4));
    await settle();
    pending.shift()!.finish();
    await settle();
    expect(messages).toEqual(["hello", "again"]);
  }));

test("while a message is being decoded nothing is read, and what comes is heard behind it", () =>
  withFakeTime(async () => {
    const { open, pending, messages, sent } = make();
    const { socket } = await open();
    socket.receive(Buffer.concat([marked("one"), pingFrame("p"), textFrame("two")]));
    socket.receive(textFrame("three"));
    await settle();
    expect(socket.isPaused()).toBe(true);
    expect(messages).toEqual([]);
    pending.shift()!.finish();
    await turn();
    expect(messages).toEqual(["one", "two", "three"]);
    expect(sent(socket)).toEqual(["8a p"]);
  }));

test("the Close frame stands behind what is still being encoded", () =>
  withFakeTime(async () => {
    const { open, pending, sent, ends } = make();
    const { socket, connection } = await open();
    connection.write("first");
    connection.write("second");
    expect(connection.bufferedAmount).toBe(11);
    connection.close(4000);
    await turn();
    expect(sent(socket)).toEqual([]);
    while (pending.length > 0) {
      pending.shift()!.finish();
      await turn();
    }
    expect(sent(socket)).toEqual(["c1 first", "c1 second", "88 0fa0"]);
    socket.receive(closeFrame(4000));
    socket.receiveEnd();
    await turn();
    expect(ends).toMatchObject([{ code: 4000, wasClean: true }]);
  }));

test("an encoding that never ends is given up with the closing handshake", () =>
  withFakeTime(async () => {
    const { open, ends, closed } = make();
    const { socket, connection } = await open();
    connection.write("first");
    connection.close(4000);
    await pass(11_000);
    expect(socket.destroyed).toBe(true);
    expect(ends).toMatchObject([{ code: 4000, wasClean: false, by: "server" }]);
    expect(closed).toEqual(["closed"]);
  }));

test("an encoding that fails is 1011, and nothing comes behind the Close frame", () =>
  withFakeTime(async () => {
    const { it, open, pending, sent, ends } = make();
    const { socket, connection } = await open();
    for (const data of ["first", "x", "third"]) connection.write(data);
    pending.shift()!.fail(new Error("no memory"));
    await turn();
    for (const { finish } of pending) finish();
    await turn();
    expect(sent(socket)).toEqual(["88 03f3"]);
    expect(socket.faults).toEqual([]);
    expect(it.errors).toHaveLength(1);
    await pass(3_000);
    expect(ends).toMatchObject([{ code: 1011, by: "error" }]);
  }));

test("a connection that is lost meanwhile: nothing is heard, sent or left, whatever settles later", () =>
  withFakeTime(async () => {
    const { it, open, pending, messages, ends, closed } = make();
    const { socket, connection } = await open();
    connection.write("out");
    socket.receive(Buffer.concat([marked("in"), textFrame("behind")]));
    await settle();
    const told = connection.drained();
    socket.reset();
    await told;
    for (const { finish } of pending) finish();
    await turn();
    expect([messages, it.errors, closed]).toEqual([[], [], ["closed"]]);
    expect(ends).toHaveLength(1);
    expect(connection.bufferedAmount).toBe(0);
    expect(await it.server.close()).toEqual({ closed: 0, terminated: 0 });
  }));

test("drained is told when the last message is encoded and taken", () =>
  withFakeTime(async () => {
    const { open, pending, drained } = make({ softBuffer: 5 });
    const { socket, connection } = await open();
    expect(connection.write("first")).toBe("queued");
    let told = false;
    void connection.drained().then(() => {
      told = true;
    });
    await turn();
    expect([drained, told]).toEqual([[], false]);
    socket.limit(0);
    pending.shift()!.finish();
    await turn();
    expect([drained, told]).toEqual([[], false]);
    socket.accept(100);
    await turn();
    expect([drained, told]).toEqual([["drained"], true]);
  }));

test("an opening handshake that comes to nothing begins no work of an extension", () =>
  withFakeTime(async () => {
    const offer = request({ add: ["Sec-WebSocket-Extensions: x-later"] });
    const refused = make({}, () => accept({ headers: { "x-bad": "a\r\nb" } }));
    refused.it.connect().receive(offer);
    await turn();
    expect(refused.it.sockets[0]!.wire.toString()).toMatch(/^HTTP\/1\.1 500 /);
    expect(refused.started()).toBe(0);
    let decide = (): void => {};
    const lost = make(
      {},
      () =>
        new Promise<void>((resolve) => {
          decide = resolve;
        }),
    );
    const socket = lost.it.connect();
    socket.receive(offer);
    await settle();
    decide();
    socket.reset();
    await turn();
    expect([lost.started(), lost.ends]).toEqual([0, []]);
  }));

test("an extension that cannot begin its work is 500", () =>
  withFakeTime(async () => {
    const fake = new FakeServer({
      extensions: [
        {
          name: "x-later",
          negotiate: () => ({ name: "x-later", params: [] }),
          start() {
            throw new Error("no memory");
          },
        },
      ],
    });
    const socket = fake.connect();
    socket.receive(request({ add: ["Sec-WebSocket-Extensions: x-later"] }));
    await turn();
    expect(socket.wire.toString()).toMatch(/^HTTP\/1\.1 500 /);
    expect(fake.errors).toHaveLength(1);
    expect(fake.server.stats()).toMatchObject({ accepted: 0, connections: 0, handshakes: 0 });
  }));
