import type { NatsServer } from "@exws/engines";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import { onTestFinished } from "vitest";

/** JetStream seen by somebody else. */
export type Streams = {
  ask(what: string, body?: object): Promise<{ error?: { description: string }; [name: string]: unknown }>;
  /** Names of all that keep logs. */
  names(): Promise<readonly string[]>;
  /** Resolves when so many of them are left. */
  until(count: number): Promise<void>;
  connection: NatsConnection;
};

export async function streamsOf(
  { port }: Pick<NatsServer, "port">,
  options?: NodeConnectionOptions,
): Promise<Streams> {
  const connection = await connect({ servers: `127.0.0.1:${port}`, ...options });
  onTestFinished(() => connection.close());
  const ask: Streams["ask"] = async (what, body = {}) =>
    (await connection.request(`$JS.API.${what}`, JSON.stringify(body))).json();
  const names = async (): Promise<readonly string[]> => {
    const { streams } = await ask("STREAM.NAMES", { subject: "*.@log.*.*" });
    return (streams as string[] | null) ?? [];
  };
  const until = async (count: number): Promise<void> => {
    const ends = connection.subscribe("$JS.EVENT.ADVISORY.STREAM.DELETED.*");
    await connection.flush();
    if ((await names()).length === count) return;
    for await (const _ of ends) if ((await names()).length === count) return;
  };
  return { ask, names, until, connection };
}
