import { Channels } from "@exws/channels";
import { connect } from "@nats-io/transport-node";
import { describe, expect, onTestFinished, test } from "vitest";
import { natsBus } from "../src/index.ts";
import { say } from "./support/listener.ts";
import { busTo, nats, openTo } from "./support/nats.ts";

/** What would be a wildcard, a separator, another command or too much, if it came to NATS as it is. */
const poison: readonly string[] = [
  "room.*",
  "room.>",
  "room",
  "room.",
  ".room",
  "room..a",
  "*",
  ">",
  "$SYS.>",
  "$JS.API.>",
  "_INBOX.>",
  " ",
  "a b",
  "a\r\nPUB b 1\r\nx",
  "\t",
  "\0",
  "\u00A0",
  "\u2028",
  "Größe",
  "x".repeat(4_096),
  "x".repeat(5_000),
  "__proto__",
  "",
];

describe("a prefix", () => {
  const refused = [
    ...poison.filter((each) => !["room"].includes(each)),
    "_a",
    "-a",
    "a.@log",
    "@log",
    "x".repeat(201),
  ];

  test.each(refused.filter((each) => !["__proto__"].includes(each)).map((prefix) => ({ prefix })))(
    "$prefix is refused",
    ({ prefix }) => {
      expect(() => natsBus(connect, {}, { prefix })).toThrow(TypeError);
    },
  );

  test.each(["exws", "a.b.c", "A-1_x", "0", "x".repeat(200)])("%s is one", (prefix) => {
    expect(natsBus(connect, {}, { prefix }).maxPayload).toBe(1_048_576);
  });
});

test.each(poison.filter((each) => !["room", "__proto__"].includes(each)).map((topic) => ({ topic })))(
  "$topic is no topic: it is refused before it gets anywhere",
  async ({ topic }) => {
    const bus = natsBus(connect);
    const bounds = { count: 1, bytes: 1, age: 1_000, keep: 1_000 };
    await expect(bus.publish(topic, new Uint8Array(1))).rejects.toThrow(TypeError);
    await expect(bus.subscribe([topic])).rejects.toThrow(TypeError);
    await expect(bus.log!.append(topic, new Uint8Array(1), bounds)).rejects.toThrow(TypeError);
    await expect(bus.log!.read(topic, undefined, bounds)).rejects.toThrow(TypeError);
  },
);

test("prefixes that one could take for each other do not hear each other", async () => {
  const server = await nats();
  const prefixes = ["a", "a.b", "a.b.c", "ab", "A", "a-b", "a_b"];
  const tenants = await Promise.all(prefixes.map((prefix) => openTo(server, { prefix })));
  const strangers = await Promise.all(prefixes.map((prefix) => openTo(server, { prefix })));
  const topics = ["b", "c", "t", "n", "b-c", "b_c"];
  await Promise.all(tenants.map(({ bus }) => bus.subscribe(topics)));
  for (const [index, { bus }] of strangers.entries()) {
    await Promise.all(topics.map((topic) => say(bus, topic, `of ${prefixes[index]}`)));
  }
  for (const [index, { listener }] of tenants.entries()) {
    await listener.until(() => listener.heard.length >= topics.length);
    expect(listener.heard).toEqual(topics.map((topic) => `${topic} of ${prefixes[index]}`));
  }
});

test("channels of any name carry their own messages and nobody else's, and the connection lives", async () => {
  const server = await nats();
  const states: string[] = [];
  const node = async () => {
    const channels = new Channels<Record<string, { meta: undefined }>>({
      bus: busTo(server),
      limits: { idBytes: 5_000 },
      onBus: (state) => void states.push(state),
    });
    onTestFinished(() => channels.close());
    await channels.ready;
    return channels;
  };
  const [from, to] = [await node(), await node()];
  const heard: string[] = [];
  let look = (): void => {};
  for (const name of poison) {
    const member = {
      write(message: unknown) {
        const { payload } = message as { payload: Uint8Array };
        heard.push(`${name} hears ${new TextDecoder().decode(payload)}`);
        look();
        return "sent" as const;
      },
      onClosed() {},
    };
    await to.join(name, member).done;
  }
  for (const name of poison) expect(await from.broadcast(name, `of ${name}`).published).toEqual({ ok: true });
  await new Promise<void>((resolve) => {
    look = () => heard.length >= poison.length && resolve();
    look();
  });
  expect(heard.toSorted()).toEqual(poison.map((name) => `${name} hears of ${name}`).toSorted());
  expect(states).toEqual(["up", "up"]);
});
