import { once } from "node:events";
import * as net from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { cert, key } from "../test/support/certificate.ts";
import { checkListenOptions, createListener, listen, listenOptionNames } from "./own-port.ts";

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
