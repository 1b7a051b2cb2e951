import type { Bus } from "@exws/channels";

/** What keeps this chat apart from whatever else uses the same engine. */
const prefix = "exws-chat";

/**
 * Makes the bus for the address of an engine; without one, that of the workers of one supervisor. Only the library that it
 * needs is loaded; nothing is connected yet.
 */
export async function openBus(address: string | undefined): Promise<Bus> {
  if (address === undefined) {
    const { clusterBus } = await import("@exws/channels-cluster");
    return clusterBus({ prefix });
  }
  if (/^rediss?:/.test(address)) {
    const { redisBus } = await import("@exws/channels-redis");
    const { Redis } = await import("ioredis");
    return redisBus(new Redis(address, { lazyConnect: true }), { prefix });
  }
  const { natsBus } = await import("@exws/channels-nats");
  const { connect } = await import("@nats-io/transport-node");
  return natsBus(connect, natsOptions(address), { prefix });
}

/** What an address says in the client's options: it would leave out name and password. Exported for tests. */
export function natsOptions(address: string): {
  servers: string;
  user?: string;
  pass?: string;
  token?: string;
  tls?: object;
} {
  const { protocol, hostname, port, username, password } = new URL(address);
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    servers: `${hostname}:${port || 4222}`,
    ...(pass === "" ? user !== "" && { token: user } : { user, pass }),
    ...(protocol === "tls:" && { tls: {} }),
  };
}
