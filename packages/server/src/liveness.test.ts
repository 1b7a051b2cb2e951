import { describe, expect, test } from "vitest";
import { Liveness } from "./liveness.ts";
import type { Ticks } from "./server-context.ts";

const never = Number.POSITIVE_INFINITY;

/** Everything off but what a test is about. */
const off: Ticks = {
  handshakeTimeout: never,
  messageTimeout: never,
  pingInterval: never,
  pingTimeout: never,
  idleTimeout: never,
  lifetime: never,
  closeTimeout: never,
  lingerTimeout: never,
  stallTimeout: never,
};

/** Judges a peer that we read and that has taken everything. */
const check = (liveness: Liveness, now: number): string => liveness.check(now, 0, false);

describe("with every limit off", () => {
  test("nothing is ever due and everything is fine", () => {
    const liveness = new Liveness(off, 1);
    liveness.unfinished(1, true, false);
    liveness.blocked(1, 1);
    expect(liveness.nextDue()).toBe(never);
    expect(liveness.check(1_000_000, 1, false)).toBe("fine");
  });
});

describe("heartbeat", () => {
  const ticks = { ...off, pingInterval: 25, pingTimeout: 20 };

  test("a Ping is asked for after the interval without a byte, not before", () => {
    const liveness = new Liveness(ticks, 1);
    expect(liveness.nextDue()).toBe(26);
    expect(check(liveness, 25)).toBe("fine");
    expect(check(liveness, 26)).toBe("ping");
    expect(liveness.nextDue()).toBe(46);
  });

  test("any bytes put the Ping off", () => {
    const liveness = new Liveness(ticks, 1);
    liveness.heard(20);
    expect(check(liveness, 26)).toBe("fine");
    expect(liveness.nextDue()).toBe(45);
    expect(check(liveness, 45)).toBe("ping");
  });

  test("silence after the Ping is death, at the tick and not before", () => {
    const liveness = new Liveness(ticks, 1);
    expect(check(liveness, 26)).toBe("ping");
    expect(check(liveness, 45)).toBe("fine");
    expect(check(liveness, 46)).toBe("dead");
  });

  test("any bytes after the Ping are life: the next Ping comes an interval after them", () => {
    const liveness = new Liveness(ticks, 1);
    expect(check(liveness, 26)).toBe("ping");
    liveness.heard(27);
    expect(check(liveness, 46)).toBe("fine");
    expect(liveness.nextDue()).toBe(52);
    expect(check(liveness, 52)).toBe("ping");
  });

  test("bytes in the tick of the Ping itself are an answer", () => {
    const liveness = new Liveness(ticks, 1);
    expect(check(liveness, 26)).toBe("ping");
    liveness.heard(26);
    expect(check(liveness, 46)).toBe("fine");
  });

  test("who is not read from is not dead but pinged again", () => {
    const liveness = new Liveness(ticks, 1);
    expect(check(liveness, 26)).toBe("ping");
    expect(liveness.check(46, 0, true)).toBe("ping");
    expect(liveness.nextDue()).toBe(66);
    expect(liveness.check(66, 0, false)).toBe("dead");
  });

  test("without a pingTimeout nobody dies of silence", () => {
    const liveness = new Liveness({ ...off, pingInterval: 25 }, 1);
    expect(check(liveness, 26)).toBe("ping");
    expect(check(liveness, 1_000_000)).toBe("fine");
  });

  test("a peer that falls silent after it answered is pinged an interval later, however long the timeout is", () => {
    const liveness = new Liveness({ ...off, pingInterval: 5, pingTimeout: 100 }, 1);
    expect(check(liveness, 6)).toBe("ping");
    liveness.heard(7);
    const pings: number[] = [];
    let due = liveness.nextDue();
    while (due < 50) {
      if (check(liveness, due) === "ping") pings.push(due);
      due = liveness.nextDue();
    }
    expect(pings[0]).toBe(12);
  });
});

