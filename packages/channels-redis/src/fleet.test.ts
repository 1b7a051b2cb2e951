import { expect, test } from "vitest";
import { Fleet, type FleetEvents } from "./fleet.ts";
import type { Dialer } from "./transport.ts";

/** A server that answers everything, and how many connections to it are open. */
class FakeServer implements Dialer {
  readonly cluster = false;
  open = 0;

  dial(): ReturnType<Dialer["dial"]> {
    let isOpen = true;
    this.open++;
    return {
      connect: async () => {},
      command: async () => "",
      subscribe: async () => {},
      unsubscribe: async () => {},
      destroy: () => {
        if (isOpen) this.open--;
        isOpen = false;
      },
    };
  }

  async seeds(): Promise<never> {
    throw new Error("this is no cluster");
  }
}

function fleetOn(server: FakeServer, told: string[]): Fleet {
  const events: FleetEvents = {
    message: () => {},
    prepare: async () => {},
    restore: async () => {},
    settle: async () => {},
    up: () => told.push("up"),
    down: () => told.push("down"),
  };
  return new Fleet(server, { heartbeat: { interval: 4000, timeout: 4000 }, sharded: undefined }, events);
}

test("a bus that is closed while it starts leaves no connection open, however far it is", async () => {
  for (let turns = 0, told: string[] = []; !told.includes("up"); turns++) {
    told = [];
    const server = new FakeServer();
    const fleet = fleetOn(server, told);
    const started = fleet.start().catch(() => {});
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    fleet.close();
    await started;
    expect([turns, server.open, fleet.isUp]).toEqual([turns, 0, false]);
  }
});
