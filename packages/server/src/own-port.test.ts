import { once } from "node:events";
import * as net from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { FakeSocket, settle } from "../test/fake-kernel/fake-socket.ts";
import { cert, key } from "../test/support/certificate.ts";
import { checkListenOptions, createListener, listen, listenOptionNames, takeHandle } from "./own-port.ts";
import { listen as hear, type Receiver, receiverOf } from "./receiver.ts";

const open: { destroy(): void }[] = [];
const listeners: net.Server[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) one.destroy();
  for (const listener of listeners.splice(0))
    if (listener.listening) await new Promise((done) => listener.close(done));
});

/** A socket as the listener of an own port hands it over, and its peer. */
async function pair(): Promise<{ socket: net.Socket; peer: net.Socket; listener: net.Server }> {
  let take = (_: net.Socket): void => {};
  const taken = new Promise<net.Socket>((resolve) => {
    take = resolve;
  });
  const listener = createListener({}, 1_000, (socket) => take(socket));
  listeners.push(listener);
  await listen(listener, { host: "127.0.0.1" });
  const peer = net.connect((listener.address() as net.AddressInfo).port, "127.0.0.1");
  const socket = await taken;
  open.push(socket, peer);
  return { socket, peer, listener };
}

/** Hears what comes, and tells when it has heard a number of bytes. */
class Ear implements Receiver {
  readonly log: string[] = [];
  bytes = "";
  #wanted = 0;
  #resolve = (): void => {};
  onBytes(chunk: Uint8Array, start: number, end: number): void {
    this.bytes += Buffer.from(chunk.subarray(start, end)).toString();
    if (this.bytes.length >= this.#wanted) this.#resolve();
  }
  onEnd(): void {
    this.log.push("end");
    this.#resolve();
  }
  onGone(): void {
    this.log.push("gone");
    this.#resolve();
  }
  /** Resolves at `count` bytes, or at the next end. */
  wait(count: number): Promise<void> {
    this.#wanted = count;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (this.bytes.length >= count) resolve();
    });
  }
}

describe("taking the handle of a socket", () => {
  test("this Node has such handles: no connection silently takes the slow way", async () => {
    const { socket } = await pair();
    const direct = takeHandle(socket);
    expect(direct, `Node ${process.version} gives no usable handle`).toBeInstanceOf(net.Socket);
    expect(direct).not.toBe(socket);
    open.push(direct!);
  });

  test("the new socket delivers what comes to its receiver, sends, hears the end, and knows its addresses", async () => {
    const { socket, peer } = await pair();
    const direct = takeHandle(socket)!;
    open.push(direct);
    const ear = new Ear();
    hear(direct, ear);
    expect(receiverOf(direct)).toBe(ear);
    expect(direct.remotePort).toBe(peer.localPort);
    expect(direct.remoteAddress).toBe("127.0.0.1");
    peer.write("hello");
    await ear.wait(5);
    expect(ear.bytes).toBe("hello");
    direct.write("back");
    expect(String((await once(peer, "data"))[0])).toBe("back");
    peer.end(" and bye");
    await ear.wait(13);
    await ear.wait(Number.POSITIVE_INFINITY);
    expect(ear.bytes).toBe("hello and bye");
    expect(ear.log).toEqual(["end"]);
    expect(direct.writable, "our side stays open until we end it").toBe(true);
    direct.end();
    await once(peer, "close");
  });

  test("what was there before the handle was taken is not lost", async () => {
    const { socket, peer } = await pair();
    await new Promise<void>((resolve) => peer.write("early", () => resolve()));
    const direct = takeHandle(socket)!;
    open.push(direct);
    const ear = new Ear();
    hear(direct, ear);
    await ear.wait(5);
    expect(ear.bytes).toBe("early");
  });

  test("the old socket is an empty shell, and the listener counts the connection no longer", async () => {
    const { socket, peer, listener } = await pair();
    const direct = takeHandle(socket)!;
    open.push(direct);
    expect(socket.destroyed).toBe(true);
    await settle();
    expect(await new Promise((resolve) => listener.getConnections((_, count) => resolve(count)))).toBe(0);
    expect([peer.destroyed, direct.destroyed]).toEqual([false, false]);
  });

  test.each<[string, unknown]>([
    ["no handle", undefined],
    ["null", null],
    ["something that is no object", 5],
    ["a handle that cannot read", { useUserBuffer() {} }],
    ["a handle that has no user buffer", { readStart() {} }],
    ["a handle whose functions are none", { readStart: 1, useUserBuffer: 1 }],
  ])("a socket with %s is left as it is", (_, handle) => {
    const socket = Object.assign(new FakeSocket(), { _handle: handle }) as unknown as net.Socket;
    expect(takeHandle(socket)).toBeUndefined();
    expect((socket as unknown as { _handle: unknown })._handle).toBe(handle);
    expect(socket.destroyed).toBe(false);
  });
});

