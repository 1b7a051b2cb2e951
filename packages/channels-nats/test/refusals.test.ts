import { readFileSync } from "node:fs";
import type { LogBounds } from "@exws/channels";
import { afterEach, describe, expect, test } from "vitest";
import { codeOf, Listener, say } from "./support/listener.ts";
import { busTo, nats, openTo } from "./support/nats.ts";
import { streamsOf } from "./support/streams.ts";

const bounds: LogBounds = { count: 10, bytes: 10_000, age: 60_000, keep: 60_000 };

const faults: unknown[] = [];
const note = (error: unknown): void => void faults.push(error);
process.on("unhandledRejection", note).on("uncaughtException", note);
afterEach(() => expect(faults).toEqual([]));

function password(word: string): string {
  return `authorization { user: "paul", password: "${word}" }\n`;
}

/** A user who may use these subjects only. */
function permissions(publish: string, subscribe: string): string {
  return `authorization { users: [
    { user: "paul", password: "spice", permissions: { publish: ${publish}, subscribe: ${subscribe} } }
    { user: "all", password: "spice" }
  ] }\n`;
}

const paul = { user: "paul", pass: "spice" };
const all = { user: "all", pass: "spice" };

describe("credentials", () => {
  test("that are wrong are told at open as refused; the bus comes up when they have become right", async () => {
    const server = await nats({ config: password("spice") });
    const bus = busTo(server, {}, { user: "paul", pass: "melange" });
    const listener = new Listener();
    const opening = bus.open(listener);
    expect(await codeOf(opening)).toBe("refused");
    await expect(opening).rejects.toThrow("Authorization Violation");
    expect(await codeOf(say(bus, "t", "lost"))).toBe("unavailable");
    server.reload(password("melange"));
    await listener.untilState("up");
    await say(bus, "t", "here");
    expect(listener.states).toEqual(["up"]);
  });

  test("that are taken back while the bus is up: it is down until they are right again", async () => {
    const server = await nats({ config: password("spice") });
    const { bus, listener } = await openTo(server, {}, paul);
    await bus.subscribe(["t"]);
    server.reload(password("melange"));
    await listener.until(() => listener.states.length > 0);
    // The server closes the connection without a word.
    expect(listener.states).toEqual(["down:unavailable"]);
    server.reload(password("spice"));
    await listener.untilState("up");
    const { bus: from } = await openTo(server, {}, paul);
    await say(from, "t", "here");
    await listener.until(() => listener.heard.includes("t here"));
  });
});

describe("permissions", () => {
  test("publishing on a subject that is denied rejects as refused; all others go on", async () => {
    const server = await nats({ config: permissions(`{ deny: ["exws.denied"] }`, `">"`) });
    const { bus, listener } = await openTo(server, {}, paul);
    const { bus: other, listener: heard } = await openTo(server, {}, all);
    await other.subscribe(["denied", "t"]);
    const outcomes = await Promise.all(
      ["t", "denied", "t", "denied", "u"].map((topic) => codeOf(say(bus, topic, "text"))),
    );
    expect(outcomes).toEqual([undefined, "refused", undefined, "refused", undefined]);
    await say(bus, "t", "end");
    await heard.until(() => heard.heard.includes("t end"));
    expect(heard.heard).toEqual(["t text", "t text", "t end"]);
    expect(listener.states).toEqual([]);
  });

  test("subscribing to a subject that is denied rejects as refused; all others are subscribed", async () => {
    const server = await nats({ config: permissions(`">"`, `{ deny: ["exws.denied"] }`) });
    const { bus, listener } = await openTo(server, {}, paul);
    const { bus: from } = await openTo(server, {}, all);
    const outcomes = await Promise.all([
      codeOf(bus.subscribe(["t"])),
      codeOf(bus.subscribe(["u", "denied"])),
      codeOf(bus.subscribe(["v"])),
    ]);
    expect(outcomes).toEqual([undefined, "refused", undefined]);
    for (const topic of ["denied", "t", "u", "v"]) await say(from, topic, "here");
    await listener.until(() => listener.heard.length === 3);
    expect(listener.heard).toEqual(["t here", "u here", "v here"]);
    expect(listener.states).toEqual([]);
  });

  test("a subscription that is taken back while the bus is up is loss that is told: down, until it is given again", async () => {
    const server = await nats({ config: permissions(`">"`, `">"`) });
    const { bus, listener } = await openTo(server, {}, paul);
    await bus.subscribe(["t", "u"]);
    server.reload(permissions(`">"`, `{ deny: ["exws.u"] }`));
    await listener.untilState("down:refused");
    expect(await codeOf(say(bus, "t", "lost"))).toBe("unavailable");
    server.reload(permissions(`">"`, `">"`));
    await listener.untilState("up");
    const { bus: from } = await openTo(server, {}, all);
    await say(from, "u", "here");
    await listener.until(() => listener.heard.includes("u here"));
  });

  test("more subscriptions than the server allows are refused; those before stay", async () => {
    const server = await nats({ config: "max_subscriptions: 3\n" });
    const { bus, listener } = await openTo(server);
    const { bus: from } = await openTo(server);
    await bus.subscribe(["a", "b", "c"]);
    expect(await codeOf(bus.subscribe(["d"]))).toBe("refused");
    bus.unsubscribe(["a"]);
    await bus.subscribe(["e"]);
    for (const topic of ["a", "b", "c", "d", "e"]) await say(from, topic, "here");
    await listener.until(() => listener.heard.includes("e here"));
    expect(listener.heard).toEqual(["b here", "c here", "e here"]);
    expect(listener.states).toEqual([]);
  });
});

