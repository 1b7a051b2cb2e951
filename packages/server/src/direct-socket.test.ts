import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { acceptedHandle, destroyed, Ear } from "../test/support/accepted.ts";
import { type DirectSocket, directSocket } from "./direct-socket.ts";
import { receiverOf, setReceiver } from "./receiver.ts";
import { unsent } from "./unsent.ts";

type Side = { socket: DirectSocket; ear: Ear; peer: net.Socket };

/** A direct socket that reads, its receiver, and its peer. */
async function open(path?: string): Promise<Side> {
  const { handle, peer } = await acceptedHandle(path);
  const socket = destroyed(directSocket(handle)!);
  const ear = new Ear();
  socket.start(ear);
  return { socket, ear, peer };
}

/** What the peer reads from now on to the end. */
async function readAll(peer: net.Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  peer.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(peer, "end");
  return Buffer.concat(chunks);
}

/** More than the kernel takes from one who does not read. */
const large = Buffer.alloc(16 << 20, "0123456789abcdef");
const bytes = (text: string): Buffer => Buffer.from(text);

/** Lets the event loop turn so often that whatever could happen by itself has. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

test("this Node lets us drive handles: no connection silently takes a slower way", async () => {
  const { handle } = await acceptedHandle();
  const socket = directSocket(handle);
  expect(socket, `Node ${process.version} has no usable binding`).toBeDefined();
  destroyed(socket!);
});

describe("reading", () => {
  test("bytes go to the receiver, and to the next one once it is handed over", async () => {
    const { socket, ear, peer } = await open();
    expect(receiverOf(socket)).toBe(ear);
    peer.write("first");
    await ear.heard(5);
    const next = new Ear();
    setReceiver(socket, next);
    peer.write("second");
    await next.heard(6);
    expect([ear.bytes, next.bytes]).toEqual(["first", "second"]);
  });

  test("nothing is delivered while it is paused, and nothing is lost", async () => {
    const { socket, ear, peer } = await open();
    socket.pause();
    expect(socket.isPaused()).toBe(true);
    await new Promise<void>((resolve) => peer.end("later", () => resolve()));
    await turns();
    expect([ear.bytes, ear.log]).toEqual(["", []]);
    socket.resume();
    expect(socket.isPaused()).toBe(false);
    await ear.saw("end");
    expect(ear.bytes).toBe("later");
  });

  test("pausing within a read holds back what comes after it", async () => {
    const { socket, ear, peer } = await open();
    ear.react = () => socket.pause();
    peer.write(large.subarray(0, 1 << 20));
    await ear.heard(1);
    const { length } = ear.bytes;
    await turns();
    expect(ear.bytes).toHaveLength(length);
    ear.react = () => {};
    socket.resume();
    await ear.heard(1 << 20);
    expect(ear.bytes).toBe(large.toString("latin1", 0, 1 << 20));
  });

  test("nothing is heard of one that was destroyed but that it is gone", async () => {
    const { socket, ear, peer } = await open();
    ear.react = () => socket.destroy();
    peer.write(large.subarray(0, 200_000));
    await ear.saw("gone");
    expect(ear.bytes.length).toBeLessThan(200_000);
    expect(ear.log).toEqual(["gone"]);
    expect([socket.destroyed, socket.closed]).toEqual([true, true]);
    socket.resume();
    socket.pause();
    socket.destroy();
    await turns();
    expect(ear.log).toEqual(["gone"]);
  });
});

describe("writing", () => {
  test("what the kernel takes at once leaves nothing", async () => {
    const { socket, peer } = await open();
    socket.write(bytes("hello"));
    expect([socket.writableLength, unsent(socket)]).toEqual([0, 0]);
    expect(String((await once(peer, "data"))[0])).toBe("hello");
    await new Promise<void>((resolve) => socket.write(new Uint8Array(0), resolve));
  });

  test("what it does not take counts until it is out, in order, and whoever waits is told", async () => {
    const { socket, peer } = await open();
    socket.write(large);
    expect(socket.writableLength).toBe(large.length);
    socket.write(bytes("tail"));
    expect(socket.writableLength).toBe(large.length + 4);
    expect(unsent(socket)).toBeLessThanOrEqual(large.length + 4);
    expect(unsent(socket)).toBeGreaterThan(0);
    const told: string[] = [];
    const out = Promise.all(
      ["a", "b"].map(
        (name) =>
          new Promise<void>((resolve) =>
            socket.write(new Uint8Array(0), () => resolve(void told.push(name))),
          ),
      ),
    );
    const received = readAll(peer);
    await out;
    expect([told, socket.writableLength, unsent(socket)]).toEqual([["a", "b"], 0, 0]);
    socket.end();
    expect((await received).equals(Buffer.concat([large, bytes("tail")]))).toBe(true);
  });

  test("between cork and uncork everything is gathered for one write", async () => {
    const { socket, peer } = await open();
    socket.cork();
    socket.write(bytes("one "));
    socket.cork();
    socket.write(bytes("two "));
    expect(socket.writableCorked).toBe(1);
    await turns();
    expect(peer.bytesRead).toBe(0);
    socket.uncork();
    expect(socket.writableCorked).toBe(0);
    socket.cork();
    socket.uncork();
    socket.uncork();
    socket.end(bytes("three"));
    expect(String(await readAll(peer))).toBe("one two three");
  });

  test("what is gathered counts as not taken: its memory may not be used again yet", async () => {
    const { socket } = await open();
    socket.cork();
    socket.write(bytes("one "));
    socket.write(bytes("two"));
    expect(socket.writableLength).toBe(7);
    socket.uncork();
    expect(socket.writableLength).toBe(0);
    socket.write(large);
    socket.cork();
    socket.write(bytes("tail"));
    expect(socket.writableLength).toBe(large.length + 4);
    socket.uncork();
    expect(socket.writableLength).toBe(large.length + 4);
  });

  test("a corked write that the kernel does not take waits like any other", async () => {
    const { socket, peer } = await open();
    socket.cork();
    socket.write(large);
    socket.write(bytes("tail"));
    socket.uncork();
    expect(socket.writableLength).toBe(large.length + 4);
    socket.end();
    expect(await readAll(peer)).toHaveLength(large.length + 4);
    expect(socket.writableLength).toBe(0);
  });

  test("nothing goes out after the end, and nothing throws", async () => {
    const { socket, peer } = await open();
    socket.end(bytes("last"));
    socket.write(bytes("no more"));
    socket.end(bytes("nor this"));
    expect(String(await readAll(peer))).toBe("last");
  });

  test("one that was destroyed drops what is written, and tells whoever waits", async () => {
    const { socket, ear } = await open();
    socket.write(large);
    const told = new Promise<void>((resolve) => socket.write(new Uint8Array(0), resolve));
    socket.cork();
    socket.write(bytes("corked"));
    socket.destroy();
    socket.uncork();
    socket.write(bytes("lost"));
    socket.end(bytes("lost"));
    await told;
    await ear.saw("gone");
    expect(socket.writableLength).toBe(0);
    await new Promise<void>((resolve) => socket.write(bytes("lost"), resolve));
  });
});

describe("ending", () => {
  test("each side ends for itself: after the peer's end we still send", async () => {
    const { socket, ear, peer } = await open();
    const received = readAll(peer);
    peer.end("bye");
    await ear.saw("end");
    expect(ear.bytes).toBe("bye");
    await turns();
    expect([ear.log, socket.destroyed]).toEqual([["end"], false]);
    socket.pause();
    socket.resume();
    socket.end(bytes("still here"));
    expect(String(await received)).toBe("still here");
    await ear.saw("gone");
    expect([ear.log, socket.closed]).toEqual([["end", "gone"], true]);
  });

  test("each side ends for itself: after our end the peer is still heard", async () => {
    const { socket, ear, peer } = await open();
    socket.end();
    await readAll(peer);
    peer.end("still here");
    await ear.saw("gone");
    expect([ear.bytes, ear.log]).toEqual(["still here", ["end", "gone"]]);
  });

  test("our end stands behind everything that was written", async () => {
    const { socket, ear, peer } = await open();
    socket.write(large);
    socket.end(bytes("tail"));
    peer.end();
    await ear.saw("end");
    expect(socket.destroyed).toBe(false);
    expect(await readAll(peer)).toHaveLength(large.length + 4);
    await ear.saw("gone");
  });

  test("an end that answers the peer's, with nothing left to be sent, is the end of it", async () => {
    const { socket, ear, peer } = await open();
    ear.onEnd = () => {
      ear.log.push("end");
      socket.end(bytes("last"));
    };
    peer.end();
    expect(String(await readAll(peer))).toBe("last");
    await ear.saw("gone");
    expect([ear.log, socket.destroyed]).toEqual([["end", "gone"], true]);
  });

  test("a reset by the peer is the end of it", async () => {
    const { socket, ear, peer } = await open();
    peer.resetAndDestroy();
    await ear.saw("gone");
    expect([ear.log, socket.destroyed]).toEqual([["gone"], true]);
    socket.write(bytes("to nobody"));
    socket.end();
  });

  test("a reset while much is being sent is the end of it, and nobody waits for ever", async () => {
    const { socket, ear, peer } = await open();
    socket.pause();
    socket.write(large);
    const told = new Promise<void>((resolve) => socket.write(new Uint8Array(0), resolve));
    peer.resetAndDestroy();
    await told;
    await ear.saw("gone");
    expect([ear.log, socket.writableLength]).toEqual([["gone"], 0]);
  });

  test("a write that finds the connection broken is the end of it", async () => {
    const { socket, ear, peer } = await open();
    socket.pause();
    peer.resetAndDestroy();
    await once(peer, "close");
    while (!socket.destroyed) {
      socket.write(bytes("hello?"));
      await turns();
    }
    await ear.saw("gone");
    expect(ear.log).toEqual(["gone"]);
  });

  test("an end that finds the connection broken is none of the caller's concern", async () => {
    const { socket, ear, peer } = await open();
    socket.pause();
    peer.resetAndDestroy();
    await once(peer, "close");
    await turns();
    socket.end();
    socket.resume();
    await ear.saw("gone");
  });
});

test("on a Unix socket all is the same, and the peer has no address", async () => {
  const folder = await mkdtemp(join(tmpdir(), "exws-"));
  const { socket, ear, peer } = await open(join(folder, "x.sock"));
  expect(socket.remoteAddress).toBe("");
  peer.end("hello");
  await ear.saw("end");
  socket.end(bytes("back"));
  expect(String(await readAll(peer))).toBe("back");
  await ear.saw("gone");
  expect(ear.bytes).toBe("hello");
  await rm(folder, { recursive: true });
});

describe("the socket of Node that stands for it", () => {
  test("is made once, knows its peer and the same receiver, reads, writes and ends", async () => {
    const { socket, ear, peer } = await open();
    expect(socket.remoteAddress).toBe("127.0.0.1");
    const node = socket.socket;
    expect(node).toBeInstanceOf(net.Socket);
    expect(socket.socket).toBe(node);
    expect([node.remotePort, node.remoteAddress]).toEqual([peer.localPort, "127.0.0.1"]);
    expect(receiverOf(node)).toBe(ear);
    peer.write("one");
    await ear.heard(3);
    const next = new Ear();
    setReceiver(socket, next);
    expect(receiverOf(node)).toBe(next);
    setReceiver(node, ear);
    expect(receiverOf(socket)).toBe(ear);
    socket.write(bytes("a"));
    node.write(bytes("b"));
    socket.cork();
    socket.write(bytes("c"));
    expect(socket.writableCorked).toBe(1);
    socket.uncork();
    const received = readAll(peer);
    socket.end(bytes("d"));
    expect(String(await received)).toBe("abcd");
    peer.end("two");
    await ear.saw("gone");
    expect([ear.bytes, ear.log]).toEqual(["onetwo", ["end", "gone"]]);
    expect([socket.destroyed, socket.closed]).toEqual([true, true]);
  });

  test("comes behind what is still being sent, and behind our end", async () => {
    const { socket, ear, peer } = await open();
    socket.write(large);
    socket.end(bytes("tail"));
    peer.end();
    await ear.saw("end");
    const node = socket.socket;
    expect(socket.writableLength).toBe(large.length + 4);
    await turns();
    expect(node.destroyed).toBe(false);
    expect(await readAll(peer)).toHaveLength(large.length + 4);
    await ear.saw("gone");
    expect([ear.log, socket.writableLength, node.destroyed]).toEqual([["end", "gone"], 0, true]);
  });

  test("of one that has ended its side is ended too", async () => {
    const { socket, ear, peer } = await open();
    socket.end();
    await readAll(peer);
    await turns();
    const node = socket.socket;
    expect(node.writableEnded).toBe(true);
    peer.end("bye");
    await ear.saw("gone");
    expect([ear.bytes, ear.log]).toEqual(["bye", ["end", "gone"]]);
  });

  test("tells whoever waits for what was written before it, and after it", async () => {
    const { socket, peer } = await open();
    const told: string[] = [];
    socket.write(large);
    const before = new Promise<void>((resolve) => socket.write(new Uint8Array(0), resolve));
    const node = socket.socket;
    const after = new Promise<void>((resolve) =>
      socket.write(bytes("tail"), () => resolve(void told.push("after"))),
    );
    expect(socket.writableLength).toBe(large.length + 4);
    const received = readAll(peer);
    await before;
    await after;
    expect(socket.writableLength).toBe(0);
    node.end();
    expect((await received).equals(Buffer.concat([large, bytes("tail")]))).toBe(true);
  });

  test("is paused as it was, and pauses and resumes with it", async () => {
    const { socket, ear, peer } = await open();
    socket.pause();
    const node = socket.socket;
    peer.write("hello");
    await turns();
    expect([socket.isPaused(), node.isPaused(), ear.bytes]).toEqual([true, true, ""]);
    socket.resume();
    await ear.heard(5);
    socket.pause();
    expect(node.isPaused()).toBe(true);
  });

  test("may be asked for within a read", async () => {
    const { socket, ear, peer } = await open();
    ear.react = () => socket.socket.setKeepAlive(true);
    peer.write(large.subarray(0, 1 << 20));
    await ear.heard(1 << 20);
    expect(ear.bytes).toBe(large.toString("latin1", 0, 1 << 20));
    peer.end();
    await ear.saw("end");
  });

  test.each<[string, (node: net.Socket, socket: DirectSocket) => void]>([
    ["it is destroyed", (node) => node.destroy()],
    ["it is destroyed with an error", (node) => node.destroy(new Error("enough"))],
    ["it is reset", (node) => node.resetAndDestroy()],
    ["ours is destroyed", (_, socket) => socket.destroy()],
  ])("when %s, both are gone, once", async (_, act) => {
    const { socket, ear } = await open();
    socket.write(large);
    const node = socket.socket;
    act(node, socket);
    expect([node.destroyed, socket.destroyed]).toEqual([true, true]);
    await ear.saw("gone");
    await turns();
    expect([ear.log, socket.closed]).toEqual([["gone"], true]);
  });

  test("that is asked for too late is destroyed from the beginning, and nobody hears of it", async () => {
    const { socket, ear } = await open();
    socket.destroy();
    const node = socket.socket;
    expect([node.destroyed, receiverOf(node)]).toEqual([true, ear]);
    await ear.saw("gone");
    await turns();
    expect(socket.closed).toBe(true);
    expect(ear.log).toEqual(["gone"]);
  });
});
