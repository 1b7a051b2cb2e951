import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BusReceiver, Channels } from "@exws/channels";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { clusterBus, type Relay, relay } from "../src/index.ts";
import { RelayProcess } from "./support/relay-process.ts";

const relays: Relay[] = [];

async function start(options: Parameters<typeof relay>[0] = {}): Promise<Relay> {
  const one = await relay(options);
  relays.push(one);
  return one;
}

afterEach(async () => {
  for (const one of relays.splice(0)) await one.close();
});

const deaf: BusReceiver = { message() {}, up() {}, down() {} };
const ended = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.on("close", resolve).on("error", () => {}));

test("a relay is found by its process, too, until it is closed", async () => {
  const one = await start();
  expect(process.env["EXWS_BUS"]).toBe(one.path);
  const bus = clusterBus();
  await bus.open(deaf);
  await bus.subscribe(["t"]);
  expect(one.stats()).toMatchObject({ connections: 1, topics: 1 });
  await bus.close();
  await one.close();
  expect(process.env["EXWS_BUS"]).toBeUndefined();
  expect(existsSync(one.path)).toBe(false);
});

test("a bus without a relay is alone, and works", async () => {
  const channels = new Channels({ bus: clusterBus() });
  await channels.ready;
  const heard: unknown[] = [];
  const member = {
    write(message: unknown) {
      heard.push(message);
      return "sent" as const;
    },
    onClosed() {},
  };
  await channels.join("arrakis", member).done;
  expect((await channels.broadcast("arrakis", "hello").done).sent).toBe(1);
  expect(heard).toHaveLength(1);
  await channels.close();
});

test("so many topics that they come in many pieces are subscribed when it says so, after a lost connection, too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "exws-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "relay");
  const topics = Array.from({ length: 30_000 }, (_, i) => `${i}`.padStart(60, "0"));
  let one = await start({ path });
  const bus = clusterBus({ path });
  const back = new Promise<number>((resolve) => {
    void bus.open({ ...deaf, up: () => resolve(one.stats().topics) });
  });
  await bus.subscribe(topics);
  expect(one.stats().topics).toBe(topics.length);
  await one.close();
  one = await start({ path });
  expect(await back).toBe(topics.length);
  await bus.close();
});

test("topics are subscribed at the relay only while somebody hears them", async () => {
  const one = await start();
  const buses = [clusterBus(), clusterBus()];
  for (const bus of buses) await bus.open(deaf);
  await Promise.all(buses.map((bus) => bus.subscribe(["t", "u"])));
  expect(one.stats().topics).toBe(2);
  buses[0]!.unsubscribe(["t", "u"]);
  buses[1]!.unsubscribe(["u"]);
  await Promise.all(buses.map((bus) => bus.subscribe([])));
  expect(one.stats().topics).toBe(1);
  await buses[1]!.publish("u", Uint8Array.of(1));
  expect(one.stats()).toMatchObject({ published: 1, delivered: 0 });
  await Promise.all(buses.map((bus) => bus.close()));
});

test.each<[string, Uint8Array]>([
  ["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
  ["another version", Buffer.of(0, 0, 0, 2, 1, 99)],
  ["a request before the hello", Buffer.of(0, 0, 0, 5, 7, 0, 0, 0, 1)],
  ["an unknown request", Buffer.of(0, 0, 0, 2, 1, 1, 0, 0, 0, 5, 99, 0, 0, 0, 1)],
  ["a frame that is too short", Buffer.of(0, 0, 0, 2, 1, 1, 0, 0, 0, 1, 4)],
  ["a name beyond its frame", Buffer.of(0, 0, 0, 2, 1, 1, 0, 0, 0, 7, 4, 0, 0, 0, 1, 200, 65)],
  ["a frame of 4 GB", Buffer.of(255, 255, 255, 255)],
])("who says something else (%s) is cut off, and nobody else notices", async (_, bytes) => {
  const one = await start();
  const bus = clusterBus();
  await bus.open(deaf);
  const socket = connect(one.path);
  const end = ended(socket);
  socket.write(bytes);
  await end;
  await bus.publish("t", Uint8Array.of(1));
  await bus.close();
});

test("a socket that a killed relay has left is taken over; one that is alive is EADDRINUSE", async () => {
  const other = new RelayProcess();
  onTestFinished(() => other.stop());
  await other.start();
  await expect(relay({ path: other.path })).rejects.toThrow(/EADDRINUSE/);
  await other.stop();
  expect(existsSync(other.path)).toBe(true);
  expect((await start({ path: other.path })).path).toBe(other.path);
});

test.each(["", "with space", "dot.ted", "x".repeat(201), "ünï"])("%j is no topic", async (topic) => {
  await start();
  const bus = clusterBus();
  await bus.open(deaf);
  const bounds = { count: 1, bytes: 1, age: 1, keep: 1 };
  await expect(bus.publish(topic, new Uint8Array(1))).rejects.toThrow(TypeError);
  await expect(bus.subscribe(["fine", topic])).rejects.toThrow(TypeError);
  await expect(bus.log!.append(topic, new Uint8Array(1), bounds)).rejects.toThrow(TypeError);
  await expect(bus.log!.read(topic, undefined, bounds)).rejects.toThrow(TypeError);
  await bus.close();
});
