import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { Channels, type Subscriber } from "../src/index.ts";

const count = 50_000;

/** A member that takes about a microsecond for a message, as a connection does. */
class Busy implements Subscriber {
  got = 0;

  write(): "sent" {
    let work = 0;
    for (let i = 0; i < 1500; i++) work += i % 7;
    this.got += work > 0 ? 1 : 0;
    return "sent";
  }

  onClosed(): void {}
}

test("a broadcast to 50,000 members in slices holds up the event loop for a small part of what it takes at once", async () => {
  const all = Array.from({ length: count }, () => new Busy());
  let shards = 1;
  const channels = new Channels({ shards: () => shards });
  for (const member of all) channels.join("a", member);
  channels.broadcast("a", "warm");

  const rounds: { whole: number; longest: number }[] = [];
  for (let round = 0; round < 5; round++) {
    shards = 1;
    const began = performance.now();
    channels.broadcast("a", "at once");
    const whole = performance.now() - began;
    shards = 16;
    const monitor = monitorEventLoopDelay({ resolution: 1 });
    monitor.enable();
    await delay(5);
    monitor.reset();
    const result = await channels.broadcast("a", "in slices").done;
    await delay(2);
    monitor.disable();
    expect(result.sent).toBe(count);
    rounds.push({ whole, longest: monitor.max / 1e6 });
  }
  expect(all.every(({ got }) => got === 11)).toBe(true);
  // The machine may be busy in some of the rounds, not in all of them.
  const best = rounds.toSorted((one, other) => one.longest / one.whole - other.longest / other.whole)[0]!;
  expect(best.longest, JSON.stringify(rounds)).toBeLessThan(best.whole / 2);
});