describe("the listener", () => {
  test("hands over TCP sockets that read nothing yet, keep their half open, and do not wait for more to send", async () => {
    const { socket } = await pair();
    expect(socket.isPaused()).toBe(true);
    expect(socket.allowHalfOpen).toBe(true);
  });

  test("a failed TLS handshake is no error of anybody", async () => {
    const sockets: net.Socket[] = [];
    const listener = createListener({ tls: { key, cert } }, Number.POSITIVE_INFINITY, (socket) =>
      sockets.push(socket),
    );
    listeners.push(listener);
    await listen(listener, { host: "127.0.0.1" });
    const peer = net.connect((listener.address() as net.AddressInfo).port, "127.0.0.1");
    peer.on("error", () => {});
    open.push(peer);
    peer.write("this is no TLS\r\n\r\n");
    peer.resume();
    await once(peer, "close");
    expect(sockets).toEqual([]);
  });

  test("an address that cannot be had is the system's error, and no listener for errors is left", async () => {
    const { listener } = await pair();
    const { port } = listener.address() as net.AddressInfo;
    const second = createListener({}, 1_000, () => {});
    await expect(listen(second, { port, host: "127.0.0.1" })).rejects.toMatchObject({ code: "EADDRINUSE" });
    const third = createListener({}, 1_000, () => {});
    listeners.push(third);
    const before = third.listenerCount("error");
    await listen(third, { host: "127.0.0.1", backlog: 5, reusePort: false });
    expect(third.listenerCount("error")).toBe(before);
  });
});

describe("options", () => {
  test("none is needed, and any port, host, path or TLS will do", () => {
    for (const options of [{}, { port: 0 }, { port: 65_535, host: "::1" }, { path: "/tmp/x" }, { tls: {} }]) {
      expect(() => checkListenOptions(options)).not.toThrow();
    }
    expect(listenOptionNames).toEqual(["port", "host", "path", "backlog", "reusePort", "tls"]);
  });

  test.each<[string, object, ErrorConstructor]>([
    ["port and path", { port: 1, path: "/tmp/x" }, TypeError],
    ["port", { port: "80" }, TypeError],
    ["port", { port: null }, TypeError],
    ["port", { port: -1 }, RangeError],
    ["port", { port: 65_536 }, RangeError],
    ["port", { port: 1.5 }, RangeError],
    ["port", { port: Number.NaN }, RangeError],
    ["path", { path: "" }, TypeError],
    ["path", { path: 1 }, TypeError],
    ["host", { host: 1 }, TypeError],
    ["backlog", { backlog: 0 }, RangeError],
    ["backlog", { backlog: "5" }, RangeError],
    ["reusePort", { reusePort: 1 }, TypeError],
    ["tls", { tls: true }, TypeError],
    ["tls", { tls: null }, TypeError],
  ])("%s: %j is a wrong one", (name, options, kind) => {
    let error: unknown;
    try {
      checkListenOptions(options as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toContain(name);
  });
});
