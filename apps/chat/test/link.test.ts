import { beforeEach, describe, expect, test } from "vitest";
import { Link } from "../src/client/link.ts";
import { FakeSocket } from "./support/fake-socket.ts";
import { FakeWorld } from "./support/fake-world.ts";

let world: FakeWorld;
let sockets: FakeSocket[];
let states: string[];
let heard: unknown[];
let link: Link;

const last = (): FakeSocket => sockets.at(-1)!;

beforeEach(() => {
  world = new FakeWorld();
  sockets = [];
  states = [];
  heard = [];
  const open = (): FakeSocket => {
    sockets.push(new FakeSocket());
    return last();
  };
  link = new Link(open, '{"type":"ping"}', world, {
    state: ({ name }) => states.push(name),
    message: (data) => heard.push(data),
  });
});

test("nothing happens before it is asked to connect", () => {
  world.pass(60_000);
  link.check();
  expect([sockets.length, link.state.name]).toEqual([0, "idle"]);
});

test("what comes is passed on, what is sent goes out while the connection is open", () => {
  link.connect();
  expect(link.send("{}")).toBe(false);
  last().open();
  expect(link.send("{}")).toBe(true);
  last().hear("hello");
  expect(states).toEqual(["connecting", "open"]);
  expect(heard).toEqual(["hello"]);
  expect(last().sent).toEqual([{}]);
});

describe("a lost connection comes back", () => {
  test("after pauses that double, and are short again after a connection that has lasted", () => {
    link.connect();
    const pauses: number[] = [];
    for (let i = 0; i < 4; i++) {
      last().end();
      const { state } = link;
      pauses.push(state.name === "waiting" ? state.until - world.now() : -1);
      world.pass(pauses.at(-1)!);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000]);
    expect(sockets).toHaveLength(5);
    last().open();
    world.pass(5_000);
    last().end();
    expect(link.state).toEqual({ name: "waiting", until: world.now() + 500 });
  });

  test("not at once when the server lets everybody in and out again", () => {
    link.connect();
    for (const pause of [500, 1_000, 2_000]) {
      last().open();
      world.pass(4_999);
      last().end();
      expect(link.state).toEqual({ name: "waiting", until: world.now() + pause });
      world.pass(pause);
    }
  });

  test("at once when somebody asks for it, and then once", () => {
    link.connect();
    last().end();
    link.connect();
    link.connect();
    world.pass(500);
    expect(sockets).toHaveLength(2);
  });

  test("when an attempt takes longer than ten seconds", () => {
    link.connect();
    world.pass(9_999);
    expect(link.state.name).toBe("connecting");
    world.pass(1);
    expect([link.state.name, last().closed]).toEqual(["waiting", true]);
  });
});

describe("a silent connection", () => {
  test("is asked for a sign of life, and any message is one", () => {
    link.connect();
    last().open();
    world.pass(19_999);
    expect(last().sent).toEqual([]);
    world.pass(1);
    expect(last().sent).toEqual([{ type: "ping" }]);
    world.pass(7_999);
    last().hear("anything");
    world.pass(20_000);
    expect([last().sent.length, link.state.name]).toEqual([2, "open"]);
  });

  test("that gives none is given up", () => {
    link.connect();
    last().open();
    world.pass(28_000);
    expect([link.state.name, last().closed]).toEqual(["waiting", true]);
  });

  test("is asked at once when the machine has woken up; one that waits is opened", () => {
    link.connect();
    last().open();
    link.check();
    expect(last().sent).toEqual([{ type: "ping" }]);
    last().end();
    link.check();
    expect(link.state.name).toBe("connecting");
  });
});

test("a socket that was given up is not listened to any more", () => {
  link.connect();
  const [old] = sockets;
  world.pass(10_000);
  old!.open();
  old!.hear("late");
  old!.end();
  expect([link.state.name, heard, states]).toEqual(["waiting", [], ["connecting", "waiting"]]);
});

test("1008 is for good, until somebody wants it again", () => {
  link.connect();
  last().open();
  last().end(1008, "too many faults");
  world.pass(600_000);
  expect(link.state).toEqual({ name: "refused", reason: "too many faults" });
  expect([sockets.length, world.timers]).toEqual([1, 0]);
  link.connect();
  expect(link.state.name).toBe("connecting");
});
