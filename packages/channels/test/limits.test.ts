import { describe, expect, test } from "vitest";
import { Channels, defaultLimits } from "../src/index.ts";
import { FakeMember } from "./support/fake-member.ts";

describe("limits", () => {
  test("a member may be in 128 channels: one more is refused, told, and nothing changes", () => {
    const channels = new Channels();
    const paul = new FakeMember();
    for (let i = 0; i < 128; i++) expect(channels.join(i, paul).status).toBe("joined");
    expect(channels.join("more", paul).status).toBe("full");
    expect([channels.has("more", paul), channels.size("more")]).toEqual([false, 0]);
    expect(channels.join(5, paul).status).toBe("already");
    channels.leave(5, paul);
    expect(channels.join("more", paul).status).toBe("joined");
    expect(channels.join("another", paul).status).toBe("full");
    channels.leaveAll(paul);
    expect(channels.join("another", paul).status).toBe("joined");
  });

  test("leaving from either end and the middle leaves room for exactly as many", () => {
    const channels = new Channels({ limits: { channels: 5 } });
    const paul = new FakeMember();
    for (let i = 0; i < 5; i++) channels.join(i, paul);
    for (const id of [0, 4, 2]) channels.leave(id, paul);
    for (const id of ["a", "b", "c"]) expect(channels.join(id, paul).status).toBe("joined");
    expect(channels.join("d", paul).status).toBe("full");
    expect(channels.channelsOf(paul)).toEqual([1, 3, "a", "b", "c"]);
  });

  test("Infinity lifts a limit, 0 allows nothing", () => {
    const lifted = new Channels({ limits: { channels: Infinity, idBytes: Infinity } });
    const paul = new FakeMember();
    for (let i = 0; i < 1000; i++) expect(lifted.join(i, paul).status).toBe("joined");
    expect(lifted.join("x".repeat(100_000), paul).status).toBe("joined");
    expect(new Channels({ limits: { channels: 0 } }).join("a", paul).status).toBe("full");
  });

  test.each([
    ["200 ASCII letters", "x".repeat(200), true],
    ["201 ASCII letters", "x".repeat(201), false],
    ["100 letters of two bytes", "\u00fc".repeat(100), true],
    ["101 letters of two bytes", "\u00fc".repeat(101), false],
    ["66 letters of three bytes", "\u20ac".repeat(66), true],
    ["67 letters of three bytes", "\u20ac".repeat(67), false],
    ["50 letters of four bytes", "\u{1f600}".repeat(50), true],
    ["51 letters of four bytes", "\u{1f600}".repeat(51), false],
    ["66 lone surrogates", "\ud800".repeat(66), true],
    ["67 lone surrogates", "\ud800".repeat(67), false],
    ["a megabyte", "x".repeat(1_000_000), false],
  ])("the name of a channel has 200 bytes in UTF-8: %s", (_, name, fits) => {
    const channels = new Channels();
    const paul = new FakeMember();
    if (fits) {
      expect(channels.join(name, paul).status).toBe("joined");
      expect(channels.broadcast(name, "x").sent).toBe(1);
    } else {
      expect(() => channels.join(name, paul)).toThrow(RangeError);
      expect(() => channels.broadcast(name, "x")).toThrow("limits.idBytes");
      expect([channels.has(name, paul), channels.leave(name, paul), channels.size(name)]).toEqual([
        false,
        false,
        0,
      ]);
    }
  });

  test("meta is anything where it is not shown", () => {
    const channels = new Channels();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    for (const meta of [circle, 1n, () => 1, Symbol("meta"), "x".repeat(100_000)]) {
      expect(channels.join("a", new FakeMember(), meta).status).toBe("joined");
    }
  });

  test("meta that is shown has 4,096 bytes as JSON", () => {
    const channels = new Channels({ presence: { key: () => "somebody" } });
    for (const meta of ["x".repeat(4094), "\u00fc".repeat(2047), undefined, null, 0, { a: [1] }]) {
      expect(channels.join("a", new FakeMember(), meta).status).toBe("joined");
    }
    const paul = new FakeMember();
    for (const meta of ["x".repeat(4095), "\u00fc".repeat(2048), { text: "x".repeat(5000) }]) {
      expect(() => channels.join("a", paul, meta)).toThrow(RangeError);
      expect(() => channels.join("a", paul, meta)).toThrow("limits.metaBytes");
    }
    expect(channels.has("a", paul)).toBe(false);
  });

  test.each([
    [
      "a circle",
      (() => {
        const circle: Record<string, unknown> = {};
        circle["self"] = circle;
        return circle;
      })(),
    ],
    ["a bigint", { n: 1n }],
    ["a function", () => 1],
    ["a symbol", Symbol("meta")],
    [
      "what refuses",
      {
        toJSON() {
          throw new Error("no");
        },
      },
    ],
  ])("meta that is shown must be JSON: %s is not", (_, meta) => {
    const channels = new Channels({ presence: { key: () => "somebody" } });
    const paul = new FakeMember();
    expect(() => channels.join("a", paul, meta)).toThrow(TypeError);
    channels.join("a", paul, "fine");
    expect(() => channels.join("a", paul, meta, { replace: true })).toThrow(TypeError);
    expect(channels.meta("a", paul)).toBe("fine");
  });

  test("meta of a member that is not shown is anything", () => {
    const channels = new Channels({ presence: { key: () => undefined } });
    expect(channels.join("a", new FakeMember(), 1n).status).toBe("joined");
  });
});

