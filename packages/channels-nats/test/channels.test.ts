import { Channels, type Position, type Subscriber } from "@exws/channels";
import type { NatsServer } from "@exws/engines";
import { describe, expect, onTestFinished, test } from "vitest";
import type { NatsBusOptions } from "../src/index.ts";
import { busTo, nats, onDisk } from "./support/nats.ts";

/** A member that notes what it hears. */
class Member implements Subscriber {
  readonly heard: string[] = [];
  #look: () => void = () => {};

  write({ payload }: { readonly payload: Uint8Array }): "sent" {
    this.heard.push(new TextDecoder().decode(payload));
    this.#look();
    return "sent";
  }

  onClosed(): void {}

  hears(text: string): Promise<void> {
    return this.until(() => this.heard.includes(text));
  }

  async until(holds: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#look = () => holds() && resolve();
      this.#look();
    });
  }
}

async function node(server: NatsServer, options?: NatsBusOptions) {
  let told: (state: string) => void = () => {};
  const errors: unknown[] = [];
  const channels = new Channels<Record<string, { meta: undefined }>, Member>({
    bus: busTo(server, options),
    history: () => ({ count: 50, stamp: (data, { offset }) => `${offset} ${data}` }),
    onBus: (state) => told(state),
    onError: (error) => void errors.push(error),
  });
  onTestFinished(() => channels.close());
  await channels.ready;
  const until = (wanted: string) =>
    new Promise<void>((resolve) => {
      told = (state) => state === wanted && resolve();
    });
  return { channels, until, errors };
}

async function join(channels: Channels<Record<string, { meta: undefined }>, Member>, since?: Position) {
  const member = new Member();
  const { position, recovered } = await channels.join(
    "arrakis",
    member,
    undefined,
    since === undefined ? {} : { since },
  ).done;
  return { member, position: position!, recovered };
}

test("nodes hear one order of one history, and who was away gets what it missed, from any node", async () => {
  const server = await nats();
  const [one, other] = [await node(server), await node(server)];
  const paul = await join(one.channels);
  const jessica = await join(other.channels);
  for (let i = 0; i < 10; i++) (i % 2 === 0 ? one : other).channels.broadcast("arrakis", `message ${i}`);
  for (const { member } of [paul, jessica]) {
    await member.until(() => member.heard.some((text) => text.startsWith("10 ")));
  }
  expect(paul.member.heard).toEqual(jessica.member.heard);
  expect(paul.member.heard).toHaveLength(10);
  const third = await node(server);
  const back = await join(third.channels, { ...paul.position, offset: 4 });
  expect(back.recovered).toBe(true);
  expect(back.member.heard).toEqual(paul.member.heard.slice(4));
});

describe("a server that is killed and starts again", () => {
  test.each([
    { storage: "memory", recovers: false },
    { storage: "file", recovers: true },
  ] as const)(
    "with histories in $storage: nodes go on by themselves; who was away recovers: $recovers",
    async ({ storage, recovers }) => {
      const server = await nats();
      const log = { storage };
      const [one, other] = [await node(server, { log }), await node(server, { log })];
      const paul = await join(one.channels);
      const jessica = await join(other.channels);
      one.channels.broadcast("arrakis", "before");
      await jessica.member.hears("1 before");
      const away = { ...paul.position, offset: 0 };
      if (recovers) await onDisk(server, "before");
      const down = [one.until("down"), other.until("down")];
      await server.stop();
      await Promise.all(down);
      const up = [one.until("up"), other.until("up")];
      await server.start();
      await Promise.all(up);
      one.channels.broadcast("arrakis", "after");
      const after = recovers ? "2 after" : "1 after";
      await Promise.all([paul.member.hears(after), jessica.member.hears(after)]);
      const back = await join((await node(server, { log })).channels, away);
      expect(back.recovered).toBe(recovers);
      expect(back.member.heard).toEqual(recovers ? ["1 before", "2 after"] : []);
      expect([...one.errors, ...other.errors]).toEqual([]);
    },
  );
});

test("a server without JetStream: own members are served, and the others as well", async () => {
  const server = await nats({ jetStream: false });
  const [one, other] = [await node(server), await node(server)];
  const paul = await join(one.channels);
  const jessica = await join(other.channels);
  const { published } = one.channels.broadcast("arrakis", "hello");
  expect((await published).ok).toBe(false);
  expect(paul.member.heard).toHaveLength(1);
  const plain = one.channels.broadcast("arrakis", "plain", { history: false });
  expect(await plain.published).toEqual({ ok: true });
  await jessica.member.hears("plain");
});
