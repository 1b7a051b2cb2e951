import { type RedisOptions, RedisServer } from "@exws/engines";
import { onTestFinished } from "vitest";
import { type RedisBusOptions, redisBus } from "../../src/index.ts";
import type { As, libraries } from "./clients.ts";
import { Listener } from "./listener.ts";

type Library = (typeof libraries)[number];

/** Short, so that what is frozen is noticed soon, and not so short that a busy machine seems frozen. */
export const quick = { interval: 200, timeout: 1000 };

/** A server for one test. */
export async function serverFor(options?: RedisOptions): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** A bus for one test, not opened. */
export function busOf(
  { connect }: Library,
  server: RedisServer,
  { as, ...options }: RedisBusOptions & { as?: As } = {},
): Listener {
  const made = connect(server, as);
  const bus = redisBus(made.client, { heartbeat: quick, ...options });
  onTestFinished(async () => {
    await bus.close();
    made.end();
  });
  return new Listener(bus);
}

/** The same, opened. */
export async function openBus(...args: Parameters<typeof busOf>): Promise<Listener> {
  const listener = busOf(...args);
  await listener.bus.open(listener);
  return listener;
}
