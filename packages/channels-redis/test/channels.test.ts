import { Channels, type Position, type Subscriber } from "@exws/channels";
import type { RedisServer } from "@exws/engines";
import { describe, expect, onTestFinished, test } from "vitest";
import { redisBus } from "../src/index.ts";
import { libraries } from "./support/clients.ts";
import { quick, serverFor } from "./support/scene.ts";

/** A member that writes down what it hears. */
class Member implements Subscriber {
  readonly heard: string[] = [];

  write({ payload }: { readonly payload: Uint8Array }): "sent" {
    this.heard.push(Buffer.from(payload).toString());
    return "sent";
  }

  onClosed(): void {}
}

type Rooms = Channels<unknown, Member>;

describe.each(libraries)("channels over $library", (library) => {
  async function node(server: RedisServer) {
    const made = library.connect(server);
    const states: string[] = [];
    const errors: unknown[] = [];
    const channels: Rooms = new Channels<unknown, Member>({
      bus: redisBus(made.client, { heartbeat: quick }),
      history: (id) => (id === "plain" ? undefined : { stamp: (data, { offset }) => `${offset} ${data}` }),
      onBus: (state) => void states.push(state),
      onError: (error) => void errors.push(error),
    });
    onTestFinished(async () => {
      await channels.close();
      made.end();
    });
    await channels.ready;
    return { channels, states, errors };
  }

  async function join(channels: Rooms, id: string, since?: Position) {
    const member = new Member();
    const options = since === undefined ? {} : { since };
    const { position, recovered } = await channels.join(id, member, undefined, options).done;
    return { member, position: position!, recovered };
  }

  test("nodes hear one order of one history, and who was away gets what it missed, from any node", async () => {
    const server = await serverFor();
    const [one, other] = [await node(server), await node(server)];
    const [paul, jessica] = [await join(one.channels, "arrakis"), await join(other.channels, "arrakis")];
    for (let i = 0; i < 10; i++) (i % 2 === 0 ? one : other).channels.broadcast("arrakis", `message ${i}`);
    await expect.poll(() => [paul.member.heard.length, jessica.member.heard.length]).toEqual([10, 10]);
    expect(jessica.member.heard).toEqual(paul.member.heard);
    expect(paul.member.heard.map((text) => Number.parseInt(text, 10))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    const third = await node(server);
    const back = await join(third.channels, "arrakis", { ...paul.position, offset: 4 });
    expect(back.recovered).toBe(true);
    expect(back.member.heard).toEqual(paul.member.heard.slice(4));
  });

  test.each([
    { persist: false, recovers: false },
    { persist: true, recovers: true },
  ])(
    "after a restart of a server with persist: $persist nodes go on, and who was away recovers: $recovers",
    async ({ persist, recovers }) => {
      const server = await serverFor({ persist });
      const [one, other] = [await node(server), await node(server)];
      const [paul, jessica] = [await join(one.channels, "arrakis"), await join(other.channels, "arrakis")];
      one.channels.broadcast("arrakis", "before");
      await expect.poll(() => jessica.member.heard).toEqual(["1 before"]);
      await server.stop();
      await expect.poll(() => [one.states.at(-1), other.states.at(-1)]).toEqual(["down", "down"]);
      await server.start();
      await expect
        .poll(() => [one.states.at(-1), other.states.at(-1)], { timeout: 5000 })
        .toEqual(["up", "up"]);
      one.channels.broadcast("arrakis", "after");
      const after = recovers ? "2 after" : "1 after";
      await expect
        .poll(() => [paul.member.heard.at(-1), jessica.member.heard.at(-1)])
        .toEqual([after, after]);
      const back = await join((await node(server)).channels, "arrakis", paul.position);
      expect(back.recovered).toBe(recovers);
      expect(back.member.heard).toEqual(recovers ? ["1 before", "2 after"] : []);
      expect([...one.errors, ...other.errors]).toEqual([]);
    },
  );

  test("a server that has forgotten everything while all are connected: another history begins, and nobody misses a message", async () => {
    const server = await serverFor();
    const [one, other] = [await node(server), await node(server)];
    const [paul, jessica] = [await join(one.channels, "arrakis"), await join(other.channels, "arrakis")];
    one.channels.broadcast("arrakis", "before");
    await expect.poll(() => jessica.member.heard).toEqual(["1 before"]);
    await server.command("FLUSHALL");
    one.channels.broadcast("arrakis", "after");
    other.channels.broadcast("arrakis", "and on");
    await expect
      .poll(() => [...paul.member.heard].sort())
      .toEqual(["1 after", "1 before", "2 and on"].sort());
    await expect.poll(() => jessica.member.heard).toEqual(paul.member.heard);
    const back = await join(other.channels, "arrakis", paul.position);
    expect(back.recovered).toBe(false);
  });

  test("a server without memory left: own members are served, and channels without history go on everywhere", async () => {
    const server = await serverFor({ config: { "maxmemory-policy": "noeviction" } });
    const [one, other] = [await node(server), await node(server)];
    const [paul] = [await join(one.channels, "arrakis"), await join(other.channels, "arrakis")];
    const jessica = await join(other.channels, "plain");
    await server.command("CONFIG", "SET", "maxmemory", "1");
    const { published } = one.channels.broadcast("arrakis", "hello");
    expect(await published).toMatchObject({ ok: false, error: { code: "unavailable" } });
    expect(paul.member.heard).toHaveLength(1);
    expect(await one.channels.broadcast("plain", "hello").published).toEqual({ ok: true });
    await expect.poll(() => jessica.member.heard).toEqual(["hello"]);
    expect(one.states).not.toContain("down");
  });
});
