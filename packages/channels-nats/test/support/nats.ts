import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bus } from "@exws/channels";
import { type NatsOptions, NatsServer } from "@exws/engines";
import { connect, type NodeConnectionOptions } from "@nats-io/transport-node";
import { onTestFinished, vi } from "vitest";
import { type NatsBusOptions, natsBus } from "../../src/index.ts";
import { Listener } from "./listener.ts";

/** A server that is gone when the test is over. */
export async function nats(options?: NatsOptions): Promise<NatsServer> {
  const server = await NatsServer.start(options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** Resolves when a server has written `text` to its files, which it does some time after it was acknowledged. */
export async function onDisk({ folder }: NatsServer, text: string): Promise<void> {
  const store = join(folder, "store");
  await vi.waitFor(
    () => {
      const blocks = readdirSync(store, { recursive: true, encoding: "utf8" }).filter((name) =>
        name.endsWith(".blk"),
      );
      if (!blocks.some((name) => readFileSync(join(store, name)).includes(text))) throw new Error("not yet");
    },
    { timeout: 20_000, interval: 5 },
  );
}

/** A bus that is closed when the test is over, not opened. */
export function busTo(
  server: { readonly port: number },
  options?: NatsBusOptions,
  connection?: NodeConnectionOptions,
): Bus {
  const bus = natsBus(connect, { servers: `127.0.0.1:${server.port}`, ...connection }, options);
  onTestFinished(() => bus.close());
  return bus;
}

/** The same, opened, and what it tells. */
export async function openTo(
  server: { readonly port: number },
  options?: NatsBusOptions,
  connection?: NodeConnectionOptions,
): Promise<{ bus: Bus; listener: Listener }> {
  const bus = busTo(server, options, connection);
  const listener = new Listener();
  await bus.open(listener);
  return { bus, listener };
}
