import type { Bus, LogBounds } from "@exws/channels";
import { afterEach, describe, expect, test } from "vitest";
import { codeOf } from "./support/listener.ts";
import { nats, onDisk, openTo } from "./support/nats.ts";
import { streamsOf } from "./support/streams.ts";

const bounds: LogBounds = { count: 1_000, bytes: 1_000_000, age: 60_000, keep: 60_000 };

const faults: unknown[] = [];
const note = (error: unknown): void => void faults.push(error);
process.on("unhandledRejection", note).on("uncaughtException", note);
afterEach(() => expect(faults).toEqual([]));

const bytesOf = (text: string | number): Uint8Array => new TextEncoder().encode(`${text}`);
const textsOf = (entries: readonly Uint8Array[] | undefined): string | undefined =>
  entries?.map((entry) => new TextDecoder().decode(entry)).join();
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

const append = (bus: Bus, entry: string | number, topic = "t", limits = bounds) =>
  bus.log!.append(topic, bytesOf(entry), limits);

test("many entries of one process keep their order, without waiting for each other", async () => {
  const server = await nats();
  const { bus } = await openTo(server);
  const all = numbers(1, 600);
  const places = await Promise.all(all.map((each) => append(bus, each)));
  expect(places.map(({ offset }) => offset)).toEqual(all);
  const { entries } = await bus.log!.read("t", { ...places[0]!, offset: 0 }, bounds);
  expect(textsOf(entries)).toBe(all.join());
});

test("what other bounds ask for is what is kept from then on", async () => {
  const server = await nats();
  const { bus } = await openTo(server);
  for (const each of numbers(1, 10)) await append(bus, each);
  const few = { ...bounds, count: 4 };
  const { epoch } = await append(bus, 11, "t", few);
  expect(textsOf((await bus.log!.read("t", { epoch, offset: 7 }, few)).entries)).toBe("8,9,10,11");
  expect((await bus.log!.read("t", { epoch, offset: 6 }, bounds)).entries).toBeUndefined();
});

test("a stream is cut when it has come to twice its bytes, and no memory is set aside for what is not there", async () => {
  const server = await nats();
  const { bus } = await openTo(server);
  const { ask, names } = await streamsOf(server);
  const small = { ...bounds, bytes: 20_000 };
  const entry = new Uint8Array(1_000);
  let most = 0;
  for (let round = 0; round < 20; round++) {
    await Promise.all(numbers(1, 10).map(() => bus.log!.append("t", entry, small)));
    const { state } = (await ask(`STREAM.INFO.${(await names())[0]}`)) as { state: { bytes: number } };
    most = Math.max(most, state.bytes);
  }
  // Twice the bytes, what comes before the next look, and what messages cost besides.
  expect(most).toBeGreaterThan(20_000);
  expect(most).toBeLessThan(100_000);
  const { position } = await bus.log!.read("t", undefined, small);
  expect(position.offset).toBe(200);
  const { entries } = await bus.log!.read("t", { ...position, offset: 180 }, small);
  expect(entries).toHaveLength(20);
  // 400 topics that may keep 1 GB each.
  const large = { ...bounds, bytes: 1_000_000_000 };
  await Promise.all(numbers(1, 400).map((each) => append(bus, each, `large-${each}`, large)));
});

