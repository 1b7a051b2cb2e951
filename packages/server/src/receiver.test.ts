import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { listen, type Receiver, readByEvents, receiverOf, setReceiver } from "./receiver.ts";

class Socket extends Duplex {
  constructor() {
    super({ allowHalfOpen: true });
  }
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, callback: () => void): void {
    callback();
  }
}

/** Notes what it hears. */
function receiver(name: string, log: string[]): Receiver {
  return {
    onBytes: (chunk, start, end) => log.push(`${name} ${Buffer.from(chunk.subarray(start, end)).toString()}`),
    onEnd: () => log.push(`${name} end`),
    onGone: () => log.push(`${name} gone`),
  };
}

/** Waits for the events that a stream emits by itself. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => process.nextTick(resolve));
}

test("a socket tells its receiver of bytes, of the end, and once that it is gone", async () => {
  const log: string[] = [];
  const socket = new Socket();
  const first = receiver("first", log);
  expect(receiverOf(socket)).toBeUndefined();
  listen(socket, first);
  readByEvents(socket);
  expect(receiverOf(socket)).toBe(first);
  socket.push("hello");
  await settle();
  socket.push(null);
  await settle();
  expect(log).toEqual(["first hello", "first end"]);
  socket.destroy();
  socket.destroy();
  await settle();
  expect(log).toEqual(["first hello", "first end", "first gone"]);
});

test("a receiver that took over hears the rest", async () => {
  const log: string[] = [];
  const socket = new Socket();
  listen(socket, receiver("first", log));
  readByEvents(socket);
  socket.push("a");
  await settle();
  setReceiver(socket, receiver("second", log));
  socket.push("b");
  await settle();
  socket.destroy();
  await settle();
  expect(log).toEqual(["first a", "second b", "second gone"]);
});

test("an error of the socket is no event of its own and ends no process: the socket is gone after it", async () => {
  const log: string[] = [];
  const socket = new Socket();
  listen(socket, receiver("first", log));
  socket.destroy(new Error("ECONNRESET"));
  await settle();
  expect(log).toEqual(["first gone"]);
});

test("the listeners of all sockets are the same functions", () => {
  const [one, other] = [new Socket(), new Socket()];
  for (const socket of [one, other]) {
    listen(socket, receiver("", []));
    readByEvents(socket);
  }
  for (const event of ["error", "end", "close", "data"]) {
    expect(one.listeners(event)).toHaveLength(1);
    expect(one.listeners(event)).toEqual(other.listeners(event));
  }
});
