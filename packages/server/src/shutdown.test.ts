import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type CloseOptions, Shutdown } from "./shutdown.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Something to close; it notes what is done to it. */
class Fake {
  readonly log: string[];
  readonly name: string;
  constructor(name: string, log: string[]) {
    this.name = name;
    this.log = log;
  }
  shutdown(code: number, reason: string): void {
    this.log.push(`${this.name} ${code} ${reason}`.trimEnd());
  }
  destroy(): void {
    this.log.push(`${this.name} destroyed`);
  }
}

/** `count` connections, and the shutdown of them. */
function make(count: number, options: CloseOptions = {}, openings: Iterable<Fake> = []) {
  const log: string[] = [];
  const connections = new Set(Array.from({ length: count }, (_, i) => new Fake(`c${i}`, log)));
  const opening = new Set(openings);
  const shutdown = new Shutdown(options, connections, opening);
  let result: unknown;
  void shutdown.done.then((value) => {
    result = value;
  });
  const leave = (some: Iterable<Fake>): void => {
    for (const one of some) {
      connections.delete(one);
      opening.delete(one);
      shutdown.notice();
    }
  };
  const settled = async (): Promise<unknown> => {
    for (let i = 0; i < 5; i++) await undefined;
    return result;
  };
  return { log, connections, opening, shutdown, leave, settled };
}

describe("Close frames", () => {
  test("go to all at once when they are few: 1001 without a reason", async () => {
    const { log, settled } = make(3);
    expect([...log].sort()).toEqual(["c0 1001", "c1 1001", "c2 1001"]);
    expect(await settled()).toBeUndefined();
  });

  test("have the code and reason given", () => {
    expect(make(1, { code: 1012, reason: "restart" }).log).toEqual(["c0 1012 restart"]);
  });

  test("go in batches of 1,000 every 100 ms when they are many, each connection once", () => {
    const { log } = make(3_500);
    const counts = [log.length];
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(100);
      counts.push(log.length);
    }
    expect(counts[0]).toBeLessThanOrEqual(1_200);
    expect(counts.at(-1)).toBe(3_500);
    for (let i = 1; i < counts.length; i++) expect(counts[i]! - counts[i - 1]!).toBeLessThanOrEqual(1_200);
    expect(new Set(log).size).toBe(3_500);
  });

  test("go in a random order, so that nobody is always last", () => {
    const { log } = make(50);
    expect([...log].sort()).toEqual(Array.from({ length: 50 }, (_, i) => `c${i} 1001`).sort());
    expect(log).not.toEqual(Array.from({ length: 50 }, (_, i) => `c${i} 1001`));
  });

  test("are spread over the time given, evenly, the first of them at once", () => {
    const { log } = make(10, { spread: 1_000 });
    const counts = [log.length];
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(100);
      counts.push(log.length);
    }
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
  });

  test("of few connections are spread over all of a long time", () => {
    const { log } = make(2, { spread: 10_000, within: 60_000 });
    expect(log).toHaveLength(1);
    vi.advanceTimersByTime(4_900);
    expect(log).toHaveLength(1);
    vi.advanceTimersByTime(200);
    expect(log).toHaveLength(2);
  });

  test.each([Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER])("may be spread over %d ms", (spread) => {
    const { log } = make(2, { spread, within: 50 });
    expect(log).toHaveLength(1);
    expect(vi.getTimerCount()).toBeLessThan(5);
    expect(make(0, { spread }).log).toEqual([]);
  });

  test("spread: 0 sends all of many at once", () => {
    expect(make(5_000, { spread: 0 }).log).toHaveLength(5_000);
  });
});

describe("the end", () => {
  test("without anybody comes at once, but not before the caller has the promise; no timer is left", async () => {
    const { settled } = make(0);
    expect(await settled()).toEqual({ closed: 0, terminated: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("comes when the last connection is gone", async () => {
    const { connections, leave, settled } = make(2);
    const [one, other] = [...connections];
    leave([one!]);
    expect(await settled()).toBeUndefined();
    leave([other!]);
    expect(await settled()).toEqual({ closed: 2, terminated: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("waits for opening handshakes too, and does not count them", async () => {
    const log: string[] = [];
    const opening = new Fake("opening", log);
    const { connections, leave, settled } = make(1, {}, [opening]);
    leave(connections);
    expect(await settled()).toBeUndefined();
    leave([opening]);
    expect(await settled()).toEqual({ closed: 1, terminated: 0 });
  });

  test("after `within` what is left is dropped and counted", async () => {
    const late: string[] = [];
    const opening = new Fake("opening", late);
    const { connections, leave, settled, log } = make(3, { within: 5_000 }, [opening]);
    const [one, two, three] = [...connections];
    leave([one!]);
    vi.advanceTimersByTime(4_999);
    expect(log.filter((line) => line.endsWith("destroyed"))).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(log.filter((line) => line.endsWith("destroyed"))).toEqual(["c1 destroyed", "c2 destroyed"]);
    expect(late).toEqual(["opening destroyed"]);
    expect(await settled()).toBeUndefined();
    leave([two!, three!, opening]);
    expect(await settled()).toEqual({ closed: 1, terminated: 2 });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("30 s are the default, and Infinity is as long as a timer can be", () => {
    const { log } = make(1);
    vi.advanceTimersByTime(29_999);
    expect(log).toEqual(["c0 1001"]);
    vi.advanceTimersByTime(1);
    expect(log).toEqual(["c0 1001", "c0 destroyed"]);
    const patient = make(1, { within: Number.POSITIVE_INFINITY });
    vi.advanceTimersByTime(100 * 60_000);
    expect(patient.log).toEqual(["c0 1001"]);
  });

  test("dropping one may take others along", async () => {
    const log: string[] = [];
    const connections = new Set<{ shutdown(): void; destroy(): void }>();
    const one = (): { shutdown(): void; destroy(): void } => ({
      shutdown() {},
      destroy() {
        log.push("destroyed");
        connections.clear();
        shutdown.notice();
      },
    });
    connections.add(one()).add(one());
    const shutdown = new Shutdown({ within: 1 }, connections, new Set());
    vi.advanceTimersByTime(1);
    expect(log).toEqual(["destroyed"]);
    expect(await shutdown.done).toEqual({ closed: 0, terminated: 2 });
  });
});

describe("a wrong option is an error that names it, and nothing is begun", () => {
  test.each<[string, object]>([
    ["code", { code: 1005 }],
    ["code", { code: 999 }],
    ["code", { code: "1000" }],
    ["reason", { reason: "x".repeat(124) }],
    ["reason", { reason: 5 }],
    ["within", { within: -1 }],
    ["within", { within: Number.NaN }],
    ["within", { within: "1" }],
    ["within", { within: null }],
    ["spread", { spread: -1 }],
    ["spread", { spread: Number.NaN }],
    ["spread", { spread: "1" }],
  ])("%s: %j", (name, options) => {
    const log: string[] = [];
    const connections = new Set([new Fake("c", log)]);
    let error: unknown;
    try {
      new Shutdown(options as CloseOptions, connections, new Set());
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toSatisfy((thrown) => thrown instanceof TypeError || thrown instanceof RangeError);
    expect((error as Error).message.toLowerCase()).toContain(name);
    expect(log).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
