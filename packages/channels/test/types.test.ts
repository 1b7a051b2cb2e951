import { type Connection, defineHandler } from "@exws/server";
import { describe, expect, expectTypeOf, test } from "vitest";
import { type Bus, Channels, publisher, type Subscriber } from "../src/index.ts";

type User = { name: string };
type Types = {
  lobby: { meta?: User };
  quiet: Record<never, never>;
  [room: `room:${string}`]: { meta: User };
  7: { meta: number };
};

/** Only compiled. */
export function compiles(channels: Channels<Types>, member: Subscriber): void {
  channels.join("room:1", member, { name: "paul" });
  channels.join("lobby", member);
  channels.join("lobby", member, { name: "paul" }, { replace: true });
  channels.join("quiet", member);
  channels.join("quiet", member, undefined, { replace: true });
  channels.join(7, member, 1);
  // @ts-expect-error: meta is needed.
  channels.join("room:1", member);
  // @ts-expect-error: meta of another type.
  channels.join("room:1", member, 5);
  // @ts-expect-error: this channel has no meta.
  channels.join("quiet", member, { name: "paul" });
  // @ts-expect-error: there is no such channel.
  channels.join("attic", member);
  // @ts-expect-error: there is no such channel.
  channels.broadcast("attic", "x");
  channels.broadcast("room:2", "x", {
    filter: (_, meta) => {
      expectTypeOf(meta).toEqualTypeOf<User>();
      return true;
    },
  });
  for (const [, meta] of channels.members("room:1")) expectTypeOf(meta).toEqualTypeOf<User>();
  for (const [, meta] of channels.members("lobby")) expectTypeOf(meta).toEqualTypeOf<User | undefined>();
  expectTypeOf(channels.meta("room:1", member)).toEqualTypeOf<User | undefined>();
  expectTypeOf(channels.presence(7)[0]!.meta).toEqualTypeOf<number>();
  expectTypeOf(channels.channelsOf(member)).toEqualTypeOf<("lobby" | "quiet" | `room:${string}` | 7)[]>();
  channels.reduce("room:1", (names, _, meta) => [...names, meta.name], [] as string[]);
  new Channels<Types>({
    onJoin(id, _, meta) {
      expectTypeOf(id).toEqualTypeOf<keyof Types>();
      expectTypeOf(meta).toEqualTypeOf<User | number | undefined>();
    },
  });

  new Channels<Types>({ onGap: ({ id }) => expectTypeOf(id).toEqualTypeOf<keyof Types>() });
  void channels.cluster.members("room:1").then(({ members }) => {
    for (const { meta } of members) expectTypeOf(meta).toEqualTypeOf<User>();
  });
  // @ts-expect-error: there is no such channel.
  void channels.cluster.size("attic");
  const jobs = publisher<Types>({} as Bus);
  void jobs.broadcast("room:1", "x");
  // @ts-expect-error: there is no such channel.
  void jobs.broadcast("attic", "x");

  const untyped = new Channels();
  untyped.join({ any: "thing" }, member);
  untyped.join(1n, member, Symbol("meta"), { replace: true });
  expectTypeOf(untyped.meta("a", member)).toEqualTypeOf<unknown>();

  const connections = new Channels<unknown, Connection<User>>();
  for (const [connection] of connections.members("a")) expectTypeOf(connection.state).toEqualTypeOf<User>();
  // @ts-expect-error: not any subscriber.
  connections.join("a", member);
}

describe("types", () => {
  test("a connection of the server is a subscriber as it is", () => {
    expectTypeOf<Connection>().toExtend<Subscriber>();
    expectTypeOf<Connection<User>>().toExtend<Subscriber>();
    const channels = new Channels<Types, Connection<User>>();
    const handler = defineHandler({
      init: (): User => ({ name: "" }),
      open: (connection) => void channels.join("room:1", connection, connection.state),
      message() {},
    });
    expect(typeof handler.open).toBe("function");
  });
});