describe("a server that is killed and starts again", () => {
  test.each([
    { storage: "memory", keeps: false },
    { storage: "file", keeps: true },
  ] as const)(
    "with logs in $storage: entries are there again: $keeps; if not, the epoch is another",
    async ({ storage, keeps }) => {
      const server = await nats();
      const { bus, listener } = await openTo(server, { log: { storage } });
      await append(bus, "first");
      const place = await append(bus, "second");
      if (keeps) await onDisk(server, "second");
      await server.stop();
      await listener.untilState("down:unavailable");
      await server.start();
      await listener.untilState("up");
      const { position, entries } = await bus.log!.read("t", { ...place, offset: 0 }, bounds);
      expect(textsOf(entries)).toBe(keeps ? "first,second" : undefined);
      expect(position.epoch === place.epoch).toBe(keeps);
      const next = await append(bus, 3);
      expect(next).toEqual(keeps ? { ...place, offset: 3 } : { epoch: position.epoch, offset: 1 });
    },
  );

  test("and has lost the last entries: the epoch is another, so that no offset is given twice in one", async () => {
    const server = await nats();
    const { bus, listener } = await openTo(server);
    const { ask, names } = await streamsOf(server);
    for (const each of numbers(1, 3)) await append(bus, each);
    const { epoch } = await append(bus, 4);
    // The same stream, as a server knows it whose disk is behind.
    const [name] = await names();
    const { config } = (await ask(`STREAM.INFO.${name}`)) as { config: object };
    await ask(`STREAM.DELETE.${name}`);
    await ask(`STREAM.CREATE.${name}`, config);
    await server.cut();
    await listener.untilState("up");
    const place = await append(bus, 5);
    expect(place.epoch).not.toBe(epoch);
    expect((await bus.log!.read("t", { epoch, offset: 0 }, bounds)).entries).toBeUndefined();
    expect(textsOf((await bus.log!.read("t", { ...place, offset: 0 }, bounds)).entries)).toBe("5");
  });

  test("and has the first entries still: they are of the old epoch, and nobody gets them again in the new one", async () => {
    const server = await nats();
    const { bus, listener } = await openTo(server);
    const { ask, names, connection } = await streamsOf(server);
    for (const each of numbers(1, 4)) await append(bus, each);
    const { position } = await bus.log!.read("t", undefined, bounds);
    const [name] = await names();
    const { config } = (await ask(`STREAM.INFO.${name}`)) as unknown as { config: { subjects: string[] } };
    await ask(`STREAM.DELETE.${name}`);
    await ask(`STREAM.CREATE.${name}`, config);
    for (const each of numbers(1, 2)) await connection.request(config.subjects[0]!, bytesOf(each));
    await server.cut();
    await listener.untilState("up");
    const { position: fresh } = await bus.log!.read("t", position, bounds);
    expect(fresh).toEqual({ epoch: expect.any(String), offset: 0 });
    expect(fresh.epoch).not.toBe(position.epoch);
    expect((await bus.log!.read("t", fresh, bounds)).entries).toEqual([]);
    expect((await bus.log!.read("t", { ...fresh, offset: -1 }, bounds)).entries).toBeUndefined();
    expect(await append(bus, 5)).toEqual({ ...fresh, offset: 1 });
    expect(textsOf((await bus.log!.read("t", fresh, bounds)).entries)).toBe("5");
  });
});

describe("a stream that somebody deletes", () => {
  test("is made again, with another epoch, and what others had sent to the old one keeps its order", async () => {
    const server = await nats();
    const { bus } = await openTo(server);
    const { bus: other } = await openTo(server);
    const { ask, names } = await streamsOf(server);
    const { epoch } = await append(bus, 0);
    await append(other, 0);
    const [name] = await names();
    // What was on its way when it went the server swallows without an answer: those are given up after a while.
    await ask(`STREAM.DELETE.${name}`);
    const places = await Promise.all(numbers(1, 40).map((each) => append(bus, each)));
    expect(places.map(({ offset }) => offset)).toEqual(numbers(1, 40));
    expect(new Set(places.map((place) => place.epoch)).size).toBe(1);
    expect(places[0]!.epoch).not.toBe(epoch);
    // Another process that knew the old one.
    const last = await append(other, "end");
    expect(last).toEqual({ epoch: places[0]!.epoch, offset: 41 });
    const { entries } = await bus.log!.read("t", { ...last, offset: 0 }, bounds);
    expect(textsOf(entries)).toBe([...numbers(1, 40), "end"].join());
  });

  test("between two looks at it is one that reads nothing", async () => {
    const server = await nats();
    const { bus } = await openTo(server);
    const { ask, names } = await streamsOf(server);
    const place = await append(bus, 1);
    await ask(`STREAM.DELETE.${(await names())[0]}`);
    const reading = await bus.log!.read("t", { ...place, offset: 0 }, bounds);
    expect(reading.entries).toBeUndefined();
    expect(reading.position.offset).toBe(0);
    expect(reading.position.epoch).not.toBe(place.epoch);
  });
});

