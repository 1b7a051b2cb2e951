import { NatsServer, RedisServer } from "../engines/src/index.ts";
import type { Block } from "./blocks.ts";

const engines: Readonly<Record<number, () => Promise<{ readonly port: number }>>> = {
  6379: () => RedisServer.start(),
  4222: () => NatsServer.start({ jetStream: true }),
};

/** Starts the engines whose usual ports the blocks name, and tells where they are. They end with this process. */
export async function enginesFor(blocks: readonly Block[]): Promise<ReadonlyMap<number, number>> {
  const actual = new Map<number, number>();
  for (const [port, start] of Object.entries(engines)) {
    if (blocks.some(({ code }) => code.includes(port))) actual.set(Number(port), (await start()).port);
  }
  return actual;
}
