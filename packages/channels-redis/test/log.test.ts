import type { LogBounds, Position } from "@exws/channels";
import { describe, expect, test } from "vitest";
import { libraries } from "./support/clients.ts";
import { openBus, serverFor } from "./support/scene.ts";

const bounds: LogBounds = { count: 100, bytes: 1_000_000, age: 60_000, keep: 120_000 };
const entry = (text: string | number) => Buffer.from(String(text));
const texts = (entries: readonly Uint8Array[] | undefined) =>
  entries?.map((each) => Buffer.from(each).toString());

describe.each(libraries)("the log over $library", (library) => {
  test("keeps the order of entries when the server forgets the script in between", async () => {
    const server = await serverFor();
    const { bus } = await openBus(library, server);
    const start = (await bus.log!.read("t", undefined, bounds)).position;
    const places: Promise<Position>[] = [];
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 10; i++) places.push(bus.log!.append("t", entry(places.length), bounds));
      // In a turn of its own: some appends are on their way, others follow.
      await server.command("SCRIPT", "FLUSH");
      for (let i = 0; i < 10; i++) {
        places.push(bus.log!.append("t", entry(places.length), bounds));
        if (i % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    }
    expect((await Promise.all(places)).map(({ offset }) => offset)).toEqual(places.map((_, i) => i + 1));
    const { entries } = await bus.log!.read("t", start, bounds);
    expect(texts(entries)).toEqual(places.map((_, i) => String(i)));
  });

  test("sends the script by its digest, not whole", async () => {
    const server = await serverFor();
    const { bus } = await openBus(library, server);
    for (let i = 0; i < 10; i++) await bus.log!.append("t", entry(i), bounds);
    await bus.log!.read("t", undefined, bounds);
    const stats = String(await server.command("INFO", "commandstats"));
    expect(stats).toContain("cmdstat_evalsha:calls=11,");
    expect(stats).not.toContain("cmdstat_eval:");
  });

  test("begins another epoch when the server has lost it, and says that nothing of the old one is there", async () => {
    const server = await serverFor();
    const one = await openBus(library, server);
    const place = await one.bus.log!.append("t", entry("old"), bounds);
    await server.stop();
    await server.start();
    await one.told(["down", "up"]);
    const { position, entries } = await one.bus.log!.read("t", { ...place, offset: 0 }, bounds);
    expect(position).toEqual({ epoch: expect.any(String), offset: 0 });
    expect(position.epoch).not.toBe(place.epoch);
    expect(entries).toBeUndefined();
    expect(await one.bus.log!.append("t", entry("new"), bounds)).toEqual({ ...position, offset: 1 });
  });

  test("has its epoch, offsets and entries again after a restart of a server that persists", async () => {
    const server = await serverFor({ persist: true });
    const one = await openBus(library, server);
    const place = await one.bus.log!.append("t", entry("old"), bounds);
    await server.stop();
    await server.start();
    await one.told(["down", "up"]);
    expect(await one.bus.log!.append("t", entry("new"), bounds)).toEqual({ ...place, offset: 2 });
    const { entries } = await one.bus.log!.read("t", { ...place, offset: 0 }, bounds);
    expect(texts(entries)).toEqual(["old", "new"]);
  });

  test("begins another epoch when the server comes back with an older copy: no offset is given twice", async () => {
    const server = await serverFor();
    const one = await openBus(library, server);
    const other = await openBus(library, server);
    await one.bus.log!.append("t", entry("saved"), bounds);
    await server.command("SAVE");
    const lost = await one.bus.log!.append("t", entry("not saved"), bounds);
    await other.bus.log!.read("t", undefined, bounds);
    await server.stop();
    await server.start();
    await Promise.all([one.told(["down", "up"]), other.told(["down", "up"])]);
    const { position } = await other.bus.log!.read("t", lost, bounds);
    expect(position).toEqual({ epoch: expect.any(String), offset: 0 });
    expect(position.epoch).not.toBe(lost.epoch);
    expect(await one.bus.log!.append("t", entry("new"), bounds)).toEqual({ ...position, offset: 1 });
    expect((await one.bus.log!.read("t", { ...lost, offset: 1 }, bounds)).entries).toBeUndefined();
    expect(texts((await other.bus.log!.read("t", position, bounds)).entries)).toEqual(["new"]);
  });

  test("does not begin another epoch because a client claims a place that never was", async () => {
    const server = await serverFor();
    const { bus } = await openBus(library, server);
    const place = await bus.log!.append("t", entry("a"), bounds);
    const reading = await bus.log!.read("t", { ...place, offset: 1000 }, bounds);
    expect(reading).toEqual({ position: place, entries: undefined });
    expect(await bus.log!.append("t", entry("b"), bounds)).toEqual({ ...place, offset: 2 });
  });

  test("reads nothing when the server has thrown away the entries and kept the position", async () => {
    const server = await serverFor();
    const { bus } = await openBus(library, server, { prefix: "dune" });
    const place = await bus.log!.append("t", entry("a"), bounds);
    await server.command("DEL", "dune:entries:{t}");
    expect(await bus.log!.read("t", { ...place, offset: 0 }, bounds)).toEqual({
      position: place,
      entries: undefined,
    });
    expect(await bus.log!.append("t", entry("b"), bounds)).toEqual({ ...place, offset: 2 });
    expect(texts((await bus.log!.read("t", place, bounds)).entries)).toEqual(["b"]);
    expect((await bus.log!.read("t", { ...place, offset: 0 }, bounds)).entries).toBeUndefined();
  });

  test("counts beyond what floats write without an exponent", async () => {
    const server = await serverFor();
    const { bus } = await openBus(library, server, { prefix: "dune" });
    const { epoch } = await bus.log!.append("t", entry("first"), bounds);
    await server.command("HSET", "dune:position:{t}", "o", "4503599627370495");
    const places = [
      await bus.log!.append("t", entry("a"), bounds),
      await bus.log!.append("t", entry("b"), bounds),
    ];
    expect(places.map(({ offset }) => offset)).toEqual([4_503_599_627_370_496, 4_503_599_627_370_497]);
    const { entries } = await bus.log!.read("t", { epoch, offset: 4_503_599_627_370_495 }, bounds);
    expect(texts(entries)).toEqual(["a", "b"]);
  });

  test("keys live as long as `keep`, or as an entry may if that is longer, and for ever without a bound", async () => {
    const server = await serverFor();
    const { bus } = await openBus(library, server, { prefix: "dune" });
    const ttls = async () => [
      await server.command("PTTL", "dune:position:{t}"),
      await server.command("PTTL", "dune:entries:{t}"),
    ];
    const between = (least: number, most: number) =>
      expect.toSatisfy((ttl: number) => ttl > least && ttl <= most);
    await bus.log!.append("t", entry("a"), bounds);
    expect(await ttls()).toEqual([between(100_000, 120_000), between(100_000, 120_000)]);
    await bus.log!.append("t", entry("a"), { ...bounds, keep: 0 });
    expect(await ttls()).toEqual([between(50_000, 60_000), between(50_000, 60_000)]);
    await bus.log!.append("t", entry("a"), { ...bounds, keep: Number.POSITIVE_INFINITY });
    expect(await ttls()).toEqual([-1, -1]);
    const endless = Number.POSITIVE_INFINITY;
    await bus.log!.append("t", entry("a"), { count: endless, bytes: endless, age: endless, keep: endless });
    expect(await server.command("XLEN", "dune:entries:{t}")).toBe(4);
  });

  test("keeps exactly what its bounds allow: so many entries, so many bytes, also nothing at all", async () => {
    const server = await serverFor();
    const { bus } = await openBus(library, server, { prefix: "dune" });
    const length = () => server.command("XLEN", "dune:entries:{t}");
    for (let i = 0; i < 30; i++) await bus.log!.append("t", entry("0123456789"), { ...bounds, count: 25 });
    expect(await length()).toBe(25);
    await bus.log!.append("t", entry("0123456789"), { ...bounds, bytes: 45 });
    expect(await length()).toBe(4);
    const place = await bus.log!.append("t", entry("too much"), { ...bounds, bytes: 7 });
    expect(place.offset).toBe(32);
    expect(await length()).toBe(0);
    expect(await server.command("HGET", "dune:position:{t}", "b")).toBe("0");
    expect((await bus.log!.read("t", { ...place, offset: 31 }, bounds)).entries).toBeUndefined();
    expect((await bus.log!.read("t", place, bounds)).entries).toEqual([]);
  });

  test("takes no place for one that is none", async () => {
    const server = await serverFor();
    const { bus } = await openBus(library, server);
    const { epoch } = await bus.log!.append("t", entry("a"), bounds);
    for (const offset of [-1, 0.5, Number.NaN, 2 ** 60, "0" as unknown as number]) {
      expect((await bus.log!.read("t", { epoch, offset }, bounds)).entries).toBeUndefined();
    }
    const strange = { epoch: { toString: () => epoch } as unknown as string, offset: 0 };
    expect((await bus.log!.read("t", strange, bounds)).entries).toBeUndefined();
  });
});