describe("arguments", () => {
  test.each([
    ["undefined", undefined],
    ["null", null],
    ["a string", "socket"],
    ["a socket without onClosed", { write() {} }],
    ["a socket without write", { onClosed() {} }],
    ["a function", () => {}],
  ])("%s is no member: joining with it is a TypeError", (_, member) => {
    const channels = new Channels();
    expect(() => channels.join("a", member as never)).toThrow(TypeError);
    expect([...channels.ids()]).toEqual([]);
  });

  test("a member whose onClosed throws has not joined", () => {
    const channels = new Channels();
    const broken = new FakeMember();
    broken.onClosed = () => {
      throw new Error("onClosed");
    };
    expect(() => channels.join("a", broken)).toThrow("onClosed");
    expect([...channels.ids()]).toEqual([]);
  });

  test("a member that does not say who is gone is told so", () => {
    const channels = new Channels();
    const nameless = new FakeMember();
    let listener: ((...args: unknown[]) => void) | undefined;
    nameless.onClosed = (given) => {
      listener = given as typeof listener;
    };
    channels.join("a", nameless);
    expect(() => listener!(1006, "reason")).toThrow(TypeError);
    expect(() => listener!()).toThrow(TypeError);
    listener!(nameless);
    expect(channels.size("a")).toBe(0);
  });

  test.each([
    [null, TypeError, "options"],
    [5, TypeError, "options"],
    [{ shard: () => 1 }, TypeError, "shard is not an option"],
    [{ shards: 16 }, TypeError, "shards"],
    [{ onJoin: true }, TypeError, "onJoin"],
    [{ onLeave: "x" }, TypeError, "onLeave"],
    [{ onEmpty: {} }, TypeError, "onEmpty"],
    [{ onError: 1 }, TypeError, "onError"],
    [{ history: { count: 1 } }, TypeError, "history"],
    [{ presence: {} }, TypeError, "presence: key"],
    [{ presence: null }, TypeError, "presence: key"],
    [{ presence: { key: () => 1, onChange: 1 } }, TypeError, "presence: onChange"],
    [{ limits: 5 }, TypeError, "limits"],
    [{ limits: null }, TypeError, "limits"],
    [{ limits: { members: 5 } }, TypeError, "members is not a limit"],
    [{ limits: { toString: 5 } }, TypeError, "toString is not a limit"],
    [{ limits: { channels: "5" } }, TypeError, "channels"],
    [{ limits: { channels: -1 } }, RangeError, "channels"],
    [{ limits: { idBytes: 1.5 } }, RangeError, "idBytes"],
    [{ limits: { metaBytes: Number.NaN } }, RangeError, "metaBytes"],
  ])("%j is refused when the channels are made, naming what is wrong", (options, kind, name) => {
    expect(() => new Channels(options as never)).toThrow(kind);
    expect(() => new Channels(options as never)).toThrow(name);
  });

  test("options that are undefined are as if they were not given", () => {
    const channels = new Channels({ limits: { channels: undefined } } as never);
    for (let i = 0; i < 128; i++) channels.join(i, new FakeMember());
    expect(new Channels({ presence: undefined, limits: undefined } as never).presence("a")).toEqual([]);
  });

  test.each([
    [{ size: 5 }, TypeError, "size is not an option"],
    [{ count: "5" }, TypeError, "count"],
    [{ bytes: -1 }, RangeError, "bytes"],
    [{ age: Number.NaN }, RangeError, "age"],
    [{ stamp: "offset" }, TypeError, "stamp"],
  ])("a history of %j is refused when it begins", (history, kind, name) => {
    const channels = new Channels({ history: () => history as never });
    const paul = new FakeMember();
    expect(() => channels.join("a", paul)).toThrow(kind);
    expect(() => channels.broadcast("a", "x")).toThrow(name);
    expect(channels.has("a", paul)).toBe(false);
  });

  test("a history with undefined bounds has the default ones", () => {
    const channels = new Channels({ history: () => ({ count: undefined, age: undefined }) as never });
    expect(channels.join("a", new FakeMember()).position?.offset).toBe(0);
  });

  test("the defaults are these", () => {
    expect(defaultLimits).toMatchInlineSnapshot(`
      {
        "backlogBroadcasts": 1024,
        "backlogBytes": 16777216,
        "channelPeople": 10000,
        "channels": 128,
        "heldBytes": 1048576,
        "heldMessages": 1000,
        "histories": 10000,
        "idBytes": 200,
        "keyBytes": 200,
        "metaBytes": 4096,
        "people": 100000,
        "waitingBytes": 4194304,
        "waitingEntries": 1000,
      }
    `);
  });
});
