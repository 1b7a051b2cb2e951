import { once } from "node:events";
import * as net from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { FakeSocket, settle } from "../test/fake-kernel/fake-socket.ts";
import { accepted, destroyed, Ear } from "../test/support/accepted.ts";
import { DirectSocket } from "./direct-socket.ts";
import { type OwnSocket, takeHandle } from "./own-socket.ts";
import { listen, receiverOf } from "./receiver.ts";
import { SharedReadSocket } from "./shared-read-socket.ts";
import * as binding from "./stream-binding.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

/** Takes the handle with no binding to be had. */
async function takeWithout(socket: net.Socket): Promise<net.Socket> {
  vi.resetModules();
  vi.doMock("./stream-binding.ts", () => ({ ...binding, streamBinding: () => undefined }));
  const fresh = await import("./own-socket.ts");
  vi.doUnmock("./stream-binding.ts");
  const taken = fresh.takeHandle(socket);
  expect(taken?.constructor.name).toBe(SharedReadSocket.name);
  return destroyed(taken as net.Socket);
}

function take(socket: net.Socket): OwnSocket {
  return destroyed(takeHandle(socket)!);
}

describe("taking the handle of a socket", () => {
  test("gives a socket that drives it", async () => {
    const { socket } = await accepted();
    expect(take(socket)).toBeInstanceOf(DirectSocket);
  });

  test("where handles cannot be driven it gives one of Node's that reads into the shared buffer", async () => {
    const { socket, peer } = await accepted();
    const taken = await takeWithout(socket);
    expect(taken).toBeInstanceOf(net.Socket);
    const ear = new Ear();
    listen(taken, ear);
    expect(receiverOf(taken)).toBe(ear);
    expect(taken.remotePort).toBe(peer.localPort);
    peer.write("hello");
    await ear.heard(5);
    taken.write("back");
    expect(String((await once(peer, "data"))[0])).toBe("back");
    peer.end(" and bye");
    await ear.saw("end");
    expect(ear.bytes).toBe("hello and bye");
    expect(taken.writable, "our side stays open until we end it").toBe(true);
    taken.end();
    await ear.saw("gone");
    expect(ear.log).toEqual(["end", "gone"]);
  });

  test("what was there before is not lost", async () => {
    const { socket, peer } = await accepted();
    await new Promise<void>((resolve) => peer.write("early", () => resolve()));
    const taken = take(socket) as DirectSocket;
    const ear = new Ear();
    taken.start(ear);
    await ear.heard(5);
    expect(ear.bytes).toBe("early");
  });

  test("leaves an empty shell, which the listener counts no longer and the handle has forgotten", async () => {
    const { socket, peer, listener } = await accepted();
    const taken = take(socket) as DirectSocket;
    expect(socket.destroyed).toBe(true);
    await settle();
    expect(await new Promise((resolve) => listener.getConnections((_, count) => resolve(count)))).toBe(0);
    expect([peer.destroyed, taken.destroyed]).toEqual([false, false]);
    const handle = taken._handle as unknown as Record<symbol, unknown>;
    expect(Object.getOwnPropertySymbols(handle).map((name) => handle[name])).not.toContain(socket);
  });

  const whole = Object.fromEntries(
    ["useUserBuffer", "readStart", "readStop", "writeBuffer", "writev", "shutdown", "close"].map((name) => [
      name,
      () => 0,
    ]),
  );

  test.each<[string, unknown]>([
    ["no handle", undefined],
    ["null", null],
    ["something that is no object", 5],
    ...Object.keys(whole).map((name): [string, unknown] => [
      `a handle without ${name}`,
      { ...whole, [name]: undefined },
    ]),
    ["a handle whose functions are none", { ...whole, readStart: 1 }],
  ])("a socket with %s is left as it is", (_, handle) => {
    const socket = Object.assign(new FakeSocket(), { _handle: handle }) as unknown as net.Socket;
    expect(takeHandle(socket)).toBeUndefined();
    expect((socket as unknown as { _handle: unknown })._handle).toBe(handle);
    expect(socket.destroyed).toBe(false);
  });
});
