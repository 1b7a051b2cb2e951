import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CallbackQueue } from "./callback-queue.ts";

/** A queue of names; `calls` says what the callback of a name does, `log` what happened. */
function make(calls: Record<string, () => unknown> = {}) {
  const log: string[] = [];
  const queue: CallbackQueue<string> = new CallbackQueue<string>({
    call(item) {
      log.push(item);
      return calls[item]?.();
    },
    onFailure: (error) => log.push(`failed: ${error instanceof Error ? error.message : String(error)}`),
    onProgress: () => log.push(`progress: ${queue.length}`),
  });
  const take = (): string[] => log.splice(0);
  return { queue, take };
}

/** A promise and the functions that settle it. */
function pending() {
  let resolve = (): void => {};
  let reject = (_: Error): void => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** A promise of somebody else's making. */
function thenable(then: unknown): object {
  return { then };
}

/** Lets everything run that settled promises have led to. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await undefined;
}

describe("one callback at a time", () => {
  test("a callback that returns nothing runs at once and nothing is kept", () => {
    const { queue, take } = make();
    queue.add("a", 1);
    queue.add("b", 2);
    expect(take()).toEqual(["a", "b"]);
    expect([queue.length, queue.bytes, queue.isPending]).toEqual([0, 0, false]);
  });

  test("while a promise is pending the others wait, in order, and their sizes add up", async () => {
    const first = pending();
    const second = pending();
    const { queue, take } = make({ a: () => first.promise, c: () => second.promise });
    queue.add("a", 1);
    queue.add("b", 20);
    queue.add("c", 300);
    queue.add("d", 4_000);
    expect(take()).toEqual(["a"]);
    expect([queue.length, queue.bytes, queue.isPending]).toEqual([3, 4_320, true]);
    first.resolve();
    await settle();
    expect(take()).toEqual(["b", "c", "progress: 1"]);
    expect([queue.length, queue.bytes, queue.isPending]).toEqual([1, 4_000, true]);
    second.resolve();
    await settle();
    expect(take()).toEqual(["d", "progress: 0"]);
    expect([queue.length, queue.bytes, queue.isPending]).toEqual([0, 0, false]);
  });

  test("what is added in a callback comes after it, not within it", () => {
    const { queue, take } = make({
      a: () => {
        queue.add("b", 1);
        queue.add("c", 1);
        take().push("the log is ours");
        queue.add("d", 1);
      },
    });
    queue.add("a", 1);
    expect(take()).toEqual(["b", "c", "d", "progress: 0"]);
    expect([queue.length, queue.bytes]).toEqual([0, 0]);
  });

  test("what is added in the callback of one that waited comes after it", async () => {
    const first = pending();
    const { queue, take } = make({ a: () => first.promise, b: () => queue.add("c", 1) });
    queue.add("a", 1);
    queue.add("b", 1);
    first.resolve();
    await settle();
    expect(take()).toEqual(["a", "b", "c", "progress: 0"]);
  });
});

describe("failures", () => {
  test("a throw is told and the next callback runs", () => {
    const { queue, take } = make({
      a: () => {
        throw new Error("of a");
      },
    });
    queue.add("a", 1);
    queue.add("b", 1);
    expect(take()).toEqual(["a", "failed: of a", "b"]);
  });

  test("a rejection is told before the next callback runs", async () => {
    const { queue, take } = make({ a: () => Promise.reject(new Error("of a")) });
    queue.add("a", 1);
    queue.add("b", 1);
    expect(take()).toEqual(["a"]);
    await settle();
    expect(take()).toEqual(["failed: of a", "b", "progress: 0"]);
  });

  test("what is forgotten when a failure is told does not run", async () => {
    const { promise, reject } = pending();
    const log: string[] = [];
    const queue: CallbackQueue<string> = new CallbackQueue<string>({
      call(item) {
        log.push(item);
        return item === "a" ? promise : undefined;
      },
      onFailure: () => queue.clear(),
      onProgress: () => {},
    });
    queue.add("a", 1);
    queue.add("b", 1);
    reject(new Error("of a"));
    await settle();
    expect(log).toEqual(["a"]);
    expect([queue.length, queue.bytes, queue.isPending]).toEqual([0, 0, false]);
  });
});

describe("what counts as a promise", () => {
  test("a thenable does, and the next callback waits for it", async () => {
    let finish = (): void => {};
    const { queue, take } = make({
      a: () =>
        thenable((resolve: () => void) => {
          finish = resolve;
        }),
    });
    queue.add("a", 1);
    queue.add("b", 1);
    await settle();
    expect(take()).toEqual(["a"]);
    finish();
    await settle();
    expect(take()).toEqual(["b", "progress: 0"]);
  });

  test("a thenable that settles at once does not make the queue forget who waits", async () => {
    const { queue, take } = make({
      a: () => thenable((resolve: () => void) => resolve()),
    });
    queue.add("a", 1);
    queue.add("b", 1);
    await settle();
    expect(take()).toEqual(["a", "b", "progress: 0"]);
    expect(queue.isPending).toBe(false);
  });

  test("a thenable that settles twice settles once", async () => {
    const second = pending();
    let again = (): void => {};
    const { queue, take } = make({
      a: () =>
        thenable((resolve: () => void) => {
          resolve();
          again = resolve;
        }),
      b: () => second.promise,
    });
    queue.add("a", 1);
    queue.add("b", 1);
    queue.add("c", 1);
    await settle();
    again();
    await settle();
    expect(take()).toEqual(["a", "b", "progress: 1"]);
    second.resolve();
    await settle();
    expect(take()).toEqual(["c", "progress: 0"]);
  });

  test("a thenable whose then throws has failed, and does not stop the queue", async () => {
    const { queue, take } = make({
      a: () =>
        thenable(() => {
          throw new Error("of then");
        }),
    });
    queue.add("a", 1);
    queue.add("b", 1);
    await settle();
    expect(take()).toEqual(["a", "failed: of then", "b", "progress: 0"]);
    expect(queue.isPending).toBe(false);
  });

  test("a result whose then cannot be read has failed", () => {
    const { queue, take } = make({
      a: () =>
        // biome-ignore lint/suspicious/noThenProperty: that is what it is about
        Object.defineProperty({}, "then", {
          get() {
            throw new Error("of the getter");
          },
        }),
    });
    queue.add("a", 1);
    queue.add("b", 1);
    expect(take()).toEqual(["a", "failed: of the getter", "b"]);
  });

  test.each([null, 0, "then", true, () => {}, {}, thenable("later")])("%j does not", (result) => {
    const { queue, take } = make({ a: () => result });
    queue.add("a", 1);
    queue.add("b", 1);
    expect(take()).toEqual(["a", "b"]);
  });
});

describe("hold and release", () => {
  test("what is added while held waits for the release", () => {
    const { queue, take } = make();
    queue.hold();
    queue.add("a", 1);
    queue.add("b", 2);
    expect(take()).toEqual([]);
    expect([queue.length, queue.bytes, queue.isPending]).toEqual([2, 3, false]);
    queue.release();
    expect(take()).toEqual(["a", "b", "progress: 0"]);
  });

  test("a callback may hold the queue: those behind it wait", () => {
    const { queue, take } = make({ b: () => queue.hold() });
    queue.hold();
    for (const name of ["a", "b", "c"]) queue.add(name, 1);
    queue.release();
    expect(take()).toEqual(["a", "b", "progress: 1"]);
    queue.release();
    expect(take()).toEqual(["c", "progress: 0"]);
  });

  test("a callback that holds and releases runs on, in order", () => {
    const { queue, take } = make({
      a: () => {
        queue.hold();
        queue.add("b", 1);
        queue.release();
      },
    });
    queue.add("a", 1);
    queue.add("c", 1);
    expect(take()).toEqual(["a", "b", "progress: 0", "c"]);
  });

  test("a release while a promise is pending does not run what waits for it", async () => {
    const first = pending();
    const { queue, take } = make({ a: () => first.promise });
    queue.add("a", 1);
    queue.add("b", 1);
    queue.hold();
    queue.release();
    expect(take()).toEqual(["a", "progress: 1"]);
    first.resolve();
    await settle();
    expect(take()).toEqual(["b", "progress: 0"]);
  });

  test("a promise that settles while held runs nothing", async () => {
    const first = pending();
    const { queue, take } = make({ a: () => first.promise });
    queue.add("a", 1);
    queue.add("b", 1);
    queue.hold();
    first.resolve();
    await settle();
    expect(take()).toEqual(["a", "progress: 1"]);
    queue.release();
    expect(take()).toEqual(["b", "progress: 0"]);
  });
});

describe("clear", () => {
  test("forgets what waits, not what runs", async () => {
    const first = pending();
    const { queue, take } = make({ a: () => first.promise });
    queue.add("a", 1);
    queue.add("b", 1);
    queue.clear();
    expect([queue.length, queue.bytes, queue.isPending]).toEqual([0, 0, true]);
    first.resolve();
    await settle();
    expect(take()).toEqual(["a", "progress: 0"]);
  });

  test("in a callback: those behind it are forgotten, those added after it are not", () => {
    const { queue, take } = make({
      b: () => {
        queue.clear();
        queue.add("d", 5);
      },
    });
    queue.hold();
    for (const name of ["a", "b", "c"]) queue.add(name, 1);
    queue.release();
    expect(take()).toEqual(["a", "b", "d", "progress: 0"]);
    expect([queue.length, queue.bytes]).toEqual([0, 0]);
  });
});

describe("overtake", () => {
  test("runs an item in spite of a promise that is pending; those that wait are forgotten", async () => {
    const first = pending();
    const { queue, take } = make({ a: () => first.promise });
    queue.add("a", 1);
    queue.add("b", 1);
    queue.overtake("c");
    expect(take()).toEqual(["a", "c"]);
    expect([queue.length, queue.bytes, queue.isPending]).toEqual([0, 0, false]);
    first.resolve();
    await settle();
    expect(take().filter((line) => !line.startsWith("progress"))).toEqual([]);
  });

  test("a failure of the item is told", async () => {
    const { queue, take } = make({
      a: () => new Promise(() => {}),
      b: () => {
        throw new Error("of b");
      },
      c: () => Promise.reject(new Error("of c")),
    });
    queue.add("a", 1);
    queue.overtake("b");
    queue.overtake("c");
    await settle();
    expect(take()).toEqual(["a", "b", "failed: of b", "c", "failed: of c", "progress: 0"]);
  });
});

test("whatever the callbacks do: they run once each, in order, never two at a time", async () => {
  const deed = fc.constantFrom("return", "throw", "resolve", "reject", "hold", "add");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(deed, fc.boolean()), { maxLength: 20 }), async (deeds) => {
      const order: number[] = [];
      const expected: number[] = [];
      let running = 0;
      let failures = 0;
      let next = deeds.length;
      const queue: CallbackQueue<number> = new CallbackQueue<number>({
        call(item) {
          expect(running, "a callback within another").toBe(0);
          order.push(item);
          const what = deeds[item]?.[0];
          if (what === "throw") throw new Error("thrown");
          if (what === "hold") queue.hold();
          if (what === "add") queue.add(next++, 1);
          if (what !== "resolve" && what !== "reject") return undefined;
          running++;
          return settle().then(() => {
            running--;
            if (what === "reject") throw new Error("rejected");
          });
        },
        onFailure: () => failures++,
        onProgress: () => {},
      });
      for (const [i, [, pause]] of deeds.entries()) {
        expected.push(i);
        queue.add(i, 1);
        expect(queue.bytes).toBe(queue.length);
        if (pause) await settle();
      }
      for (let i = 0; i < 200 && (queue.length > 0 || queue.isPending); i++) {
        queue.release();
        await settle();
      }
      expect(order.filter((item) => item < deeds.length)).toEqual(expected);
      expect(new Set(order).size).toBe(order.length);
      expect(order.length).toBe(next);
      expect(failures).toBe(deeds.filter(([what]) => what === "throw" || what === "reject").length);
      expect([queue.length, queue.bytes, queue.isPending]).toEqual([0, 0, false]);
    }),
  );
});
