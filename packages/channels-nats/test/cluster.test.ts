import type { Bus, BusError, LogBounds, Position } from "@exws/channels";
import { freePort, type NatsServer } from "@exws/engines";
import { expect, test, vi } from "vitest";
import { codeOf, say } from "./support/listener.ts";
import { nats, openTo } from "./support/nats.ts";

const bounds: LogBounds = { count: 1_000, bytes: 1_000_000, age: 60_000, keep: 60_000 };

async function cluster(): Promise<readonly NatsServer[]> {
  const ports = [await freePort(), await freePort(), await freePort()];
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(", ");
  return await Promise.all(
    ports.map((port, index) =>
      nats({
        config: `server_name: n${index}\ncluster { name: c, listen: "127.0.0.1:${port}", routes: [${routes}] }\n`,
      }),
    ),
  );
}

/** Appends, again and again while the cluster has no leader: nothing tells when it has one. */
async function append(bus: Bus, text: string, topic = "t"): Promise<Position> {
  const once = () =>
    bus.log!.append(topic, new TextEncoder().encode(text), bounds).catch((error: BusError) => {
      if (error.code === "unavailable") throw error;
      return error;
    });
  const outcome = await vi.waitFor(once, { timeout: 50_000, interval: 50 });
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

test("a cluster of three: messages pass between its servers, and the log goes on when one of them is killed", {
  timeout: 60_000,
}, async () => {
  const servers = await cluster();
  const at = servers.map(({ directPort }) => `127.0.0.1:${directPort}`);
  const log = { replicas: 3 };
  const { bus, listener } = await openTo(servers[0]!, { log }, { servers: at, noRandomize: true });
  const { bus: other, listener: heard } = await openTo(servers[2]!, { log });
  await other.subscribe(["t"]);
  const { epoch } = await append(bus, "1");
  const { bus: single } = await openTo(servers[1]!);
  expect(await codeOf(append(single, "1", "u"))).toBe("refused");
  // Routes are there: a cluster that has a leader has them.
  await say(bus, "t", "here");
  await heard.until(() => heard.heard.includes("t here"));

  await servers[0]!.stop();
  await listener.untilState("up");
  const place = await append(bus, "end");
  expect(place.epoch).toBe(epoch);
  const { entries } = await other.log!.read("t", { epoch, offset: 0 }, bounds);
  const texts = entries!.map((entry) => new TextDecoder().decode(entry));
  expect(texts).toHaveLength(place.offset);
  // What was rejected as unavailable may be there all the same.
  expect(texts.join()).toMatch(/^1(,1)*(,end)+$/);
});