test("what the README asks for is enough, for histories and their end, too", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const publish = /^publish: +(\[.*\])$/m.exec(readme)![1]!;
  const subscribe = /^subscribe: +(\[.*\])$/m.exec(readme)![1]!;
  const server = await nats({ config: permissions(publish, subscribe) });
  const { bus, listener } = await openTo(server, { prefix: "dune" }, paul);
  const { bus: from } = await openTo(server, { prefix: "dune" }, paul);
  await bus.subscribe(["t"]);
  await say(from, "t", "here");
  await listener.until(() => listener.heard.includes("t here"));
  const brief = { ...bounds, age: 100, keep: 100 };
  const { until } = await streamsOf(server, all);
  const place = await bus.log!.append("t", new Uint8Array(1), brief);
  expect((await from.log!.read("t", { ...place, offset: 0 }, brief)).entries).toHaveLength(1);
  await until(0);
  expect((await from.log!.read("t", undefined, brief)).position.epoch).not.toBe(place.epoch);
  const { bus: stranger } = await openTo(server, { prefix: "other" }, paul);
  expect(await codeOf(say(stranger, "t", "lost"))).toBe("refused");
  expect(await codeOf(stranger.subscribe(["t"]))).toBe("refused");
});

describe("payloads", () => {
  test("maxPayload is what the server says, also when it has changed", async () => {
    const server = await nats({ config: "max_payload: 4096\n" });
    const { bus, listener } = await openTo(server);
    const { bus: other, listener: heard } = await openTo(server);
    await other.subscribe(["t"]);
    expect(bus.maxPayload).toBe(4_096);
    await bus.publish("t", new Uint8Array(4_096).fill(97));
    expect(await codeOf(bus.publish("t", new Uint8Array(4_097)))).toBe("too-large");
    await heard.until(() => heard.heard.length === 1);
    expect(heard.heard[0]).toBe(`t ${"a".repeat(4_096)}`);
    await server.stop();
    await listener.untilState("down:unavailable");
    expect(bus.maxPayload).toBe(4_096);
    server.configure("max_payload: 8192\n");
    await server.start();
    await listener.untilState("up");
    expect(bus.maxPayload).toBe(8_192);
    await bus.publish("t", new Uint8Array(8_192));
  });

  test("a server that has come to take less than it said ends the connection; the bus comes back", async () => {
    const server = await nats({ config: "max_payload: 8192\n" });
    const { bus, listener } = await openTo(server);
    server.reload("max_payload: 4096\n");
    while (listener.states.length === 0 && bus.maxPayload === 8_192) {
      await codeOf(bus.publish("t", new Uint8Array(8_192)));
    }
    await listener.untilState("up");
    expect(bus.maxPayload).toBe(4_096);
    expect(await codeOf(bus.publish("t", new Uint8Array(8_192)))).toBe("too-large");
    await bus.publish("t", new Uint8Array(4_096));
  });
});

describe("the log", () => {
  test("of a server without JetStream is refused, and says what is missing; messages go on", async () => {
    const server = await nats({ jetStream: false });
    const { bus, listener } = await openTo(server);
    const appending = bus.log!.append("t", new Uint8Array(1), bounds);
    expect(await codeOf(appending)).toBe("refused");
    await expect(appending).rejects.toThrow("has no JetStream");
    expect(await codeOf(bus.log!.read("t", undefined, bounds))).toBe("refused");
    await say(bus, "t", "here");
    expect(listener.states).toEqual([]);
  });

  test("of a user who may not use JetStream is refused", async () => {
    const config = permissions(`{ deny: ["$JS.API.>"] }`, `">"`);
    const server = await nats({ config });
    const { bus } = await openTo(server, {}, paul);
    expect(await codeOf(bus.log!.append("t", new Uint8Array(1), bounds))).toBe("refused");
    expect(await codeOf(bus.log!.read("t", undefined, bounds))).toBe("refused");
  });

  test("of a user who may not publish entries is refused", async () => {
    const server = await nats({ config: permissions(`{ deny: ["exws.@log.>"] }`, `">"`) });
    const { bus } = await openTo(server, {}, paul);
    const outcomes = [1, 2, 3].map(() => codeOf(bus.log!.append("t", new Uint8Array(1), bounds)));
    expect(await Promise.all(outcomes)).toEqual(["refused", "refused", "refused"]);
  });

  test("with more replicas than there are servers is refused", async () => {
    const server = await nats();
    const { bus } = await openTo(server, { log: { replicas: 3 } });
    expect(await codeOf(bus.log!.append("t", new Uint8Array(1), bounds))).toBe("refused");
  });
});
