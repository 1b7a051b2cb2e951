import diagnostics from "node:diagnostics_channel";
import { once } from "node:events";
import * as net from "node:net";
import { afterEach, expect, test } from "vitest";
import { DirectSocket } from "./direct-socket.ts";
import type { OwnSocket } from "./own-socket.ts";
import { takeAccepted } from "./take-accepted.ts";

const listeners: net.Server[] = [];

afterEach(async () => {
  for (const listener of listeners.splice(0)) await new Promise((done) => listener.close(done));
});

/** A listener whose accepted handles are taken; it tells which way each connection took. */
async function watch(): Promise<{ listener: net.Server; connect: () => Promise<string> }> {
  let tell = (_: string): void => {};
  const listener = net.createServer({ pauseOnConnect: true }, (socket) => {
    socket.destroy();
    tell("ordinary");
  });
  listeners.push(listener);
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const taken = takeAccepted(listener, (socket: OwnSocket) => {
    socket.destroy();
    tell(socket instanceof DirectSocket ? "direct" : "shared buffer");
  });
  expect(taken, `listeners of Node ${process.version} have no handle that can be taken`).toBe(true);
  return {
    listener,
    connect: () =>
      new Promise((resolve) => {
        tell = resolve;
        const { port } = listener.address() as net.AddressInfo;
        net.connect(port, "127.0.0.1").on("error", () => {});
      }),
  };
}

test("an accepted handle becomes no socket of Node's: no connection silently takes the ordinary way", async () => {
  const { listener, connect } = await watch();
  expect(await connect()).toBe("direct");
  expect(await new Promise((resolve) => listener.getConnections((_, count) => resolve(count)))).toBe(0);
});

test("whoever else listens for connections sees them all", async () => {
  const { listener, connect } = await watch();
  const seen: net.Socket[] = [];
  const see = (socket: net.Socket): void => void seen.push(socket);
  listener.on("connection", see);
  expect([await connect(), seen.length]).toEqual(["ordinary", 1]);
  listener.off("connection", see);
  expect([await connect(), seen.length]).toEqual(["direct", 1]);
});

test("whoever subscribes to net.server.socket sees them all", async () => {
  const { connect } = await watch();
  let seen = 0;
  const see = (): void => void seen++;
  diagnostics.subscribe("net.server.socket", see);
  expect([await connect(), seen]).toEqual(["ordinary", 1]);
  diagnostics.unsubscribe("net.server.socket", see);
  expect([await connect(), seen]).toEqual(["direct", 1]);
});

test("maxConnections still means what it says", async () => {
  const { listener, connect } = await watch();
  listener.maxConnections = 1;
  expect(await connect()).toBe("ordinary");
  listener.maxConnections = 0;
  const dropped = once(listener, "drop");
  void connect();
  await dropped;
});

test("a block list is still asked", async () => {
  const { listener, connect } = await watch();
  (listener as unknown as { blockList: net.BlockList }).blockList = new net.BlockList();
  expect(await connect()).toBe("ordinary");
});

test("an accept that failed is told as ever", async () => {
  const { listener } = await watch();
  const failed = once(listener, "error");
  (listener as unknown as { _handle: { onconnection(status: number): void } })._handle.onconnection(-24);
  expect((await failed)[0]).toMatchObject({ code: "EMFILE", syscall: "accept" });
});

test("a listener without such a handle is left as it is", () => {
  const none = { _handle: null } as unknown as net.Server;
  expect(takeAccepted(none, () => {})).toBe(false);
  const handle = { onconnection: undefined };
  const other = { _handle: handle } as unknown as net.Server;
  expect(takeAccepted(other, () => {})).toBe(false);
  expect(handle.onconnection).toBeUndefined();
});
