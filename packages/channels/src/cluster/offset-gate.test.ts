import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Position } from "../history.ts";
import { OffsetGate } from "./offset-gate.ts";

function gateAt(offset: number, bounds = { items: 100, bytes: 1000 }) {
  const passed: string[] = [];
  const gate = new OffsetGate<string>({ epoch: "e", offset }, bounds, {
    pass: (position, item) => void passed.push(`${position.epoch}${position.offset}=${item}`),
    lose: (lost) => void passed.push(`-${lost}`),
  });
  const offer = (...offsets: number[]) => {
    for (const each of offsets) gate.offer({ epoch: "e", offset: each }, `${each}`, 10);
  };
  return { gate, passed, offer };
}

describe("a gate", () => {
  test("lets through what comes in order at once", () => {
    const { gate, passed, offer } = gateAt(3);
    offer(4, 5);
    expect(passed).toEqual(["e4=4", "e5=5"]);
    expect([gate.position, gate.isBehind]).toEqual([{ epoch: "e", offset: 5 }, false]);
  });

  test("lets nothing through twice, and nothing from before it began", () => {
    const { passed, offer, gate } = gateAt(3);
    offer(2, 3, 4, 4, 1);
    expect(passed).toEqual(["e4=4"]);
    expect([gate.isBehind, gate.size]).toEqual([false, 0]);
  });

  test("holds back what comes too early, and wants the log to be read", () => {
    const { gate, passed, offer } = gateAt(0);
    offer(3, 2);
    expect([passed, gate.isBehind, gate.size]).toEqual([[], true, 2]);
    offer(1);
    expect([passed, gate.size, gate.isBehind]).toEqual([["e1=1", "e2=2", "e3=3"], 0, false]);
  });

  test("is filled from the log, with what waits behind it", () => {
    const { gate, passed, offer } = gateAt(0);
    offer(2);
    gate.read();
    offer(4);
    gate.fill({ epoch: "e", offset: 3 }, ["a", "b", "c"]);
    expect(passed).toEqual(["e1=a", "e2=b", "e3=c", "e4=4"]);
  });

  test("is filled with the rest of what was read, if a part of it has come meanwhile", () => {
    const { gate, passed, offer } = gateAt(0);
    offer(2);
    gate.read();
    offer(1);
    gate.fill({ epoch: "e", offset: 3 }, ["a", "b", "c"]);
    expect(passed).toEqual(["e1=1", "e2=2", "e3=c"]);
    gate.fill({ epoch: "e", offset: 3 }, ["a", "b", "c"]);
    expect(passed).toHaveLength(3);
  });

  test("says exactly how many are lost when the log has forgotten them, and goes on with what it has", () => {
    const { gate, passed, offer } = gateAt(0);
    offer(3, 5, 6);
    gate.read();
    offer(7, 9);
    gate.fill({ epoch: "e", offset: 6 }, undefined);
    expect(passed).toEqual(["-4", "e5=5", "e6=6", "e7=7"]);
    expect([gate.size, gate.isBehind]).toEqual([1, true]);
  });

  test("jumps behind the end of a log that keeps nothing", () => {
    const { gate, passed } = gateAt(2);
    gate.fill({ epoch: "e", offset: 9 }, undefined);
    gate.fill({ epoch: "e", offset: 9 }, undefined);
    expect([passed, gate.position.offset]).toEqual([["-7"], 9]);
  });

  test("begins anew with the first entry of a new log", () => {
    const { gate, passed, offer } = gateAt(5);
    offer(8);
    gate.offer({ epoch: "f", offset: 2 }, "x", 10);
    expect([passed, gate.isBehind]).toEqual([[], true]);
    gate.read();
    gate.fill({ epoch: "f", offset: 2 }, ["y", "x"]);
    expect([passed, gate.size]).toEqual([["f1=y", "f2=x"], 0]);
  });

  test("keeps no more than its bounds: what is left out is in the log", () => {
    const few = gateAt(0, { items: 2, bytes: 1000 });
    few.offer(3, 4, 5);
    const small = gateAt(0, { items: 100, bytes: 25 });
    small.offer(3, 4, 5);
    expect([few.gate.size, small.gate.size]).toEqual([2, 2]);
    small.offer(4, 4);
    small.offer(1, 2);
    small.offer(9, 9, 10);
    expect(small.gate.size).toBe(2);
  });

  test("forgets what claims to be in the log and is not", () => {
    const { gate, offer } = gateAt(0);
    offer(1_000_000);
    gate.read();
    gate.fill({ epoch: "e", offset: 0 }, []);
    expect([gate.size, gate.isBehind]).toEqual([0, false]);
  });

  test("passes every entry in order and once, whatever comes when, and says what is lost", () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant("append" as const) }) },
      { weight: 6, arbitrary: fc.record({ do: fc.constant("offer" as const), at: fc.nat(8) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("ask" as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("answer" as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const), keep: fc.nat(3) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: "max" }), fc.nat(4), (steps, items) => {
        let [epoch, kept] = [1, [] as number[]];
        let count = 0;
        let expected = { epoch: "1", offset: 0 };
        const flying: Position[] = [];
        const gate = new OffsetGate<string>(
          { epoch: "1", offset: 0 },
          { items, bytes: 1e6 },
          {
            pass(position, item) {
              expect(item).toBe(`${position.epoch}/${position.offset}`);
              if (position.epoch !== expected.epoch) expected = { epoch: position.epoch, offset: 0 };
              expect(position.offset).toBe(expected.offset + 1);
              expected.offset = position.offset;
            },
            lose(lost) {
              expect(lost).toBeGreaterThan(0);
              const { epoch } = gate.position;
              if (epoch !== expected.epoch) expected = { epoch, offset: 0 };
              expected.offset += lost;
            },
          },
        );
        let reading: { position: Position; items: string[] | undefined } | undefined;
        const log = () => ({ epoch: `${epoch}`, offset: count });
        const since = (offset: number) =>
          count - offset <= kept.length
            ? kept.slice(kept.length - (count - offset)).map((each) => `${epoch}/${each}`)
            : undefined;
        const ask = () => {
          gate.read();
          const { epoch: known, offset } = gate.position;
          reading = { position: log(), items: since(known === `${epoch}` ? offset : 0) };
        };
        const answer = () => {
          if (reading !== undefined) gate.fill(reading.position, reading.items);
          reading = undefined;
        };
        for (const each of steps) {
          if (each.do === "append") {
            kept.push(++count);
            flying.push(log());
          } else if (each.do === "offer") {
            const position = flying[each.at];
            if (position === undefined) continue;
            // Some come again.
            if (each.at % 2 === 0) flying.splice(each.at, 1);
            gate.offer(position, `${position.epoch}/${position.offset}`, 1);
          } else if (each.do === "ask") {
            if (reading === undefined) ask();
          } else if (each.do === "answer") answer();
          else if (each.keep === 3) {
            answer();
            [epoch, kept, count] = [epoch + 1, [], 0];
          } else kept = kept.slice(Math.max(0, kept.length - each.keep));
        }
        answer();
        gate.reach(log());
        for (let i = 0; gate.isBehind && i < 3; i++) {
          ask();
          answer();
        }
        expect([gate.isBehind, gate.position.offset, gate.position.epoch]).toEqual([
          false,
          count,
          `${epoch}`,
        ]);
      }),
      { numRuns: 2000 },
    );
  });
});