describe("an unfinished message", () => {
  const ticks = { ...off, messageTimeout: 60 };

  test("has its time from its first byte", () => {
    const liveness = new Liveness(ticks, 1);
    expect(liveness.unfinished(10, true, false)).toBe(true);
    expect(liveness.nextDue()).toBe(70);
    expect(check(liveness, 69)).toBe("fine");
    expect(check(liveness, 70)).toBe("message-timeout");
  });

  test("gets no more time from more bytes", () => {
    const liveness = new Liveness(ticks, 1);
    liveness.unfinished(10, true, false);
    expect(liveness.unfinished(69, true, false)).toBe(false);
    liveness.heard(69);
    expect(check(liveness, 70)).toBe("message-timeout");
  });

  test("is forgotten once it ends", () => {
    const liveness = new Liveness(ticks, 1);
    liveness.unfinished(10, true, false);
    expect(liveness.unfinished(20, false, true)).toBe(false);
    expect(liveness.nextDue()).toBe(never);
    expect(check(liveness, 1_000)).toBe("fine");
  });

  test("has its own time when the one before ended in the same read", () => {
    const liveness = new Liveness(ticks, 1);
    liveness.unfinished(10, true, false);
    expect(liveness.unfinished(50, true, true)).toBe(true);
    expect(check(liveness, 70)).toBe("fine");
    expect(liveness.nextDue()).toBe(110);
    expect(check(liveness, 110)).toBe("message-timeout");
  });

  test("has its time anew while we are not reading: it cannot go on", () => {
    const liveness = new Liveness(ticks, 1);
    liveness.unfinished(10, true, false);
    expect(liveness.check(70, 0, true)).toBe("fine");
    expect(liveness.nextDue()).toBe(130);
    expect(liveness.check(129, 0, false)).toBe("fine");
    expect(liveness.check(130, 0, false)).toBe("message-timeout");
  });
});

describe("idleness and lifetime", () => {
  test("without a data message for idleTimeout: idle, whatever other bytes came", () => {
    const liveness = new Liveness({ ...off, idleTimeout: 30 }, 1);
    liveness.heard(20);
    expect(liveness.nextDue()).toBe(31);
    expect(check(liveness, 30)).toBe("fine");
    expect(check(liveness, 31)).toBe("idle");
  });

  test("a data message in either direction starts the time anew", () => {
    const liveness = new Liveness({ ...off, idleTimeout: 30 }, 1);
    liveness.active(20);
    expect(check(liveness, 31)).toBe("fine");
    expect(liveness.nextDue()).toBe(50);
    expect(check(liveness, 50)).toBe("idle");
  });

  test("lifetime runs from the opening, whatever happens", () => {
    const liveness = new Liveness({ ...off, lifetime: 100 }, 5);
    liveness.heard(104);
    liveness.active(104);
    expect(liveness.nextDue()).toBe(105);
    expect(check(liveness, 104)).toBe("fine");
    expect(check(liveness, 105)).toBe("expired");
  });
});

describe("a peer that takes nothing", () => {
  const ticks = { ...off, stallTimeout: 30 };

  test("is stalled after stallTimeout with the same bytes unsent", () => {
    const liveness = new Liveness(ticks, 1);
    liveness.blocked(10, 5_000);
    expect(liveness.nextDue()).toBe(40);
    expect(liveness.check(39, 5_000, false)).toBe("fine");
    expect(liveness.check(40, 5_000, false)).toBe("stalled");
  });

  test("has its time anew when it took some of them", () => {
    const liveness = new Liveness(ticks, 1);
    liveness.blocked(10, 5_000);
    expect(liveness.check(40, 4_999, false)).toBe("fine");
    expect(liveness.nextDue()).toBe(70);
    expect(liveness.check(70, 4_999, false)).toBe("stalled");
  });

  test("is fine once it took all", () => {
    const liveness = new Liveness(ticks, 1);
    liveness.blocked(10, 5_000);
    liveness.unblocked();
    expect(liveness.nextDue()).toBe(never);
    expect(liveness.check(1_000, 0, false)).toBe("fine");
  });

  test("is stalled whether we read from it or not", () => {
    const liveness = new Liveness(ticks, 1);
    liveness.blocked(10, 5_000);
    expect(liveness.check(40, 5_000, true)).toBe("stalled");
  });
});

describe("several at once", () => {
  test("the earliest of all is due next", () => {
    const ticks = {
      ...off,
      pingInterval: 25,
      idleTimeout: 10,
      lifetime: 50,
      stallTimeout: 7,
      messageTimeout: 3,
    };
    const liveness = new Liveness(ticks, 1);
    expect(liveness.nextDue()).toBe(11);
    liveness.blocked(1, 1);
    expect(liveness.nextDue()).toBe(8);
    liveness.unfinished(1, true, false);
    expect(liveness.nextDue()).toBe(4);
  });

  test("what is due is never in the past once it has been judged fine, or pinged", () => {
    const ticks = { ...off, pingInterval: 4, pingTimeout: 9, stallTimeout: 7, messageTimeout: 5 };
    const liveness = new Liveness(ticks, 1);
    liveness.blocked(1, 100);
    liveness.unfinished(1, true, false);
    for (let now = 2; now < 200; now++) {
      if (now % 13 === 0) liveness.heard(now);
      if (now < liveness.nextDue()) continue;
      // We read nothing, and the peer takes a byte at a time: nothing but Pings can come of it.
      expect(["fine", "ping"]).toContain(liveness.check(now, 1_000 - now, true));
      expect(liveness.nextDue()).toBeGreaterThan(now);
    }
  });
});
