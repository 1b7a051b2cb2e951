import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Deadlined, DeadlineWheel } from "./deadline-wheel.ts";

/** Notes when it is called; `then` says what to do and when to be called again. */
class Item implements Deadlined {
  due = 0;
  previous: Deadlined | undefined;
  following: Deadlined | undefined;
  readonly calls: number[] = [];
  readonly #then: (now: number) => number;

  constructor(then: (now: number) => number = () => Number.POSITIVE_INFINITY) {
    this.#then = then;
  }

  onDue(now: number): number {
    this.calls.push(now);
    return this.#then(now);
  }
}

/** A wheel of one millisecond a tick; `pass` lets ticks pass. */
function make(): { wheel: DeadlineWheel; pass: (ticks: number) => void } {
  const wheel = new DeadlineWheel(1);
  return { wheel, pass: (ticks) => wheel.advance(ticks, Number.POSITIVE_INFINITY) };
}

describe("time", () => {
  test("milliseconds become whole ticks, rounded up, at least one; Infinity stays", () => {
    const wheel = new DeadlineWheel(250);
    expect([0, 1, 250, 251, 10_000].map((time) => wheel.ticks(time))).toEqual([1, 1, 1, 2, 40]);
    expect(wheel.ticks(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });

  test("parts of a tick add up", () => {
    const wheel = new DeadlineWheel(10);
    wheel.advance(9, 1_000);
    expect(wheel.now).toBe(1);
    wheel.advance(1, 1_000);
    expect(wheel.now).toBe(2);
    wheel.advance(25, 1_000);
    wheel.advance(5, 1_000);
    expect(wheel.now).toBe(5);
    expect(wheel.milliseconds).toBe(50);
  });

  test("a stall of the process counts as no more than the cap", () => {
    const wheel = new DeadlineWheel(10);
    const item = new Item();
    wheel.schedule(item, 1 + 200);
    wheel.advance(40_000, 1_000);
    expect(wheel.now).toBe(101);
    expect(item.calls).toEqual([]);
    wheel.advance(1_000, 1_000);
    expect(item.calls).toEqual([201]);
  });
});

describe("one item", () => {
  test("is called at its tick, once, and is off the wheel then", () => {
    const { wheel, pass } = make();
    const item = new Item();
    wheel.schedule(item, 5);
    expect(wheel.size).toBe(1);
    pass(3);
    expect(item.calls).toEqual([]);
    pass(1);
    expect(item.calls).toEqual([5]);
    expect([item.due, wheel.size]).toEqual([0, 0]);
    pass(1_000);
    expect(item.calls).toEqual([5]);
  });

  test("comes round again when its deadline is more than a revolution away", () => {
    const { wheel, pass } = make();
    const item = new Item();
    wheel.schedule(item, 3 + 256 * 4);
    pass(256 * 4);
    expect(item.calls).toEqual([]);
    pass(2);
    expect(item.calls).toEqual([3 + 256 * 4]);
  });

  test("is brought forward, but never put back", () => {
    const { wheel, pass } = make();
    const item = new Item();
    wheel.schedule(item, 20);
    wheel.schedule(item, 10);
    wheel.schedule(item, 30);
    expect(wheel.size).toBe(1);
    pass(9);
    expect(item.calls).toEqual([10]);
    pass(100);
    expect(item.calls).toEqual([10]);
  });

  test("with no deadline does not get on the wheel, and stays where it is if it is on", () => {
    const { wheel, pass } = make();
    const item = new Item();
    wheel.schedule(item, Number.POSITIVE_INFINITY);
    expect(wheel.size).toBe(0);
    wheel.schedule(item, 5);
    wheel.schedule(item, Number.POSITIVE_INFINITY);
    pass(4);
    expect(item.calls).toEqual([5]);
  });

  test("is called again when it says so, a tick later at the earliest", () => {
    const { wheel, pass } = make();
    const next = [10, 10, 0, Number.POSITIVE_INFINITY];
    const item = new Item(() => next.shift()!);
    wheel.schedule(item, 5);
    pass(20);
    expect(item.calls).toEqual([5, 10, 11, 12]);
    expect(wheel.size).toBe(0);
  });

  test("removed is not called; removing it twice, or never put on, changes nothing", () => {
    const { wheel, pass } = make();
    const item = new Item();
    wheel.remove(item);
    wheel.schedule(item, 5);
    wheel.remove(item);
    wheel.remove(item);
    expect(wheel.size).toBe(0);
    pass(300);
    expect(item.calls).toEqual([]);
  });

  test("whose time has passed already is called at the next tick", () => {
    const { wheel, pass } = make();
    pass(100);
    const late = new Item();
    const now = new Item();
    wheel.schedule(late, 50);
    wheel.schedule(now, 101);
    pass(1);
    expect([late.calls, now.calls]).toEqual([[102], [102]]);
  });
});

describe("what onDue does to the wheel", () => {
  test("an item may take others of the same tick off", () => {
    const { wheel, pass } = make();
    const items: Item[] = [];
    for (let i = 0; i < 4; i++) {
      items.push(
        new Item(() => {
          for (const item of items) wheel.remove(item);
          return Number.POSITIVE_INFINITY;
        }),
      );
    }
    for (const item of items) wheel.schedule(item, 7);
    pass(10);
    expect(items.flatMap(({ calls }) => calls)).toEqual([7]);
    expect(wheel.size).toBe(0);
  });

  test("an item that another took off and put elsewhere in the same tick is called there", () => {
    const { wheel, pass } = make();
    const second = new Item();
    const first = new Item(() => {
      wheel.remove(second);
      wheel.schedule(second, 20);
      return Number.POSITIVE_INFINITY;
    });
    wheel.schedule(second, 7);
    wheel.schedule(first, 7);
    pass(30);
    expect([first.calls, second.calls]).toEqual([[7], [20]]);
  });

  test("an item may put itself on: the earlier of that and what it returns counts", () => {
    const { wheel, pass } = make();
    const item: Item = new Item((now) => {
      if (now === 5) wheel.schedule(item, 9);
      return now === 5 ? 15 : Number.POSITIVE_INFINITY;
    });
    wheel.schedule(item, 5);
    pass(40);
    expect(item.calls).toEqual([5, 9]);
  });

  test("an item may put a new one on for the next tick", () => {
    const { wheel, pass } = make();
    const added = new Item();
    const item = new Item((now) => {
      wheel.schedule(added, now + 1);
      return Number.POSITIVE_INFINITY;
    });
    wheel.schedule(item, 5);
    pass(10);
    expect(added.calls).toEqual([6]);
  });
});

/** The same promises, kept by looking at everything in every tick. */
class Naive {
  now = 1;
  readonly due = new Map<number, number>();

  schedule(id: number, due: number): void {
    if (due === Number.POSITIVE_INFINITY) return;
    this.due.set(id, Math.min(this.due.get(id) ?? Number.POSITIVE_INFINITY, Math.max(due, this.now + 1)));
  }
}

type Step =
  | { readonly type: "schedule"; readonly id: number; readonly ticks: number }
  | { readonly type: "remove"; readonly id: number }
  | { readonly type: "advance"; readonly ticks: number };

/** What an item does when it is called: reschedules itself, and takes off or puts on another. */
type Reaction = {
  readonly again: number;
  readonly other: number;
  readonly deed: "nothing" | "remove" | "schedule";
  readonly ticks: number;
};

const count = 8;
const id = fc.nat(count - 1);
const ticks = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.integer({ min: 240, max: 1_100 }),
  fc.constant(Number.POSITIVE_INFINITY),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant("schedule" as const), id, ticks }),
  fc.record({ type: fc.constant("remove" as const), id }),
  fc.record({
    type: fc.constant("advance" as const),
    ticks: fc.oneof(fc.nat(9), fc.integer({ min: 200, max: 600 })),
  }),
);
const reaction: fc.Arbitrary<Reaction> = fc.record({
  again: fc.oneof(
    { weight: 3, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
    { weight: 2, arbitrary: ticks },
  ),
  other: id,
  deed: fc.constantFrom("nothing" as const, "remove" as const, "schedule" as const),
  ticks,
});

test("a wheel calls what a list looked through in every tick would call", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 25 }),
      fc.array(reaction, { minLength: count, maxLength: count }),
      (steps, reactions) => {
        const wheel = new DeadlineWheel(1);
        const naive = new Naive();
        const called: [id: number, now: number][] = [];
        const items = reactions.map(({ again, other, deed, ticks: later }, index): Item => {
          let lives = 3;
          return new Item((now) => {
            // The list learns of the call as it happens: the order within a tick is free.
            expect(naive.due.get(index), `item ${index} is due in tick ${now}`).toBe(now);
            expect(naive.now).toBe(now);
            naive.due.delete(index);
            called.push([index, now]);
            if (deed === "remove" && other !== index) {
              wheel.remove(items[other]!);
              naive.due.delete(other);
            } else if (deed === "schedule") {
              wheel.schedule(items[other]!, now + later);
              naive.schedule(other, now + later);
            }
            const next = lives-- > 0 ? now + again : Number.POSITIVE_INFINITY;
            naive.schedule(index, next);
            return next;
          });
        });
        for (const action of steps) {
          if (action.type === "schedule") {
            wheel.schedule(items[action.id]!, wheel.now + action.ticks);
            naive.schedule(action.id, naive.now + action.ticks);
          } else if (action.type === "remove") {
            wheel.remove(items[action.id]!);
            naive.due.delete(action.id);
          } else {
            for (let i = 0; i < action.ticks; i++) {
              naive.now++;
              wheel.advance(1, 1_000);
              for (const [index, due] of naive.due)
                expect(due, `item ${index} was called`).toBeGreaterThan(naive.now);
            }
          }
          expect(wheel.now).toBe(naive.now);
          expect(wheel.size).toBe(naive.due.size);
          for (const [index, item] of items.entries()) expect(item.due).toBe(naive.due.get(index) ?? 0);
        }
      },
    ),
    { numRuns: 300 },
  );
});
