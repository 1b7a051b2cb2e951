// prints 1024 bytes, and redisBus: prefix must be a string
import { type Bus, BusError } from "@exws/channels";
import { type RedisBusOptions, type RedisClient, redisBus } from "@exws/channels-redis";

// Neither library is here: types and code must do without them.
const client: RedisClient = { isCluster: false, duplicate: () => client, disconnect() {} };
const options: RedisBusOptions = { prefix: "dune", maxPayload: 1024, heartbeat: { interval: 1000 } };

async function main(): Promise<void> {
  const bus: Bus = redisBus(client, options);
  await bus.close();
  const error: unknown = await bus.publish("t", new Uint8Array(1)).catch((reason: unknown) => reason);
  if (!(error instanceof BusError) || error.code !== "closed") throw error;
  try {
    redisBus(client, { prefix: 1 as unknown as string });
  } catch (fault) {
    console.log(`${bus.maxPayload} bytes, and ${(fault as Error).message}`);
  }
}

void main();