describe("streams that nobody needs any more", () => {
  test("go when their topic has had no entries for as long as its position is kept, and not before", async () => {
    const server = await nats();
    const { bus } = await openTo(server, { prefix: "a" });
    const { bus: other } = await openTo(server, { prefix: "a" });
    const { bus: stranger } = await openTo(server, { prefix: "b" });
    const { names, until } = await streamsOf(server);
    const brief = { ...bounds, age: 100, keep: 1_000 };
    const begun = performance.now();
    const place = await append(bus, 1, "brief", brief);
    await other.log!.read("unused", undefined, brief);
    await append(stranger, 1, "brief", { ...brief, keep: 60_000 });
    await append(bus, 1, "long", { ...bounds, keep: 60_000 });
    await append(bus, 1, "full", { ...bounds, keep: 100 });
    expect(await names()).toHaveLength(5);
    await until(3);
    expect(performance.now() - begun).toBeGreaterThan(1_000);
    const { position } = await bus.log!.read("brief", undefined, brief);
    expect(position.offset).toBe(0);
    expect(position.epoch).not.toBe(place.epoch);
    const kept = await bus.log!.read("full", undefined, bounds);
    expect(kept.position.offset).toBe(1);
  });

  test("are cleared away by one process at a time", async () => {
    const server = await nats();
    const buses = await Promise.all(numbers(1, 5).map(() => openTo(server)));
    const { connection, until } = await streamsOf(server);
    let lists = 0;
    connection.subscribe("$JS.API.STREAM.LIST", { callback: () => void lists++ });
    await connection.flush();
    const brief = { ...bounds, age: 100, keep: 1_200 };
    await Promise.all(buses.map(({ bus }, index) => append(bus, 1, `t-${index}`, brief)));
    const begun = performance.now();
    await until(0);
    // Every 300 ms, in whichever process.
    expect(lists).toBeLessThanOrEqual((performance.now() - begun) / 300 + 2);
  });
});

describe("streams of others", () => {
  test("that take our subjects: the log is refused, and says why", async () => {
    const server = await nats();
    const { bus } = await openTo(server);
    const { ask } = await streamsOf(server);
    await ask("STREAM.CREATE.theirs", { name: "theirs", subjects: ["exws.>"], storage: "memory" });
    const appending = append(bus, 1);
    expect(await codeOf(appending)).toBe("refused");
    await expect(appending).rejects.toThrow("subjects overlap");
  });

  test("are never swept away", async () => {
    const server = await nats();
    const { bus } = await openTo(server);
    const { ask, names, until } = await streamsOf(server);
    const theirs = { name: "theirs", subjects: ["exws.@log.a.b"], storage: "memory", description: "ours" };
    await ask("STREAM.CREATE.theirs", theirs);
    await append(bus, 1, "t", { ...bounds, age: 100, keep: 100 });
    await until(1);
    expect(await names()).toEqual(["theirs"]);
  });
});

test("a frozen server: entries that wait count with messages, and are overloaded beyond maxPending", async () => {
  const server = await nats();
  const { bus, listener } = await openTo(server, {
    pingInterval: 100,
    pingTimeout: 300,
    maxPending: 100_000,
  });
  await append(bus, 1);
  await server.freeze();
  const outcomes = numbers(1, 30).map(() => codeOf(bus.log!.append("t", new Uint8Array(10_000), bounds)));
  expect(await codeOf(bus.publish("t", new Uint8Array(10_000)))).toBe("overloaded");
  await listener.untilState("down:unavailable");
  const codes = await Promise.all(outcomes);
  expect(codes).toEqual([...Array(10).fill("unavailable"), ...Array(20).fill("overloaded")]);
});
