import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { resolveOptions } from "./options.ts";
import { Watchdog } from "./watchdog.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the watchdog", () => {
  test("by default notices within 10 s, wherever between two questions the server freezes", () => {
    const { interval, timeout } = resolveOptions().heartbeat;
    // At worst it freezes just after an answer, which is seen with the next tick: then comes an interval, and the time for an answer.
    expect(timeout / 4 + interval + timeout).toBeLessThan(10_000);
    const dead = vi.fn();
    const watchdog = new Watchdog({ interval, timeout }, () => {}, dead);
    vi.advanceTimersByTime(interval + timeout - 1);
    expect(dead).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(dead).toHaveBeenCalledOnce();
    watchdog.stop();
  });

  test("asks again and again while it is answered", () => {
    const dead = vi.fn();
    const ping = vi.fn(() => watchdog.hear());
    const watchdog: Watchdog = new Watchdog({ interval: 100, timeout: 40 }, ping, dead);
    vi.advanceTimersByTime(1200);
    expect(ping.mock.calls.length).toBeGreaterThanOrEqual(10);
    expect(dead).not.toHaveBeenCalled();
    watchdog.stop();
  });

  test("takes anything that comes for life", () => {
    const dead = vi.fn();
    const watchdog = new Watchdog({ interval: 100, timeout: 100 }, () => {}, dead);
    for (let i = 0; i < 100; i++) {
      vi.advanceTimersByTime(50);
      watchdog.hear();
    }
    expect(dead).not.toHaveBeenCalled();
    watchdog.stop();
  });

  test("does nothing any more when it is stopped", () => {
    const dead = vi.fn();
    const ping = vi.fn();
    new Watchdog({ interval: 100, timeout: 100 }, ping, dead).stop();
    vi.advanceTimersByTime(1000);
    expect([...ping.mock.calls, ...dead.mock.calls]).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
