import type { BusLog, LogBounds } from "../bus-log.ts";
import type { CaseDefinition } from "./bus-case.ts";
import { expect, expectRejection, type Probe, within } from "./probe.ts";

const bounds: LogBounds = { count: 100, bytes: 1_000_000, age: 60_000, keep: 60_000 };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function logOf({ bus }: Probe): BusLog {
  expect(bus.log !== undefined, "the bus has no log");
  return bus.log;
}

function entry(text: string | number): Uint8Array {
  return encoder.encode(`${text}`);
}

function texts(entries: readonly Uint8Array[] | undefined): string | undefined {
  return entries?.map((each) => decoder.decode(each)).join();
}

/** The part that remembers. */
export const logCases: readonly CaseDefinition[] = [
  {
    name: "entries get the offsets 1, 2, 3 in the order in which they are appended, and are read in it",
    needs: ["log"],
    async play({ probe }) {
      const [one, other] = [logOf(await probe()), logOf(await probe())];
      const start = (await one.read("t", undefined, bounds)).position;
      expect(start.offset === 0, `a new topic is at ${start.offset}`);
      const all = Array.from({ length: 50 }, (_, i) => i);
      const places = await Promise.all(all.map((i) => one.append("t", entry(i), bounds)));
      expect(
        places.every(({ offset }, i) => offset === i + 1),
        "the offsets are not 1, 2, 3",
      );
      expect(
        places.every(({ epoch }) => epoch === start.epoch),
        "the first entry changed the epoch",
      );
      const { position, entries } = await other.read("t", start, bounds);
      expect(position.offset === 50 && position.epoch === start.epoch, `read is at ${position.offset}`);
      expect(texts(entries) === all.join(), `read ${texts(entries)}`);
      const rest = await other.read("t", { ...start, offset: 48 }, bounds);
      expect(texts(rest.entries) === "48,49", `read ${texts(rest.entries)}`);
      const none = await other.read("t", position, bounds);
      expect(none.entries?.length === 0, "behind the last entry something is read");
      const unasked = await other.read("t", undefined, bounds);
      expect(unasked.entries === undefined && unasked.position.offset === 50, "entries nobody asked for");
    },
  },
  {
    name: "several processes append to one topic: no offset is given twice, none is left out",
    needs: ["log"],
    async play({ probe }) {
      const logs = [logOf(await probe()), logOf(await probe()), logOf(await probe())];
      const appended = await Promise.all(
        Array.from({ length: 30 }, async (_, i) => {
          const { offset } = await logs[i % 3]!.append("t", entry(i), bounds);
          return { i, offset };
        }),
      );
      const sorted = appended.toSorted((a, b) => a.offset - b.offset);
      expect(
        sorted.every(({ offset }, i) => offset === i + 1),
        `offsets ${sorted.map(({ offset }) => offset)}`,
      );
      const { epoch } = (await logs[0]!.read("t", undefined, bounds)).position;
      const { entries } = await logs[1]!.read("t", { epoch, offset: 0 }, bounds);
      expect(texts(entries) === sorted.map(({ i }) => i).join(), `read ${texts(entries)}`);
      for (const each of [0, 1, 2]) {
        const own = sorted.filter(({ i }) => i % 3 === each).map(({ i }) => i);
        expect(
          own.every((i, n) => n === 0 || i > own[n - 1]!),
          `a process appended ${own}`,
        );
      }
    },
  },
  {
    name: "a place that the log does not know reads nothing: another epoch, ahead of it, forgotten",
    needs: ["log"],
    async play({ probe }) {
      const log = logOf(await probe());
      const few = { ...bounds, count: 3 };
      for (let i = 1; i <= 5; i++) await log.append("t", entry(i), few);
      const { epoch, offset } = (await log.read("t", undefined, few)).position;
      expect(offset === 5, `at ${offset}`);
      for (const place of [
        { epoch: "another", offset: 4 },
        { epoch: "", offset: 0 },
        { epoch, offset: 6 },
        { epoch, offset: 1 },
        { epoch, offset: 0 },
        { epoch, offset: -1 },
        { epoch, offset: 3.5 },
        { epoch, offset: Number.MAX_SAFE_INTEGER },
      ]) {
        const { entries } = await log.read("t", place, few);
        expect(entries === undefined, `${JSON.stringify(place)} read ${texts(entries)}`);
      }
      expect(
        texts((await log.read("t", { epoch, offset: 2 }, few)).entries) === "3,4,5",
        "the last are gone",
      );
    },
  },
  {
    name: "a log keeps so many bytes, and entries of a certain age",
    needs: ["log"],
    async play({ probe }) {
      const log = logOf(await probe());
      const small = { ...bounds, bytes: 10_000 };
      for (let i = 0; i < 5; i++) await log.append("big", new Uint8Array(4000).fill(48 + i), small);
      const { epoch } = (await log.read("big", undefined, small)).position;
      const kept = (await log.read("big", { epoch, offset: 3 }, small)).entries;
      expect(
        kept?.length === 2 && kept[1]!.length === 4000,
        "the last entries within the bytes are not kept",
      );
      expect(
        !(await log.read("big", { epoch, offset: 0 }, small)).entries,
        "more bytes are kept than allowed",
      );
      const brief = { ...bounds, age: 50 };
      const place = (await log.read("old", undefined, brief)).position;
      await log.append("old", entry("x"), brief);
      const deadline = performance.now() + 5000;
      while ((await log.read("old", place, brief)).entries !== undefined) {
        expect(performance.now() < deadline, "an entry is read that is too old");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { position } = await log.read("old", undefined, brief);
      expect(position.epoch === place.epoch && position.offset === 1, "the position went with the entry");
    },
  },
  {
    name: '"oldest" reads all that is kept within the bounds, up to the newest entry',
    needs: ["log"],
    async play({ probe }) {
      const log = logOf(await probe());
      const nothing = await log.read("t", "oldest", bounds);
      expect(nothing.entries?.length === 0, "something is kept of a topic that is new");
      for (let i = 1; i <= 5; i++) await log.append("t", entry(i), bounds);
      const all = await log.read("t", "oldest", bounds);
      expect(texts(all.entries) === "1,2,3,4,5" && all.position.offset === 5, `read ${texts(all.entries)}`);
      expect(all.position.epoch === nothing.position.epoch, "the first entry changed the epoch");
      const few = { ...bounds, count: 3 };
      for (let i = 6; i <= 8; i++) await log.append("t", entry(i), few);
      const last = await log.read("t", "oldest", few);
      expect(texts(last.entries) === "6,7,8" && last.position.offset === 8, `read ${texts(last.entries)}`);
      const small = { ...bounds, bytes: 10_000 };
      for (let i = 0; i < 4; i++) await log.append("big", new Uint8Array(4000).fill(48 + i), small);
      const big = (await log.read("big", "oldest", small)).entries;
      expect(big?.map(([first]) => first).join() === "50,51", `read ${big?.length} entries of 4,000 bytes`);
      const brief = { ...bounds, age: 50 };
      await log.append("old", entry("x"), brief);
      const deadline = performance.now() + 5000;
      for (;;) {
        const { entries, position } = await log.read("old", "oldest", brief);
        expect(entries !== undefined && position.offset === 1, "what is kept cannot be read");
        if (entries.length === 0) break;
        expect(performance.now() < deadline, "an entry is read that is too old");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  },
  {
    name: "topics and tenants have logs of their own, with all bytes",
    needs: ["log"],
    async play({ probe }) {
      const [one, other] = [logOf(await probe("a")), logOf(await probe("b"))];
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      const place = await one.append("t", bytes, bounds);
      const { entries } = await one.read("t", { ...place, offset: 0 }, bounds);
      expect(entries?.length === 1 && entries[0]!.join() === bytes.join(), "the bytes are others");
      for (const position of [
        (await other.read("t", undefined, bounds)).position,
        (await one.read("u", undefined, bounds)).position,
        (await one.read("T", undefined, bounds)).position,
      ]) {
        expect(position.offset === 0, "an entry is in two logs");
        expect(position.epoch !== place.epoch, "two logs have one epoch");
      }
    },
  },
  {
    name: "an entry that is too large is refused, and a closed bus neither appends nor reads",
    needs: ["log"],
    async play({ probe }) {
      const one = await probe();
      const log = logOf(one);
      if (one.bus.maxPayload <= 16 * 1_048_576) {
        const tooLarge = new Uint8Array(one.bus.maxPayload + 1);
        await expectRejection(log.append("t", tooLarge, { ...bounds, bytes: tooLarge.length }), "too-large");
      }
      expect((await log.append("t", entry("x"), bounds)).offset === 1, "what was refused was appended");
      await one.bus.close();
      await expectRejection(log.append("t", entry("x"), bounds), "closed");
      await expectRejection(log.read("t", undefined, bounds), "closed");
    },
  },
  {
    name: "while the engine is gone the log rejects at once, and works when it is back",
    needs: ["log", "stop"],
    async play({ setup, probe }) {
      const one = await probe();
      const log = logOf(one);
      await log.append("t", entry("before"), bounds);
      await setup.stop!();
      try {
        await one.until("being told of down", () => one.states.length > 0, 12_000);
        await within(
          500,
          "a rejection",
          expectRejection(log.append("t", entry("lost"), bounds), "unavailable"),
        );
        await within(500, "a rejection", expectRejection(log.read("t", undefined, bounds), "unavailable"));
      } finally {
        await setup.start!();
      }
      await one.until("being told of up", () => one.states.at(-1) === "up", 5000);
      const place = await log.append("t", entry("after"), bounds);
      const { entries } = await log.read("t", { ...place, offset: place.offset - 1 }, bounds);
      // An engine may have forgotten the log: then this is the first entry of another.
      expect(texts(entries) === "after", `read ${texts(entries)}`);
    },
  },
];
